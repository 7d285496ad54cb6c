"""Tells which statement surely contains another, and which two surely have nothing in common."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from itertools import product
from typing import Any

from govkit.policies.document import Statement


def within(one: Statement, others: Iterable[Statement]) -> bool:
    """Tell whether some statement surely says all that this one says."""
    return any(other == one or covers(other, one) for other in others)


@cache
def covers(wide: Statement, narrow: Statement) -> bool:
    """Tell whether every request that the narrow statement concerns is surely the wide one's too.

    False where that cannot be told from the wording: rather once too often.
    """
    first, second = wide.value, narrow.value
    return (
        first.get("Effect") == second.get("Effect")
        and first.get("Principal") == second.get("Principal")
        and _same_or_none(first, second, "Condition")
        and _resources_cover(first, second)
        and _actions_cover(first, second)
    )


def _same_or_none(wide: Any, narrow: Any, element: str) -> bool:
    return element not in wide or wide[element] == narrow.get(element)


def _resources_cover(wide: Any, narrow: Any) -> bool:
    if "NotResource" in wide or "NotResource" in narrow:
        return bool(wide.get("NotResource") == narrow.get("NotResource") and "Resource" not in wide)
    mine = _listed(wide.get("Resource", "*"))
    return "*" in mine or set(_listed(narrow.get("Resource", "*"))) <= set(mine)


def _actions_cover(wide: Any, narrow: Any) -> bool:
    if "NotAction" in wide or "NotAction" in narrow:
        both = "NotAction" in wide and "NotAction" in narrow
        return both and _lower(wide["NotAction"]) <= _lower(narrow["NotAction"])
    mine = _lower(wide.get("Action", ()))
    return all(
        any(pattern == action or _swallows(pattern, action) for pattern in mine)
        for action in _lower(narrow.get("Action", ()))
    )


def _swallows(pattern: str, action: str) -> bool:
    """Tell whether a pattern matches all that an action, or a pattern that is longer, matches."""
    if "[" in pattern or "?" in action:
        return False
    return fnmatchcase(action.replace("*", "\0"), pattern)


@cache
def may_meet(one: Statement, other: Statement) -> bool:
    """Tell whether two statements could concern the same request, as far as actions tell."""
    if "Action" not in one.value or "Action" not in other.value:
        return True
    return any(
        _patterns_meet(first, second)
        for first, second in product(_lower(one.value["Action"]), _lower(other.value["Action"]))
    )


def _patterns_meet(one: str, other: str) -> bool:
    """Compare up to the first wildcard: rather too often yes than once wrongly no."""
    first, second = _fixed(one), _fixed(other)
    if first == one and second == other:
        return first == second
    return first.startswith(second) or second.startswith(first)


def _fixed(pattern: str) -> str:
    ends = [pattern.find(mark) for mark in "*?" if mark in pattern]
    return pattern[: min(ends)] if ends else pattern


def _lower(value: object) -> set[str]:
    return {one.lower() for one in _listed(value)}


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
