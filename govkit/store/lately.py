"""What runs of the last while left behind: what AWS may still be at, and what reads may not show yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from govkit.store.history import Run, run
from govkit.store.journal import Entry
from govkit.store.store import Store

# AWS ends what it has begun within hours; then it is there to be seen, or has failed.
_AWS_IS_AT_IT = timedelta(days=7)
# Reads lag by seconds; the rest is for clocks of other machines that are not quite right.
_READS_LAG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Written:
    """A thing that a run wrote to a while ago: how it was until then, as a journal keeps it.

    `unanswered` says that nobody saw what came of the call.
    """

    address: str
    verb: str
    before: Mapping[str, Any] | None
    unanswered: bool = False


def begun(store: Store, organization: str, now: datetime) -> dict[str, Mapping[str, Any]]:
    """Return what AWS answered, by address, to calls of steps that no run saw the end of.

    However the runs since then ended, and whatever they did: each answer is told once.
    """
    found: dict[str, Mapping[str, Any]] = {}
    ended: set[str] = set()
    for past in _lately(store, organization, now - _AWS_IS_AT_IT):
        for entry in reversed(past.entries):
            address = str(entry.get("address", ""))
            if entry.get("entry") == "step_done":
                ended.add(address)
            elif _answers(entry) and address not in {*ended, *found}:
                found[address] = entry["answer"]
    return found


def written(store: Store, organization: str, now: datetime) -> tuple[Written, ...]:
    """Return what runs have written to, or may have, so lately that reads may lag behind it."""
    since = now - _READS_LAG
    return tuple(
        Written(
            str(entry["address"]), str(entry["verb"]), entry["before"], entry is _unanswered(past)
        )
        for past in _lately(store, organization, since)
        for entry in past.entries
        if entry.get("entry") in {"calling", "step_done"}
        if entry.keys() >= {"address", "verb", "before"}
        if not _is_before(entry, since)
    )


def _answers(entry: Entry) -> bool:
    return entry.get("entry") == "answered" and entry.keys() >= {"address", "answer"}


def _unanswered(past: Run) -> Entry | None:
    """Return a run's last call, if that is how its journal ends: calls go one at a time."""
    told = [entry for entry in past.entries if entry.get("entry") not in {"waiting", "end"}]
    return told[-1] if told and told[-1].get("entry") == "calling" else None


def _lately(store: Store, organization: str, since: datetime) -> Iterator[Run]:
    """Yield the organization's runs, newest first, whose last line is not older than a moment.

    One run follows another: what is behind an old one is older still.
    """
    for name in reversed(store.runs()):
        past = run(store, name)
        if past.entries and _is_before(past.entries[-1], since):
            return
        if past.organization == organization:
            yield past


def _is_before(entry: Entry, moment: datetime) -> bool:
    """Tell whether an entry is older; one whose time cannot be read is not."""
    try:
        return datetime.fromisoformat(str(entry["time"])) < moment
    except (KeyError, TypeError, ValueError):
        return False
