"""Find a text for every way in which a set of patterns can match and fail to match together."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from govkit.access.glob import Token, Wild

BUDGET = 4_000_000  # states of the joint automaton times its size; published policies need 11 %
_FEW = 16  # positions that are faster to look at one by one
_STEP = 64  # what a state costs beside its size


class OutOfBudgetError(Exception):
    """The question has an answer, but finding it would take longer than anyone waits."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern over texts; `any_case` for one whose letters match in either case.

    In a `segmented` one no wildcard takes a colon before the fifth colon, as in an ARN.
    """

    tokens: tuple[Token, ...]
    any_case: bool = False
    segmented: bool = False


@dataclass(frozen=True, slots=True)
class Universe:
    """The texts that there are: of `letters` alone (empty for any character) without `without`.

    `filler` names the characters to prefer where any would do.
    """

    filler: str = "xyzuvw0123456789"
    letters: str = ""
    without: str = ""
    least: int = 0  # characters


def minterms(
    patterns: Iterable[Pattern], universe: Universe = Universe(), seeds: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return texts among which every satisfiable combination of matches occurs, seeds first.

    Patterns without wildcards stand for themselves, so that long lists of names cost nothing.
    Raises `OutOfBudgetError` where the joint automaton is beyond `BUDGET`.
    """
    return _minterms(frozenset(patterns), universe, tuple(seeds))


def is_literal(pattern: Pattern) -> bool:
    return not pattern.any_case and not any(isinstance(token, Wild) for token in pattern.tokens)


@lru_cache(maxsize=4096)
def _minterms(
    patterns: frozenset[Pattern], universe: Universe, seeds: tuple[str, ...]
) -> tuple[str, ...]:
    literals = {_text(one) for one in patterns if is_literal(one)}
    literals = {text for text in literals if _belongs(text, universe)}
    wild = [one for one in patterns if not is_literal(one)]
    collisions: set[str] = set()
    while True:
        apart = [Pattern((text,) if text else ()) for text in sorted(collisions)]
        found = list(_walk([*sorted(wild, key=str), *apart], universe))
        more = literals.intersection(found) - collisions
        if not more:
            return tuple(dict.fromkeys([*seeds, *sorted(literals), *found]))
        # A text that is also one of the literals says nothing of its neighbours: set it apart.
        collisions |= more


def _text(pattern: Pattern) -> str:
    return "".join(token for token in pattern.tokens if isinstance(token, str))


def _belongs(text: str, universe: Universe) -> bool:
    return (
        len(text) >= universe.least
        and not set(text).intersection(universe.without)
        and (not universe.letters or set(text).issubset(universe.letters))
    )


@dataclass(slots=True)
class _Machine:
    """All patterns side by side; bit i of a state says that position i of them is reached."""

    start: int = 0
    final: int = 0
    loops: int = 0  # a star stands here
    anyone: int = 0  # a question mark stands here
    no_colon: int = 0  # the wildcard here takes no colon
    size: int = 0
    exact: dict[str, int] = field(default_factory=dict)  # the positions where a character counts
    at: dict[int, str] = field(default_factory=dict)  # the characters that count at a position

    def step(self, state: int, char: str) -> int:
        loops, anyone = state & self.loops, state & self.anyone
        if char == ":":
            loops &= ~self.no_colon
            anyone &= ~self.no_colon
        return (state & self.exact.get(char, 0) | anyone) << 1 | loops


def _walk(patterns: list[Pattern], universe: Universe) -> Iterator[str]:
    """Yield a shortest text for each set of patterns that match together; breadth first."""
    machine = _machine(patterns)
    seen = {machine.start}
    answers: set[int] = set()
    queue = deque([(machine.start, "")])
    while queue:
        state, path = queue.popleft()
        answer = state & machine.final
        if answer not in answers and len(path) >= universe.least:
            answers.add(answer)
            yield path
        for char in _letters(machine, state, universe):
            after = machine.step(state, char)
            if after not in seen or len(path) < universe.least:
                seen.add(after)
                queue.append((after, path + char))
        if len(seen) * (machine.size + _STEP) > BUDGET:
            raise OutOfBudgetError


def _machine(patterns: list[Pattern]) -> _Machine:
    machine = _Machine()
    for pattern in patterns:
        _add(machine, pattern)
    return machine


def _add(machine: _Machine, pattern: Pattern) -> None:
    machine.start |= 1 << machine.size
    colons = 0
    for token in pattern.tokens:
        here = 1 << machine.size
        if isinstance(token, Wild):
            if pattern.segmented and colons < 5:  # noqa: PLR2004 -- of an ARN's six segments
                machine.no_colon |= here
            if token is Wild.STAR:
                machine.loops |= here
            else:
                machine.anyone |= here
                machine.size += 1
            continue
        for char in token:
            _add_char(machine, char, any_case=pattern.any_case)
            colons += char == ":"
    machine.final |= 1 << machine.size
    machine.size += 1


def _add_char(machine: _Machine, char: str, *, any_case: bool) -> None:
    spellings = {char.lower(), char.upper()} if any_case else {char}
    for spelling in spellings:
        machine.exact[spelling] = machine.exact.get(spelling, 0) | 1 << machine.size
    machine.at[machine.size] = "".join(sorted(spellings))
    machine.size += 1


def _letters(machine: _Machine, state: int, universe: Universe) -> Iterator[str]:
    """Yield the characters that tell something in a state, and one that stands for all others."""
    telling = _telling(machine, state)
    if state & machine.no_colon:
        telling.add(":")
    yield from (
        char
        for char in sorted(telling)
        if char not in universe.without and (not universe.letters or char in universe.letters)
    )
    other = _other(telling, universe)
    if other:
        yield other


def _telling(machine: _Machine, state: int) -> set[str]:
    """Return the characters that count in a state: by its positions, or, if it has many, by all."""
    if state.bit_count() > _FEW:
        return {char for char, places in machine.exact.items() if places & state}
    telling: set[str] = set()
    rest = state
    while rest:
        low = rest & -rest
        telling.update(machine.at.get(low.bit_length() - 1, ""))
        rest ^= low
    return telling


def _other(telling: set[str], universe: Universe) -> str:
    pool: str = universe.letters or f"{universe.filler}abcdefghijklmnopqrstXYZ-_/"
    taken = telling.union(universe.without)
    for char in f"{universe.filler}{pool}":
        if char not in taken and char in pool:
            return char
    if universe.letters:
        return ""
    return chr(next(code for code in range(0x100, 0x11000) if chr(code) not in telling))
