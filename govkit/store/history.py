"""What the journals say of past runs: who did what, how far it came, and whether the story holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from govkit.store.journal import Entry, Reading
from govkit.store.store import Held, Store, began, no_run

_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its journal tells it. `outcome` is done, interrupted, stopped, killed, or running.

    `broken` names the first line that does not fit the one before it: what follows is not told.
    `finished_by` names the run after which nothing was left of what this one did not come to.
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
    finished_by: str | None = None

    @property
    def begin(self) -> Entry:
        """The entry that says what the run set out to do; empty where the journal has none."""
        return _first(self.entries, "begin")

    def finished_steps(self) -> Iterator[Entry]:
        """Yield the entries of the steps that were carried through, in their order."""
        yield from (entry for entry in self.entries if entry.get("entry") == "step_done")

    def steps_in_doubt(self) -> tuple[Entry, ...]:
        """Return the last call of each step that was begun, and of which nobody saw the end.

        What AWS refused did not take.
        """
        begun: dict[str, Entry] = {}
        for entry in self.entries:
            match entry.get("entry"):
                case "calling" if entry.keys() >= {"step", "address"}:
                    begun[str(entry["step"])] = entry
                case "step_done" | "refused" | "failed":
                    begun.pop(str(entry.get("step")), None)
                case _:
                    continue
        return tuple(begun.values())


def runs(store: Store) -> tuple[Run, ...]:
    """Return every run of the store, oldest first."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:  # from S3, years of runs are read in seconds
        told = list(pool.map(lambda name: run(store, name), store.runs()))
    past = sorted(told, key=lambda one: (one.began, one.id))
    return tuple(
        replace(one, finished_by=_finisher(one, past[index:])) for index, one in enumerate(past, 1)
    )


def with_holder(past: Sequence[Run], held: Held | None) -> tuple[Run, ...]:
    """Return the runs with the last one as running, where it is the one that holds the lock."""
    if not past or held is None or held.holder is None or not held.live:
        return tuple(past)
    *before, newest = past
    since = datetime.fromisoformat(held.holder.since)
    if newest.outcome == "killed" and _is_since(newest.began, since):
        newest = replace(newest, outcome="running")
    return (*before, newest)


def _is_since(moment: str, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(moment) >= since
    except (TypeError, ValueError):  # a journal without its beginning, or a damaged one
        return False


def _finisher(one: Run, later: Iterable[Run]) -> str | None:
    """Return the first later run that ended well and left nothing of what this one was asked."""
    if one.outcome == "done":
        return None
    ended = (other for other in later if other.outcome == "done")
    return next((other.id for other in ended if covers(other.begin, one.begin)), None)


def covers(later: Entry, earlier: Entry) -> bool:
    """Tell by what two runs set out to do whether the later one, done, leaves nothing of the other.

    It does where it was asked the same, or as much and more and did all that its plan had. One that
    died before its first line has left nothing.
    """
    if not earlier:
        return True
    asked, before = later.get("asked"), earlier.get("asked")
    alike = all(
        later.get(name) == earlier.get(name) for name in ("organization", "layout", "command")
    )
    if asked is None or before is None or not alike:
        return False
    wider = not asked["only"] or asked["only"] == before["only"]
    wider &= all(asked[name] or not before[name] for name in ("baseline", "expired"))
    same = asked == before and later.get("expected") == earlier.get("expected")
    return same or (wider and later.get("not_done") == 0)


def run(store: Store, name: str) -> Run:
    """Return what one run's journal says; GovkitError where there is none of that name."""
    return told_by(name, store.read(name))


def known(store: Store, name: str) -> Sequence[str]:
    """Return the names of all runs, oldest first; UsageError where this one is none of them."""
    names = store.runs()
    if name not in names:
        raise no_run(name, store.name, names)
    return names


def told_by(name: str, reading: Reading) -> Run:
    """Return the run that a journal tells of; one that tells of another run is not believed at all."""
    if str(_first(reading.entries, "begin").get("run", name)) != name:
        reading = Reading((), broken=f"{name}.jsonl:1")
    begin = _first(reading.entries, "begin")
    end = _first(reading.entries, "end")
    return Run(
        id=name,
        command=str(begin.get("command", "?")),
        began=str(begin.get("time") or began(name)),
        ended=str(end["time"]) if "time" in end else None,
        who=str(begin.get("caller", "")),
        fingerprint=str(begin.get("fingerprint", "")),
        steps=int(begin.get("steps", 0)),
        done=sum(entry.get("entry") == "step_done" for entry in reading.entries),
        outcome=str(end.get("outcome", "killed")),
        broken=reading.broken,
        entries=reading.entries,
        organization=str(begin.get("organization", "")),
        torn=reading.torn,
    )


def last(store: Store) -> Run | None:
    """Return the run that began last."""
    newest = last_name(store)
    return None if newest is None else run(store, newest)


def last_name(store: Store) -> str | None:
    """Return the name of the run that began last; names tell it to the second alone."""
    names = store.runs()[-_IN_A_SECOND:]
    if len(names) < 2:  # noqa: PLR2004 - nothing to choose from
        return names[0] if names else None
    with ThreadPoolExecutor(_IN_A_SECOND) as pool:
        begins = list(pool.map(store.begin, names))
    return max(zip(names, begins, strict=True), key=lambda one: _since(*one))[0]


def _since(name: str, begin: Entry) -> tuple[str, str]:
    """Return when a run began, by its first line if that is its own."""
    own = begin if begin.get("entry") == "begin" and begin.get("run", name) == name else {}
    return str(own.get("time") or began(name)), name


_IN_A_SECOND = 5


def last_known(store: Store) -> Mapping[str, str]:
    """Return what the last run noted of ignored policies: digests by address."""
    for name in reversed(store.runs()):
        noted = store.begin(name).get("ignored")
        if isinstance(noted, dict):
            return {str(address): str(digest) for address, digest in noted.items()}
    return {}


def _first(entries: Sequence[Entry], name: str) -> Entry:
    return next((entry for entry in entries if entry.get("entry") == name), {})
