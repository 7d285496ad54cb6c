"""What the journals say of past runs: who did what, how far it came, and whether the story holds."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from govkit.store.journal import Entry, Reading
from govkit.store.store import Store

_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its journal tells it. `outcome` is done, interrupted, stopped, or killed.

    `broken` names the first line that does not fit the one before it: what follows is not told.
    """

    id: str
    command: str
    began: str
    ended: str | None
    who: str
    fingerprint: str
    steps: int
    done: int
    outcome: str
    broken: str | None
    entries: tuple[Entry, ...]
    organization: str = ""
    torn: bool = False

    def finished_steps(self) -> Iterator[Entry]:
        """Yield the entries of the steps that were carried through, in their order."""
        yield from (entry for entry in self.entries if entry.get("entry") == "step_done")


def runs(store: Store) -> tuple[Run, ...]:
    """Return every run of the store, oldest first."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:  # from S3, years of runs are read in seconds
        told = list(pool.map(lambda name: run(store, name), store.runs()))
    return tuple(sorted(told, key=lambda one: (one.began, one.id)))


def run(store: Store, name: str) -> Run:
    """Return what one run's journal says; GovkitError where there is none of that name."""
    return told_by(name, store.read(name))


def told_by(name: str, reading: Reading) -> Run:
    """Return the run that a journal tells of."""
    begin = _first(reading.entries, "begin")
    end = _first(reading.entries, "end")
    return Run(
        id=name,
        command=str(begin.get("command", "?")),
        began=str(begin.get("time", "")),
        ended=str(end["time"]) if end else None,
        who=str(begin.get("caller", "")),
        fingerprint=str(begin.get("fingerprint", "")),
        steps=int(begin.get("steps", 0)),
        done=sum(entry.get("entry") == "step_done" for entry in reading.entries),
        outcome=str(end["outcome"]) if end else "killed",
        broken=reading.broken,
        entries=reading.entries,
        organization=str(begin.get("organization", "")),
        torn=reading.torn,
    )


def last_known(store: Store) -> Mapping[str, str]:
    """Return what the last run noted of ignored policies: digests by address."""
    for name in reversed(store.runs()):
        noted = store.begin(name).get("ignored")
        if isinstance(noted, dict):
            return {str(address): str(digest) for address, digest in noted.items()}
    return {}


def begun(store: Store) -> dict[str, Mapping[str, Any]]:
    """Return what AWS answered, by address, to calls of steps that no run saw the end of.

    Looked for in the runs since the last one that ended well: each answer is told once.
    """
    found: dict[str, Mapping[str, Any]] = {}
    ended: set[str] = set()
    for name in reversed(store.runs()):
        past = run(store, name)
        for entry in reversed(past.entries):
            address = str(entry.get("address", ""))
            if entry.get("entry") == "step_done":
                ended.add(address)
            elif entry.get("entry") == "answered" and address not in {*ended, *found}:
                found[address] = entry["answer"]
        if past.outcome == "done":
            break
    return found


def _first(entries: Sequence[Entry], name: str) -> Entry:
    return next((entry for entry in entries if entry.get("entry") == name), {})
