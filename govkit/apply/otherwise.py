"""Says what was expected and what was found: where the two differ, and no more than one reads."""

import json
from typing import Any

from govkit.model.evidence import canonical

NOTHING = "nothing there"
_LONGEST = 300
_LEAD = 40


def otherwise(expected: str, found: str, was: str = "expected", now: str = "found") -> str:
    """Return `expected …, found …` of two things told as canonical JSON, or as `nothing there`."""
    if NOTHING in (expected, found):
        return f"{was} {_cut(expected, 0)}, {now} {_cut(found, 0)}"
    there, here = map(canonical, _apart(json.loads(expected), json.loads(found)))
    start = next(
        (at for at, two in enumerate(zip(there, here, strict=False)) if len({*two}) > 1), 0
    )
    return f"{was} {_cut(there, start)}, {now} {_cut(here, start)}"


def _apart(one: Any, other: Any) -> tuple[Any, Any]:
    """Return both without what they have in common."""
    match one, other:
        case dict(), dict():
            keys = [key for key in {**one, **other} if not _same(one, other, key)]
            pairs = {key: _apart(one.get(key), other.get(key)) for key in keys}
            return (
                {key: pair[0] for key, pair in pairs.items() if key in one},
                {key: pair[1] for key, pair in pairs.items() if key in other},
            )
        case list(), list():
            mine, theirs = _beside(one, other), _beside(other, one)
            if len(mine) == len(theirs) == 1:
                pair = _apart(mine[0], theirs[0])
                return [pair[0]], [pair[1]]
            return (mine, theirs) if mine or theirs else (one, other)
        case _:
            return one, other


def _same(one: dict[str, Any], other: dict[str, Any], key: str) -> bool:
    return key in one and key in other and canonical(one[key]) == canonical(other[key])


def _beside(these: list[Any], those: list[Any]) -> list[Any]:
    known = {canonical(each) for each in those}
    return [each for each in these if canonical(each) not in known]


def _cut(text: str, start: int) -> str:
    """Return the text, what is around `start` of it where it is very long."""
    if len(text) <= _LONGEST:
        return text
    begin = max(0, min(start - _LEAD, len(text) - _LONGEST))
    shown = text[begin : begin + _LONGEST]
    return f"{'…' if begin else ''}{shown}{'…' if begin + _LONGEST < len(text) else ''}"
