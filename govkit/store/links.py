"""What each run wrote down of the run before it, so that a journal cut, made anew or taken away shows."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Literal

from govkit.store.history import Run, known, last_name, told_by
from govkit.store.journal import Entry, Reading
from govkit.store.store import Store

_SIDE_BY_SIDE = 8

State = Literal["holds", "missing", "shortened", "changed"]


@dataclass(frozen=True, slots=True)
class Link:
    """The run before one, how many lines it had then, and how it is now.

    It `holds` also where lines came after those: a run that lost its lock still writes its end.
    """

    run: str
    lines: int
    hold: int
    state: State


@dataclass(frozen=True, slots=True)
class Proof:
    """A run, and its link; `link` is None where it was the first, or is not `linked` to any.

    Runs of a govkit that did not link them are not.
    """

    run: Run
    linked: bool
    link: Link | None

    @property
    def broken(self) -> bool:
        """Whether the run's own journal cannot be trusted, or that of the run before it."""
        severed = self.link is not None and self.link.state != "holds"
        return severed or self.run.broken is not None


def follows(store: Store) -> Entry | None:
    """Return what a run that begins now writes down of the one before it; None where there is none.

    What of that one's journal hangs together counts: the rest tells of itself.
    """
    before = last_name(store)
    if before is None:
        return None
    there = store.read(before)
    return {"run": before, "lines": len(there.entries), "hash": there.end}


def proofs(store: Store, name: str | None = None) -> tuple[Proof, ...]:
    """Check every journal of the store and how each run is linked to the one before it.

    Of one run by its name: also those after it that knew other lines of it.
    """
    names = store.runs() if name is None else known(store, name)
    if name is None:
        return tuple(_proved(store, names, names))
    after = _proved(store, _followers(store, names, name), names)
    return (*_proved(store, [name], names), *(one for one in after if _is_severed(one)))


def _is_severed(one: Proof) -> bool:
    return one.link is not None and one.link.state != "holds"


def _followers(store: Store, names: Sequence[str], name: str) -> Iterator[str]:
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        begins = list(pool.map(store.begin, names))
    for other, begin in zip(names, begins, strict=True):
        if (begin.get("follows") or {}).get("run") == name:
            yield other


def _proved(store: Store, chosen: Iterable[str], names: Sequence[str]) -> Iterator[Proof]:
    """Yield the proofs of the chosen runs, by when they began."""
    wanted = list(chosen)
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:  # from S3, years of runs are read in seconds
        readings = dict(zip(wanted, pool.map(store.proved, wanted), strict=True))

    @cache
    def there(name: str) -> Reading | None:
        return readings.get(name) or (store.read(name) if name in names else None)

    told = (told_by(name, reading) for name, reading in readings.items())
    for run in sorted(told, key=lambda one: (one.began, one.id)):
        link = run.begin.get("follows")
        judged = None if link is None else _judged(link, there(str(link["run"])))
        yield Proof(run, "follows" in run.begin, judged)


def _judged(link: Entry, before: Reading | None) -> Link:
    run, lines = str(link["run"]), int(link["lines"])
    if before is None:
        return Link(run, lines, 0, "missing")
    found, hold = before.hash_after(lines), min(lines, len(before.entries))
    if found is None:
        return Link(run, lines, hold, "shortened")
    return Link(run, lines, hold, "holds" if found == link["hash"] else "changed")
