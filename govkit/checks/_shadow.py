"""Statements whose removal changes nothing, each with those that deny the same, proved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from govkit.access.action import Actions
from govkit.access.condition import Test
from govkit.access.difference import same
from govkit.access.resource import EVERYTHING
from govkit.access.statement import Statement
from govkit.access.verdict import Kind
from govkit.checks._actions import reached
from govkit.checks._ask import denying
from govkit.checks._paper import RCP, SCP, Paper, Written

_KINDS = {SCP: Kind.SCP, RCP: Kind.RCP}
_ONE = Actions(("s3:getobject",))
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
            others = [one for one in left if one is not found]
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


def _covering(found: Placed, others: Sequence[Placed], kind: Kind) -> Sequence[Placed]:
    """Return the statements that deny all that one denies: a single one, or several together."""
    meaning = found.meaning
    asked = [one for one in others if _asks_no_more(one.meaning, meaning, kind)]
    for one in asked:
        if _speaks_of_all(one.meaning, meaning, kind):
            return [one]
    mask, together = reached(meaning.actions), 0
    for one in asked:
        together |= reached(one.meaning.actions)
    if not 1 < len(asked) <= _MOST or mask & ~together:
        return ()
    return asked if _adds_nothing(meaning, tuple(one.meaning for one in asked), kind) else ()


def _asks_no_more(wide: Statement, narrow: Statement, kind: Kind) -> bool:
    """Tell whether each test of a statement holds wherever those of another do."""
    if not reached(wide.actions) & reached(narrow.actions):
        return False
    same = set(narrow.tests)
    return all(
        test in same
        or _implied(test, tuple(one for one in narrow.tests if one.key == test.key), kind)
        for test in wide.tests
    )


@lru_cache(maxsize=50_000)
def _implied(test: Test, given: tuple[Test, ...], kind: Kind) -> bool:
    asking = _everywhere(tests=given)
    return bool(given) and _adds_nothing(asking, (_everywhere(tests=(test,)),), kind)


@lru_cache(maxsize=50_000)
def _speaks_of_all(wide: Statement, narrow: Statement, kind: Kind) -> bool:
    """Tell whether a statement speaks of all actions and resources of another."""
    return _covers_actions(wide.actions, narrow.actions, kind) and (
        wide.resources in (EVERYTHING, narrow.resources)
        or _adds_nothing(
            replace(_everywhere(), resources=narrow.resources),
            (replace(_everywhere(), resources=wide.resources),),
            kind,
        )
    )


def _covers_actions(wide: Actions, narrow: Actions, kind: Kind) -> bool:
    if wide == narrow or wide.patterns == ("*",):
        return True
    if reached(narrow) & ~reached(wide):
        return False
    return _adds_nothing(
        replace(_everywhere(), actions=narrow), (replace(_everywhere(), actions=wide),), kind
    )


def _everywhere(tests: tuple[Test, ...] = ()) -> Statement:
    """Return a statement about one action, which stands for any: each part is judged by itself."""
    return Statement(deny=True, actions=_ONE, resources=EVERYTHING, tests=tests)


@lru_cache(maxsize=50_000)
def _adds_nothing(statement: Statement, others: tuple[Statement, ...], kind: Kind) -> bool:
    """Prove that the same requests are denied with a statement and without it."""
    return same(denying(kind, others), denying(kind, (*others, statement)))
