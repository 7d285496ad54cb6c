"""Statements whose removal changes nothing, each with those that deny the same, proved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from govkit.access.difference import Change, difference
from govkit.access.resource import Resources
from govkit.access.statement import Statement
from govkit.access.verdict import Kind
from govkit.checks._actions import reached
from govkit.checks._ask import denying
from govkit.checks._paper import RCP, SCP, Paper, Written

_KINDS = {SCP: Kind.SCP, RCP: Kind.RCP}
_MOST = 12  # statements that are tried together


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement, and the place of its document among several."""

    paper: int
    written: Written

    @property
    def meaning(self) -> Statement:
        return self.written.meaning


@dataclass(frozen=True, slots=True)
class Shadow:
    """A statement that adds nothing to some others, be it one or several together."""

    of: Placed
    by: Sequence[Placed]


def shadows(papers: Sequence[Paper]) -> Iterator[Shadow]:
    """Yield the denies that could go, one after the other, the last first."""
    for name, kind in _KINDS.items():
        left = [
            Placed(place, one)
            for place, paper in enumerate(papers)
            if paper.type == name
            for one in paper.statements
            if one.deny
        ]
        for found in reversed(left.copy()):
            others = [one for one in left if one is not found and _hopeful(one, found)]
            by = _covering(found, others, kind)
            if by:
                left.remove(found)
                yield Shadow(found, by)


def told(shadow: Shadow, papers: Sequence[Paper]) -> str:
    """Return a shadow in words."""
    if len(shadow.by) > 1:
        return f"{len(shadow.by)} other statements together deny all that this one does."
    other = shadow.by[0]
    sid = other.written.value.get("Sid")
    where = f"Statement {sid}" if sid else f"Statement[{other.meaning.index}]"
    if other.paper != shadow.of.paper:
        where += f" of {papers[other.paper].name}"
    return f"{where} already denies all that this one does."


def _hopeful(wide: Placed, narrow: Placed) -> bool:
    """Tell whether a statement may deny some of what another does, without a proof.

    It must not ask for a key that the other does not ask for, nor be about other resources.
    """
    one, other = wide.meaning, narrow.meaning
    if not reached(one.actions) & reached(other.actions):
        return False
    keys = {test.key for test in other.tests}
    return all(test.key in keys for test in one.tests) and _perhaps(one.resources, other.resources)


def _perhaps(wide: Resources, narrow: Resources) -> bool:
    anything = any(not pattern.strip("*") for pattern in wide.patterns)
    return wide == narrow or anything or wide.negated or not narrow.negated


def _covering(found: Placed, others: Sequence[Placed], kind: Kind) -> Sequence[Placed]:
    """Return the statements that deny all that one denies: a single one, or several together."""
    mask, together = reached(found.meaning.actions), 0
    for one in others:
        theirs = reached(one.meaning.actions)
        together |= theirs
        if not mask & ~theirs and _adds_nothing(found.meaning, (one.meaning,), kind):
            return [one]
    if not 1 < len(others) <= _MOST or mask & ~together:
        return ()
    meanings = tuple(one.meaning for one in others)
    return others if _adds_nothing(found.meaning, meanings, kind) else ()


@lru_cache(maxsize=20_000)
def _adds_nothing(statement: Statement, others: tuple[Statement, ...], kind: Kind) -> bool:
    with_it = denying(kind, (*others, statement))
    return difference(denying(kind, others), with_it).change is Change.EQUAL
