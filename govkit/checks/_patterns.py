"""Whether two patterns have a text in common, and whether one covers the other."""

import re
from functools import lru_cache

from govkit.access.glob import glob, tokens

_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_ODD = "\ue000"  # stands for what a wildcard of the narrower pattern may be; nobody writes it


def opened(text: str) -> str:
    """Return a text with its policy variables, or the placeholders of a template, as wildcards."""
    return _VARIABLE.sub("*", text)


@lru_cache(maxsize=50_000)
def meet(one: str, other: str) -> bool:
    """Tell whether some text matches both patterns, by the states that both can be in."""
    states = _closed(one, other, {(0, 0)})
    seen = set(states)
    while states:
        if (len(one), len(other)) in states:
            return True
        after = {
            (i + (one[i] != "*"), j + (other[j] != "*"))
            for i, j in states
            if i < len(one) and j < len(other) and _agree(one[i], other[j])
        }
        states = _closed(one, other, after) - seen
        seen |= states
    return False


def covers(wide: str, narrow: str) -> bool:
    """Tell whether all that a pattern matches is matched by another one; False where in doubt."""
    matches = glob(tokens(wide))
    spelled = (narrow.replace("*", _ODD * count).replace("?", _ODD) for count in (0, 1, 2, 7))
    return all(matches(text) for text in spelled)


def _agree(one: str, other: str) -> bool:
    return one in ("*", "?") or other in ("*", "?") or one == other


def _closed(one: str, other: str, states: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Add the states that are reached when a `*` stands for nothing more."""
    found: set[tuple[int, int]] = set()
    waiting = list(states)
    while waiting:
        i, j = waiting.pop()
        if (i, j) in found:
            continue
        found.add((i, j))
        if i < len(one) and one[i] == "*":
            waiting.append((i + 1, j))
        if j < len(other) and other[j] == "*":
            waiting.append((i, j + 1))
    return found
