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
        and _concerns_all(first, second)
    )


def _concerns_all(wide: Any, narrow: Any) -> bool:
    return (
        _same_or_none(wide, narrow, "Condition")
        and _resources_cover(wide, narrow)
        and _actions_cover(wide, narrow)
    )


def everything(allows: Iterable[Statement]) -> bool:
    """Tell whether statements surely allow every request there is."""
    return any(_plain(one) and "*" in listed(one.value.get("Action", ())) for one in allows)


def allowed_by(deny: Statement, allows: Iterable[Statement]) -> bool:
    """Tell whether all that a Deny concerns is surely allowed by one of the Allows."""
    return any(_concerns_all(one.value, deny.value) for one in allows)


def all_but(deny: Statement, allows: frozenset[Statement]) -> bool:
    """Tell whether a Deny surely denies all that the Allows do not allow."""
    if not _plain(deny):
        return False
    if "*" in listed(deny.value.get("Action", ())):
        return True
    patterns = {one for allow in allows if _plain(allow) for one in _patterns(allow, "Action")}
    spared = _patterns(deny, "NotAction")
    return bool(spared) and all(swallowed(one, patterns) for one in spared)


CONTRARY = {
    "StringEquals": "StringNotEquals",
    "StringNotEquals": "StringEquals",
    "StringLike": "StringNotLike",
    "StringNotLike": "StringLike",
}


def _plain(one: Statement) -> bool:
    """Tell a statement that speaks of actions alone."""
    value = one.value
    if "Condition" in value or "Principal" in value or "NotResource" in value:
        return False
    return "*" in listed(value.get("Resource", "*"))


def _patterns(one: Statement, element: str) -> set[str]:
    return lower(one.value.get(element, ()))


def swallowed(action: str, patterns: Iterable[str]) -> bool:
    return any(pattern == action or _swallows(pattern, action) for pattern in patterns)


def _same_or_none(wide: Any, narrow: Any, element: str) -> bool:
    return element not in wide or wide[element] == narrow.get(element)


def _resources_cover(wide: Any, narrow: Any) -> bool:
    if "NotResource" in wide or "NotResource" in narrow:
        return bool(wide.get("NotResource") == narrow.get("NotResource") and "Resource" not in wide)
    mine = listed(wide.get("Resource", "*"))
    return "*" in mine or set(listed(narrow.get("Resource", "*"))) <= set(mine)


def _actions_cover(wide: Any, narrow: Any) -> bool:
    if "NotAction" in wide or "NotAction" in narrow:
        both = "NotAction" in wide and "NotAction" in narrow
        return both and lower(wide["NotAction"]) <= lower(narrow["NotAction"])
    mine = lower(wide.get("Action", ()))
    return all(swallowed(action, mine) for action in lower(narrow.get("Action", ())))


def _swallows(pattern: str, action: str) -> bool:
    """Tell whether a pattern matches all that an action, or a pattern that is longer, matches."""
    if "[" in pattern or "?" in action:
        return False
    # A `*` of the longer one stands for any text at all, and only a `*` matches that.
    return fnmatchcase(action.replace("*", "\0"), pattern.replace("?", "[!\0]"))


@cache
def may_meet(one: Statement, other: Statement) -> bool:
    """Tell whether two statements could concern the same request, as far as actions tell."""
    if "NotAction" in one.value and "Action" in other.value:
        one, other = other, one
    if "Action" not in one.value:
        return True
    if "NotAction" in other.value:
        spared = _patterns(other, "NotAction")
        return not all(swallowed(action, spared) for action in _patterns(one, "Action"))
    if "Action" not in other.value:
        return True
    return any(
        patterns_meet(first, second)
        for first, second in product(lower(one.value["Action"]), lower(other.value["Action"]))
    )


def patterns_meet(one: str, other: str) -> bool:
    """Compare up to the first wildcard: rather too often yes than once wrongly no."""
    first, second = _fixed(one), _fixed(other)
    if first == one and second == other:
        return first == second
    return first.startswith(second) or second.startswith(first)


def _fixed(pattern: str) -> str:
    ends = [pattern.find(mark) for mark in "*?" if mark in pattern]
    return pattern[: min(ends)] if ends else pattern


def lower(value: object) -> set[str]:
    return {one.lower() for one in listed(value)}


def listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
