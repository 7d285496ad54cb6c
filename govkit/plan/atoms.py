"""Decides exactly whether a bank in between breaks a law, action by action, where few things differ.

A statement is a set of actions under one question: whose answer is unknown, unless it has neither
resources nor conditions. The laws are looked at for every answer to every question, so what is said
to hold does hold.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from govkit.access.action import action_pattern
from govkit.access.glob import tokens
from govkit.access.minterms import OutOfBudgetError, Pattern, minterms
from govkit.model.evidence import canonical
from govkit.plan.bank import Bank, Statements
from govkit.plan.covers import CONTRARY
from govkit.policies.document import Statement

_QUESTIONS = 8  # what differs asks at most so many, or it is not decided here
_ALWAYS, _NOT = "", "!"
_CONTRARY = {one.lower(): other.lower() for one, other in CONTRARY.items()}

Masks = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Side:
    """What a bank says, as sets of actions by question."""

    denies: Masks
    levels: tuple[Masks, ...]

    def denied(self, true: frozenset[str], everything: int) -> int:
        """Return the actions that are denied where these questions are answered with yes."""
        found = _union(self.denies, true)
        for level in self.levels:
            found |= ~_union(level, true)
        return found & everything


def broken_laws(then: Bank, now: Bank, soon: Bank) -> frozenset[str] | None:
    """Return the laws that are broken for some request, or None where that is not decided."""
    shared = Bank(
        then.denies & now.denies & soon.denies,
        tuple(one for one in now.levels if one in then.levels and one in soon.levels),
    )
    banks = [_without(shared, bank) for bank in (then, now, soon)]
    said = [one for bank in banks for one in _all(bank)]
    asked = {_asked(one) for one in said} | {_ALWAYS}
    questions = sorted(asked - {_ALWAYS})
    if len(questions) > _QUESTIONS or not all(map(_has_actions, said)):
        return None
    known = _about(shared, asked)
    try:
        actions = _actions(_every_pattern(one for one in (*said, *_all(known))))
    except OutOfBudgetError:
        return None
    sides, always = [_side(bank, actions) for bank in banks], _side(known, actions)
    return frozenset(
        law
        for answers in product((True, False), repeat=len(questions))
        for law in _broken(sides, always, _true(questions, answers), (1 << len(actions)) - 1)
    )


def _true(questions: Iterable[str], answers: Iterable[bool]) -> frozenset[str]:
    told = zip(questions, answers, strict=True)
    return frozenset((_ALWAYS, *(one if answer else _NOT + one for one, answer in told)))


def _broken(
    sides: Iterable[_Side], always: _Side, true: frozenset[str], everything: int
) -> Iterable[str]:
    """Yield the laws that are broken: what all three deny by the same tells nothing of what differs."""
    everything &= ~always.denied(true, everything)
    then, now, soon = (side.denied(true, everything) for side in sides)
    if then & soon & ~now:
        yield "gap"
    if now & ~then & ~soon:
        yield "outage"


def _without(shared: Bank, bank: Bank) -> Bank:
    """Leave out what denies in all banks."""
    levels = tuple(one for one in bank.levels if one not in shared.levels)
    return Bank(bank.denies - shared.denies, levels)


def _about(bank: Bank, asked: Collection[str]) -> Bank:
    """Leave out what depends on other questions than those asked, or cannot be told by actions."""

    def is_told(one: Statement) -> bool:
        return _has_actions(one) and _asked(one) in asked

    return Bank(
        frozenset(filter(is_told, bank.denies)),
        tuple(level for level in bank.levels if all(map(is_told, level))),
    )


def _asked(one: Statement) -> str:
    return _question(one).removeprefix(_NOT)


def _all(bank: Bank) -> Iterable[Statement]:
    return (one for part in (bank.denies, *bank.levels) for one in part)


def _every_pattern(said: Iterable[Statement]) -> frozenset[str]:
    return frozenset(pattern for one in said if _has_actions(one) for pattern in _patterns(one))


def _has_actions(one: Statement) -> bool:
    return "Action" in one.value or "NotAction" in one.value


@lru_cache(maxsize=1 << 14)
def _question(one: Statement) -> str:
    """Return what a statement asks beside its actions, the same whatever its wording."""
    asked = {
        name: part
        for name, part in json.loads(one.canonical).items()
        if name not in {"Effect", "Action", "NotAction"}
    }
    if asked.get("Resource") == ["*"]:
        del asked["Resource"]
    if not asked:
        return _ALWAYS
    return _contrary(asked) or canonical(asked)


def _contrary(asked: Mapping[str, Any]) -> str | None:
    """Return a question about one key alone; where it asks that it is not so, as the contrary."""
    condition = asked.get("Condition")
    if len(asked) != 1 or not isinstance(condition, dict) or len(condition) != 1:
        return None
    ((operator, keys),) = condition.items()
    if operator not in _CONTRARY or len(keys) != 1:
        return None
    negative = operator.startswith("stringnot")
    told = _CONTRARY[operator] if negative else operator
    return (_NOT if negative else "") + canonical({told: keys})


@lru_cache(maxsize=1 << 14)
def _patterns(one: Statement) -> frozenset[str]:
    given = one.value.get("Action", one.value.get("NotAction"))
    return frozenset(str(name).lower() for name in (given if isinstance(given, list) else [given]))


@lru_cache(maxsize=1 << 10)
def _actions(patterns: frozenset[str]) -> tuple[str, ...]:
    """Return actions among which every way to match the patterns occurs."""
    return minterms(Pattern(tokens(pattern)) for pattern in patterns)


def _side(bank: Bank, actions: tuple[str, ...]) -> _Side:
    return _Side(
        _masks(bank.denies, actions), tuple(_masks(level, actions) for level in bank.levels)
    )


def _masks(said: Statements, actions: tuple[str, ...]) -> Masks:
    found: defaultdict[str, int] = defaultdict(int)
    for one in said:
        if _has_actions(one):
            found[_question(one)] |= _mask(one, actions)
    return found


@lru_cache(maxsize=1 << 14)
def _mask(one: Statement, actions: tuple[str, ...]) -> int:
    patterns = [action_pattern(pattern) for pattern in sorted(_patterns(one))]
    hits = sum(
        1 << place
        for place, action in enumerate(actions)
        if any(matches(action) for matches in patterns)
    )
    return hits if "Action" in one.value else ((1 << len(actions)) - 1) & ~hits


def _union(masks: Masks, true: frozenset[str]) -> int:
    found = 0
    for question, mask in masks.items():
        if question in true:
            found |= mask
    return found
