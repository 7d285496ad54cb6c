"""A run's journal: one line before and after each call, each with the hash of the line before it."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

from govkit.errors import GovkitError
from govkit.store.shape import is_entry

START = "0" * 64

Entry = Mapping[str, Any]


class Chain:
    """Numbers entries, and gives each the hash of the line before it."""

    def __init__(self) -> None:
        self.count = 0
        self._before = START

    def line(self, entry: Entry) -> str:
        """Return the line that comes next; it does once it is `kept`."""
        told = {"n": self.count, "prev": self._before, **entry}
        text = json.dumps(told, separators=(",", ":"), ensure_ascii=False, default=str)
        # Half a character (an argument that is no UTF-8) is no text to write: JSON's escape of it is.
        return text.encode(errors="backslashreplace").decode()

    def kept(self, line: str) -> None:
        """Go on from a line that was made durable."""
        self._before = _hash(line)
        self.count += 1


class Journal:
    """A journal in a file: an entry is on disk before `write` returns; no line is ever changed."""

    def __init__(self, path: Path) -> None:
        try:
            folder_made(path.parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._file = os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)
            _sync_folder(path.parent)
        except OSError as error:
            raise unwritable(str(path), error.strerror or str(error)) from error
        self.path = path
        self._chain = Chain()
        self._whole = 0

    def write(self, entry: Entry) -> None:
        """Append an entry; GovkitError where it cannot be made durable (a full disk, say).

        Of a line that did not fit nothing stays, so that the next one still follows the last. Where
        that part of a line cannot be taken away either, nothing is written after it, for good: then
        it is a torn last line, as a killed run leaves one.
        """
        line = self._chain.line(entry)
        try:
            self._whole_again()
            _write_whole(self._file, f"{line}\n".encode())
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(str(self.path), self._why(error)) from error
        self._whole = os.fstat(self._file.fileno()).st_size
        self._chain.kept(line)

    def _whole_again(self) -> None:
        """Take away what is there of a line that was not kept."""
        if os.fstat(self._file.fileno()).st_size != self._whole:
            os.ftruncate(self._file.fileno(), self._whole)

    def _why(self, error: OSError) -> str:
        """Return why a line was not kept, and that its beginning stays where it does."""
        why = error.strerror or str(error)
        try:
            self._whole_again()
        except OSError as stays:
            return (
                f"{why}; the torn line at its end stays ({stays.strerror or stays}), which was "
                "never acted upon: the next run goes on from the line before"
            )
        return why

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._file.close()


def unwritable(place: str, why: str) -> GovkitError:
    """Return the error for a line that could not be kept."""
    return GovkitError(
        "The journal cannot be written",
        f"{place}: {why}. No call is made that it does not name.",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a journal says; `broken` names the first line that cannot be trusted, if any.

    A torn last line is what a killed run leaves; it was never acted upon, and is left out. `end` is the
    hash of the last entry's line.
    """

    entries: tuple[Entry, ...]
    torn: bool = False
    broken: str | None = None
    end: str = START

    def hash_after(self, lines: int) -> str | None:
        """Return the hash of the last of so many lines; None where there are fewer."""
        if lines < len(self.entries):
            return str(self.entries[lines]["prev"])
        return self.end if lines == len(self.entries) else None


def read(path: Path) -> Reading:
    """Read a journal's file back and check its chain."""
    try:
        return reading(path.read_bytes(), path.name)
    except OSError as error:
        raise GovkitError("No such run", f"{path}: {error.strerror or error}.") from error


def reading(content: bytes, name: str) -> Reading:
    """Read a journal's text and check its chain; `name` is the file's, for what is to be said."""
    *lines, last = content.decode("utf-8", errors="replace").split("\n")
    named = ((f"{name}:{number}", line) for number, line in enumerate(lines, start=1))
    return chained(named, torn=bool(last))


def chained(lines: Iterable[tuple[str, str]], *, torn: bool = False) -> Reading:
    """Check that lines, each with where it stands, follow from each other."""
    entries: list[Entry] = []
    before = START
    for where, line in lines:
        entry = parsed(line)
        if entry is None or entry.get("prev") != before:
            return Reading(tuple(entries), broken=where, end=before)
        entries.append(entry)
        before = _hash(line)
    return Reading(tuple(entries), torn=torn, end=before)


def parsed(line: str) -> Entry | None:
    """Return a line's entry, or None where it is none."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if is_entry(entry) else None


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _write_whole(file: RawIOBase, data: bytes) -> None:
    while data:
        data = data[file.write(data) or 0 :]


def folder_made(folder: Path) -> None:
    """Make a folder, and those above it, so that they outlive a loss of power; OSError if it cannot be."""
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in new:  # its name is in the folder above it
        _sync_folder(one.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
