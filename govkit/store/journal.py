"""A run's journal: one line before and after each call, each with the hash of the line before it."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from govkit.errors import GovkitError

START = "0" * 64

Entry = Mapping[str, Any]


class Journal:
    """Writes entries so that they are on disk before `write` returns; never changes a line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.path = path
        self._file: IO[str] = os.fdopen(handle, "a", encoding="utf-8")
        self._before = START
        self._count = 0
        _sync_folder(path.parent)

    def write(self, entry: Entry) -> None:
        """Append an entry; GovkitError where it cannot be made durable (a full disk, say)."""
        line = _line({"n": self._count, "prev": self._before, **entry})
        try:
            self._file.write(line + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise GovkitError(
                "The journal cannot be written",
                f"{self.path}: {error.strerror or error}. No call is made that it does not name.",
            ) from error
        self._before = _hash(line)
        self._count += 1

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a journal says; `broken` names the first line that cannot be trusted, if any.

    A torn last line is what a killed run leaves; it was never acted upon, and is left out.
    """

    entries: tuple[Entry, ...]
    torn: bool = False
    broken: str | None = None


def read(path: Path) -> Reading:
    """Read a journal back and check its chain."""
    entries: list[Entry] = []
    before = START
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise GovkitError("No such run", f"{path}: {error.strerror or error}.") from error
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        entry = _parsed(line)
        if entry is None or entry.get("prev") != before:
            return Reading(tuple(entries), broken=f"{path.name}:{number}")
        entries.append(entry)
        before = _hash(line)
    return Reading(tuple(entries), torn=bool(lines[-1]))


def journals(folder: Path) -> Iterator[Path]:
    """Yield the journals in a folder, oldest first."""
    yield from sorted(folder.glob("*.jsonl"))


def _parsed(line: str) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _line(entry: Entry) -> str:
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False, default=str)


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
