"""What the journals say of past runs: who did what, how far it came, and whether the story holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from govkit.store.journal import Entry, journals, read


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

    def finished_steps(self) -> Iterator[Entry]:
        """Yield the entries of the steps that were carried through, in their order."""
        yield from (entry for entry in self.entries if entry.get("entry") == "step_done")


def runs(folder: Path) -> tuple[Run, ...]:
    """Return every run whose journal is in the folder, oldest first."""
    return tuple(sorted(map(run, journals(folder)), key=lambda one: (one.began, one.id)))


def run(path: Path) -> Run:
    """Return what one journal says."""
    reading = read(path)
    begin = _first(reading.entries, "begin")
    end = _first(reading.entries, "end")
    return Run(
        id=path.stem,
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
    )


def last_known(past: Sequence[Run]) -> Mapping[str, str]:
    """Return what the last run noted of ignored policies: digests by address."""
    for one in reversed(past):
        noted = _first(one.entries, "begin").get("ignored")
        if isinstance(noted, dict):
            return {str(address): str(digest) for address, digest in noted.items()}
    return {}


def _first(entries: Sequence[Entry], name: str) -> Entry:
    return next((entry for entry in entries if entry.get("entry") == name), {})
