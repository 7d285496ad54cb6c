"""A store in a folder beside the layout: a file lock that dies with its holder, and the runs."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from govkit.errors import GovkitError
from govkit.store.file_lock import closed, is_taken, opened, stands_at, take
from govkit.store.journal import Entry, Journal, Reading, folder_made, parsed, read
from govkit.store.store import Held, Holder, Lock, holder, holder_from, lost, no_run, refused, user

_ELSEWHERE = "Name another place in the layout: store: FOLDER, or store: s3://BUCKET/PREFIX"


class LocalStore:
    """A folder with `lock` and `runs/<id>.jsonl`, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = folder / "lock"

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def exists(self) -> bool:
        """Tell whether the folder is there; it is made by the first lock."""
        return self.folder.exists()

    @contextmanager
    def locked(self, what: str, now: datetime) -> Iterator[Lock]:
        """Hold the lock; GovkitError naming the holder, host and age where somebody else does.

        The operating system frees it when the holder dies, however it dies.
        """
        handle = self._taken(now)
        try:
            self._tell(handle, holder(what, now))
            yield _FileLock(self.lock, handle)
        finally:
            with suppress(OSError):  # a name that stays says nothing: the lock itself goes
                os.ftruncate(handle, 0)
            closed(handle)

    def held(self, now: datetime) -> Held | None:  # noqa: ARG002 - a file's lock does not age
        """Return who holds the lock: a process that lives, or none. Looking is in nobody's way."""
        try:
            taken = is_taken(self.lock)
        except OSError as error:
            raise (self._unusable if error.filename else self._unlockable)(error) from error
        held = self._holding()
        if taken is None:
            taken = held.holder is not None and _lives(held.holder.pid)
        return held if taken else None

    def unlock(self, held: Held) -> None:
        """Refuse: who holds a file's lock is alive, and it goes with them."""
        raise GovkitError(
            "The lock is held by a run that is alive",
            f"{self.lock} goes with the process that holds it; {held.seen}.",
            "Stop that process, or wait until it is done.",
        )

    def journal(self, run: str) -> Journal:
        """Open the journal of a new run."""
        self._made()
        return Journal(self._path(run))

    def runs(self) -> Sequence[str]:
        """Return the names of all runs, oldest first."""
        try:
            there = list((self.folder / "runs").iterdir())  # a glob takes what is hidden for empty
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable(error) from error
        return sorted(path.stem for path in there if path.suffix == ".jsonl")

    def read(self, run: str) -> Reading:
        """Return what a run's journal says; UsageError where there is none of that name."""
        path = self._path(run)
        if Path(run).name != run or not path.is_file():
            raise no_run(run, str(self.folder / "runs"), self.runs())
        return read(path)

    def proved(self, run: str) -> Reading:
        """Return what a run's journal says: there is one copy alone."""
        return self.read(run)

    def begin(self, run: str) -> Entry:
        """Return a run's first entry alone; empty where it cannot be read."""
        try:
            with self._path(run).open(encoding="utf-8", errors="replace") as file:
                return parsed(file.readline()) or {}
        except OSError as error:
            raise self._unusable(error) from error

    def caller(self) -> str:
        """Return the user."""
        return user()

    def _path(self, run: str) -> Path:
        return self.folder / "runs" / f"{run}.jsonl"

    def _made(self) -> None:
        try:
            folder_made(self.folder)
        except OSError as error:
            raise self._unusable(error) from error

    def _taken(self, now: datetime) -> int:
        """Return the lock's file, locked; a file that was taken away meanwhile is no lock."""
        self._made()
        while True:
            try:
                handle = opened(self.lock)
            except OSError as error:
                raise self._unusable(error) from error
            try:
                ours = take(handle)
                if ours and stands_at(handle, self.lock):
                    return handle
            except OSError as error:
                closed(handle)
                raise self._unlockable(error) from error
            closed(handle)
            if not ours:
                raise refused(self._holding(), str(self.lock), now)

    def _tell(self, handle: int, who: Holder) -> None:
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(who.to_json()).encode(), 0)
            os.fsync(handle)
        except OSError as error:
            raise self._unusable(error) from error

    def _holding(self) -> Held:
        try:
            told = json.loads(self.lock.read_text())
        except (OSError, ValueError):
            told = None
        return Held(holder_from(told), live=True, seen="its process is alive")

    def _unusable(self, error: OSError) -> GovkitError:
        return GovkitError(
            "The store cannot be used",
            f"{error.filename or self.folder}: {error.strerror or error}.",
            _ELSEWHERE,
        )

    def _unlockable(self, error: OSError) -> GovkitError:
        return GovkitError(
            "The store cannot be locked",
            f"{self.lock}: {error.strerror or error}. Its file system may know no locks, as some "
            "network drives do not; without one, two runs could write at once.",
            _ELSEWHERE,
        )


class _FileLock:
    """A file that this process has locked."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    def check(self) -> None:
        """Raise where the file is gone: whoever comes next locks a new one, beside ours."""
        try:
            there = stands_at(self._handle, self._path)
        except OSError as error:
            raise lost(f"{self._path} cannot be seen any more: {error.strerror}.") from error
        if not there:
            raise lost(f"Somebody took the file {self._path} away while it was locked.")


def _lives(process: int) -> bool:
    try:
        with suppress(PermissionError):  # somebody else's, and alive
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
