"""A store in a folder beside the layout: a file lock that dies with its holder, and the runs."""

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from govkit.errors import GovkitError, UsageError
from govkit.store.journal import Journal


def folder_of(store: str | None, layout: Path) -> Path:
    """Return the folder that a layout's `store:` names; `.govkit/` beside the layout by default."""
    if store is None:
        return layout.resolve().parent / ".govkit"
    if "://" in store:
        raise UsageError(
            "This store is not supported",
            f"store: {store} is not a folder; this version keeps lock and journal in a folder.",
            "Name a folder, or leave the line out for .govkit/ beside the layout.",
        )
    return (layout.resolve().parent / store).resolve()


class LocalStore:
    """A folder with `lock` and `runs/<id>.jsonl`, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"

    @contextmanager
    def locked(self, what: str, now: datetime) -> Iterator[None]:
        """Hold the lock; GovkitError naming the holder, host and age where somebody else does.

        The operating system frees it when the holder dies, however it dies.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise _held(self.folder / "lock", now) from error
            os.ftruncate(handle, 0)
            os.write(handle, json.dumps(_holder(what, now)).encode())
            os.fsync(handle)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def journal(self, run: str) -> Journal:
        """Open the journal of a new run."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Journal(self.runs / f"{run}.jsonl")

    def path(self, run: str) -> Path:
        """Return where a run's journal is; GovkitError when there is none of that name."""
        found = self.runs / f"{run}.jsonl"
        if Path(run).name != run or not found.is_file():
            raise GovkitError(
                "No such run", f"{run} is not in {self.runs}.", "List the runs: govkit history"
            )
        return found


def run_id(now: datetime, random: bytes) -> str:
    """Return a name for a run that sorts by time: `20261123T221700Z-1f2e`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{random.hex()[:8]}"


def _holder(what: str, now: datetime) -> dict[str, object]:
    return {
        "what": what,
        "user": getpass.getuser(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": now.isoformat(),
    }


def _held(path: Path, now: datetime) -> GovkitError:
    try:
        holder = json.loads(path.read_text())
        age = int((now - datetime.fromisoformat(holder["since"])).total_seconds())
        who = (
            f"{holder['user']} on {holder['host']} (process {holder['pid']}) "
            f"runs `{holder['what']}` since {age} s"
        )
    except (OSError, ValueError, KeyError, TypeError):
        who = "Another run, which has only just begun,"
    return GovkitError(
        "Somebody else is applying",
        f"{who}; it holds the lock {path}.",
        "Wait until it is done; the lock goes with the process that holds it.",
    )
