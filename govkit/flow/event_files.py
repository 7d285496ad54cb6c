"""CloudTrail events from files, one by one: lines, lists, delivered files and gzip, in bounded memory."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from govkit.errors import GovkitError, UsageError

_ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_CHUNK = 1 << 18
_LONGEST = 1 << 22  # AWS cuts an event at 256 KB; a value of 4 MB is none
_IN_SIGHT = 256  # characters, enough to tell a list's opening
_GZIP = b"\x1f\x8b"
_LIST = re.compile(r'\s*(?:\{\s*"(?:Records|Events)"\s*:\s*)?\[')
_BETWEEN = re.compile(r"[\s,]*")


def event_files(place: Path) -> tuple[Path, ...]:
    """Return a file, or the files of events anywhere in a folder, in order; UsageError where none is."""
    if place.is_dir():
        found = sorted(one for one in place.rglob("*") if one.name.endswith(_ENDINGS) and _log(one))
        if found:
            return tuple(found)
        raise UsageError("No events", f"{place} holds no file ending in {', '.join(_ENDINGS)}.")
    if not place.is_file():
        raise UsageError("No such file", f"{place} is neither a file nor a folder.")
    return (place,)


def records(file: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a file; GovkitError, with where, on what is not JSON or no object."""
    try:
        with _opened(file) as text:
            for value in _Values(file, text).values():
                yield from _unwrapped(value)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise GovkitError("The events cannot be read", f"{file}: {reason}.") from error


def _log(file: Path) -> bool:
    """Tell a log from what CloudTrail puts beside it: digests hold hashes, and no events."""
    return file.is_file() and "CloudTrail-Digest" not in str(file) and file.name != "MANIFEST.json"


def _opened(file: Path) -> TextIO:
    with file.open("rb") as start:
        packed = start.read(2) == _GZIP
    if packed:
        return gzip.open(file, "rt", encoding="utf-8-sig")
    return file.open("rt", encoding="utf-8-sig")


def _unwrapped(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a list that stood deeper, or of LookupEvents, which has texts of them."""
    listed = value.get("Records") or value.get("Events")
    if isinstance(listed, list) and "eventName" not in value:
        for one in listed:
            if isinstance(one, Mapping):
                yield from _unwrapped(one)
        return
    inner = value.get("CloudTrailEvent")
    if isinstance(inner, str):
        try:
            told = json.loads(inner)
        except ValueError:
            told = None
        value = told if isinstance(told, Mapping) else {}
    yield value


class _Values:
    """Takes a text apart into the objects that it holds, a piece of it at a time."""

    def __init__(self, file: Path, text: TextIO) -> None:
        self._file = file
        self._text = text
        self._buffer = ""
        self._at = 0
        self._line = 1  # of the buffer's beginning
        self._ended = False
        self._decoder = json.JSONDecoder()

    def values(self) -> Iterator[Mapping[str, Any]]:
        while self._next(_IN_SIGHT):
            opening = _LIST.match(self._buffer, self._at)
            if opening is None:
                yield self._value()
                continue
            self._at = opening.end()
            while self._sign() != "]":
                yield self._value()
            self._at += 1
            if "{" in opening[0]:
                self._pass_over_rest()

    def _next(self, ahead: int = 1) -> bool:
        """Go to what stands next, with so much of it in sight; False at the end."""
        while True:
            between = _BETWEEN.match(self._buffer, self._at)
            self._at = between.end() if between else self._at
            if len(self._buffer) - self._at >= ahead or not self._more():
                return self._at < len(self._buffer)

    def _sign(self) -> str:
        if not self._next():
            raise self._broken("the list does not end", self._at)
        return self._buffer[self._at]

    def _pass_over_rest(self) -> None:
        """Pass over what stands behind the list in its object, such as a NextToken."""
        if self._sign() == "}":
            self._at += 1
            return
        self._buffer = '{"":0,' + self._buffer[self._at :]
        self._at = 0
        self._value()

    def _value(self) -> Mapping[str, Any]:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._buffer) - self._at > _LONGEST or not self._more():
                    at = getattr(error, "pos", self._at)
                    raise self._broken(getattr(error, "msg", "nested too deep"), at) from None
                continue
            if not isinstance(value, dict):
                raise self._broken("an event is a JSON object, and this is none", self._at)
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on, and let go of what was passed."""
        chunk = "" if self._ended else self._text.read(_CHUNK)
        self._ended = not chunk
        self._line += self._buffer.count("\n", 0, self._at)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _broken(self, reason: str, at: int) -> GovkitError:
        line = self._line + self._buffer.count("\n", 0, at)
        return GovkitError(
            "Not a log of events",
            f"{self._file}:{line}: {reason[:1].lower()}{reason[1:]}.",
            "Give CloudTrail's files as they were delivered, or one event on each line.",
        )
