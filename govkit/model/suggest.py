"""Guesses what a mistyped name was meant to be."""

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from heapq import nlargest

ALIKE = 0.6
ALIKE_STEP = 0.9
MANY = 20_000
COMPARISONS = 100_000  # about two seconds


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return `Did you mean "…"?`, or nothing where no known name is near."""
    best = nearest(name, known)
    return f'Did you mean "{best[0]}"?' if best else ""


def nearest(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Return the known names that look most like this one, best first, bounded in time."""
    matcher: SequenceMatcher[str] = SequenceMatcher(b=name.casefold()[:200])
    alike = [
        (ratio, candidate)
        for _, candidate in zip(range(MANY), sorted(known), strict=False)
        if (ratio := _ratio(name, matcher, candidate)) >= ALIKE
    ]
    return [candidate for _, candidate in nlargest(count, alike, key=lambda pair: pair[0])]


def _ratio(name: str, matcher: SequenceMatcher[str], candidate: str) -> float:
    """Return how alike they are; a path whose last step is the name is very much so."""
    if candidate.casefold().endswith(f"/{name.casefold()}"):
        return ALIKE_STEP
    matcher.set_seq1(candidate.casefold()[:200])
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


class Guesses:
    """Suggestions for one reading: remembers answers, and stops guessing after very many."""

    __slots__ = ("_known", "_left")

    def __init__(self, budget: int = COMPARISONS) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._left = budget

    def __call__(self, family: str, name: str, known: Collection[str]) -> str:
        """Return `Did you mean …?` for a name of a family of names (`OU`, `account`)."""
        guess = self._known.get((family, name))
        if guess is None:
            if self._left <= 0:
                return ""
            self._left -= len(known)
            guess = self._known[family, name] = did_you_mean(name, known)
        return guess
