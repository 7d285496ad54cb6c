"""What every store can do, wherever it keeps things: hold the lock, keep journals, tell of the past."""

import getpass
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from govkit.errors import AwsError, GovkitError, UsageError
from govkit.model.suggest import did_you_mean
from govkit.store.journal import Entry, Reading

_LATEST = 3  # runs, as many as one looks at


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: the command, and the user, host and process that run it since a moment."""

    what: str
    user: str
    host: str
    pid: int
    since: str

    def to_json(self) -> dict[str, Any]:
        """Return what a lock says."""
        return asdict(self)

    def age(self, now: datetime) -> int:
        """Return for how many seconds the lock is held."""
        return max(0, int((now - datetime.fromisoformat(self.since)).total_seconds()))

    def words(self, now: datetime) -> str:
        """Return who holds it, as a sentence's beginning."""
        return (
            f"{self.user} on {self.host} (process {self.pid}) runs `{self.what}` "
            f"since {self.age(now)} s"
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that is not free. `holder` is None where it has only just been taken.

    `live` tells whether its holder is known to be at it; `seen` is how that shows, in words;
    `mark` is what the store recognises this very holding by. `lasts` are the seconds after which it
    ends by itself where nobody renews it; None where no time ends it, or none is known.
    """

    holder: Holder | None
    live: bool
    seen: str
    mark: str = ""
    lasts: int | None = None

    def words(self, now: datetime) -> str:
        """Return who holds it and how that shows."""
        if self.holder is None:
            return f"Another run, which has only just begun; {self.seen}"
        return f"{self.holder.words(now)}; {self.seen}"


class Lock(Protocol):
    """A lock that is held."""

    def check(self) -> None:
        """Raise GovkitError unless it is held still; asked before each write."""


class Log(Protocol):
    """The journal of a run that goes on."""

    def write(self, entry: Entry) -> None:
        """Keep an entry so that it outlives this process; GovkitError where it cannot be."""

    def close(self) -> None:
        """Say that nothing follows."""


class Store(Protocol):
    """A place for lock, journals and history."""

    @property
    def name(self) -> str:
        """How people call the place: a folder, or `s3://bucket/prefix`."""

    def exists(self) -> bool:
        """Tell whether any run has ever been made here."""

    def locked(self, what: str, now: datetime) -> AbstractContextManager[Lock]:
        """Hold the lock; GovkitError naming holder, host and age where somebody else does."""

    def held(self, now: datetime) -> Held | None:
        """Return who holds the lock, or None where it is free."""

    def unlock(self, held: Held) -> None:
        """Take a dead run's lock away; GovkitError while its holder lives, or where it is another's."""

    def journal(self, run: str) -> Log:
        """Open the journal of a new run."""

    def runs(self) -> Sequence[str]:
        """Return the names of all runs, oldest first."""

    def read(self, run: str) -> Reading:
        """Return what a run's journal says; GovkitError where there is none of that name."""

    def proved(self, run: str) -> Reading:
        """Return what a run's journal says, where each copy of it says the same."""

    def begin(self, run: str) -> Entry:
        """Return a run's first entry alone; empty where it cannot be read."""

    def caller(self) -> str:
        """Return who is at it: as AWS calls them where AWS is asked anyway, else the user."""


def holder(what: str, now: datetime) -> Holder:
    """Return this process as a lock's holder."""
    return Holder(what, user(), socket.gethostname(), os.getpid(), now.isoformat())


def holder_from(told: Mapping[str, Any]) -> Holder | None:
    """Return the holder that a lock names, or None where it names none."""
    try:
        if datetime.fromisoformat(told["since"]).tzinfo is None:
            return None
        return Holder(*(told[name] for name in ("what", "user", "host", "pid", "since")))
    except (KeyError, TypeError, ValueError):
        return None


def user() -> str:
    """Return the user's name; a container may have none, and only a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def run_id(now: datetime, random: bytes) -> str:
    """Return a name for a run that sorts by time: `20261123T221700Z-1f2e`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{random.hex()[:8]}"


def began(run: str) -> str:
    """Return the moment that a run's name tells, to the second; empty where it tells none."""
    try:
        return datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%S%z").isoformat()
    except ValueError:
        return ""


def refused(held: Held, place: str, now: datetime) -> GovkitError:
    """Return the error for a lock that somebody else holds."""
    return GovkitError(
        "Somebody else is applying",
        f"{held.words(now)}. It holds the lock {place}.",
        "Wait until it is done. Whose lock it is, and how long it lasts: govkit unlock",
    )


def lost(detail: str) -> GovkitError:
    """Return the error for a lock that was ours."""
    return GovkitError(
        "The lock is lost",
        detail,
        "See who applies now, and run the same command again when they are done.",
    )


def unseen(place: str, error: AwsError) -> GovkitError:
    """Return the error for a lock that S3 does not show; no AwsError, which would be of the call that waits for it."""
    told = GovkitError(
        "The lock cannot be looked at",
        f"{place}: {error.summary}. {error.detail} Nothing is written without it.",
        error.hint,
    )
    told.exit = error.exit
    return told


def no_run(run: str, place: str, known: Sequence[str]) -> UsageError:
    """Return the error for a run that the store does not know; it knows others, oldest first."""
    latest = ", ".join(reversed(known[-_LATEST:]))
    told = [
        f"{run} is not in {place}.",
        did_you_mean(run, known),
        f"The latest {'is' if len(known) == 1 else 'are'} {latest}." if known else "No run is.",
    ]
    return UsageError("No such run", " ".join(filter(None, told)), "List the runs: govkit history")
