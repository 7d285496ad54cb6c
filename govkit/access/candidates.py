"""Values of one condition key that tell its tests apart: complete where the theory is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import localcontext
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise

from govkit.access import operands
from govkit.access.arn import SEGMENTS, arn_segments, is_anything, is_arn
from govkit.access.condition import Test, operand_tokens
from govkit.access.glob import Token, Wild, glob, tokens
from govkit.access.minterms import OutOfBudgetError, Pattern, Universe, is_literal, minterms
from govkit.access.operators import Family, operator

_SEGMENT = Universe(without=":")
_LAST = Universe()
_SOME_ARN = ("arn", "aws", "iam", "", "111111111111", "role/Any")
_MANY = 5_000  # combinations of one set of ARN patterns
_TEXTS = frozenset((Family.STRING, Family.ARN))

# What a witness says where anything would do; tried first, so that examples read well.
_USUAL: dict[str, tuple[str, ...]] = {
    "aws:requestedregion": ("ap-south-1", "eu-west-1", "us-east-1"),
    "aws:principalaccount": ("111111111111",),
    "aws:resourceaccount": ("111111111111",),
    "aws:sourceaccount": ("111111111111",),
    "aws:principalarn": ("arn:aws:iam::111111111111:role/Any",),
    "aws:principalorgid": ("o-otherorgid",),
    "aws:resourceorgid": ("o-otherorgid",),
    "aws:sourceip": ("198.51.100.7", "2001:db8::7"),
}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Single values, the usual ones first; `complete` when they stand for all there are."""

    values: tuple[str, ...]
    complete: bool


def candidates(key: str, tests: Iterable[Test]) -> Candidates:
    """Return values of a key among which every possible combination of its tests' answers occurs.

    Values are taken to be well-formed for the operators used: ARNs where an Arn operator asks,
    addresses where an IP operator does, `true` or `false` for Bool. Tests of kinds that no theory
    joins (a date that is also compared as a string) make the answer incomplete. The tests have no
    policy variables.
    """
    by_family: dict[Family, list[Test]] = {}
    for test in tests:
        by_family.setdefault(operator(test.operator).family, []).append(test)
    by_family.pop(Family.NULL, None)
    by_family.pop(Family.NEVER, None)
    usual = _USUAL.get(key, ("other",))
    if Family.BOOL in by_family:
        return Candidates(("true", "false"), complete=True)
    try:
        found = list(_values(by_family, usual))
    except OutOfBudgetError:
        written = (value for one in by_family.values() for test in one for value in test.values)
        return Candidates(tuple(dict.fromkeys([*usual, *written])), complete=False)
    complete = len(by_family) <= 1 or by_family.keys() <= _TEXTS
    return Candidates(tuple(dict.fromkeys(found or usual)), complete)


def arns(patterns: Iterable[tuple[Token, ...]], usual: Sequence[str] = _SOME_ARN) -> list[str]:
    """Return ARNs among which every possible combination of matches of ARN patterns occurs.

    Segment by segment: what matches together in one does not depend on the others.
    """
    found = [tuple(segments) for one in patterns if (segments := arn_segments(one)) is not None]
    ways: dict[int, tuple[str, ...]] = {(1 << len(found)) - 1: ()}
    for index in range(SEGMENTS):
        here = _segment([segments[index] for segments in found], index, usual[index])
        after: dict[int, tuple[str, ...]] = {}
        for mask, texts in ways.items():
            for also, text in here.items():
                after.setdefault(mask & also, (*texts, text))
        if len(after) > _MANY:
            raise OutOfBudgetError
        ways = after
    return [":".join(texts) for texts in ways.values()]


def _segment(patterns: list[list[Token]], index: int, usual: str) -> dict[int, str]:
    """Return a text for each set of patterns, as a mask, that match one segment together."""
    distinct = {tuple(one): glob(one) for one in patterns}
    universe = _LAST if index == SEGMENTS - 1 else _SEGMENT
    texts: Iterable[str] = (usual,)
    seeds = (usual, *sorted(map(_filled, distinct)))
    if index:  # an ARN begins with arn
        texts = minterms(
            (Pattern(one) for one in distinct if not is_anything(one)), universe, seeds
        )
    found: dict[int, str] = {}
    for text in texts:
        matching = {one for one, matches in distinct.items() if matches(text)}
        mask = sum(1 << bit for bit, one in enumerate(patterns) if tuple(one) in matching)
        found.setdefault(mask, text)
    return found


def _values(by_family: dict[Family, list[Test]], usual: tuple[str, ...]) -> Iterator[str]:
    strings, arn_tests = by_family.get(Family.STRING, []), by_family.get(Family.ARN, [])
    if arn_tests and strings:
        yield from _both(strings, [one for test in arn_tests for one in operand_tokens(test)])
    elif arn_tests:
        yield from arns(one for test in arn_tests for one in operand_tokens(test))
    elif strings:
        patterns = sorted(_patterns(strings), key=str)
        yield from minterms(patterns, _LAST, (*usual, *(_filled(one.tokens) for one in patterns)))
    for family, tests in by_family.items():
        values = sorted({value for test in tests for value in test.values})
        match family:
            case Family.NUMERIC:
                yield from _numbers(values)
            case Family.DATE:
                yield from _dates(values)
            case Family.ADDRESS:
                yield from (*_USUAL["aws:sourceip"], *_addresses(values))
            case Family.BINARY:
                yield from (*values, "eA==", "eHg=", "eHh4")
            case _:
                pass


def _patterns(tests: list[Test]) -> Iterator[Pattern]:
    for test in tests:
        any_case = test.operator.endswith("IgnoreCase")
        yield from (Pattern(one, any_case) for one in operand_tokens(test))


def _both(strings: list[Test], arn_patterns: list[tuple[Token, ...]]) -> Iterator[str]:
    """Join tests of strings and of ARNs on one key, whose values are then ARNs."""
    patterns = list(_patterns(strings))
    if all(is_literal(one) for one in patterns):
        found: Iterable[str] = arns([*arn_patterns, *(one.tokens for one in patterns)])
    else:
        segmented = [
            Pattern(joined(segments), segmented=True)
            for one in [*arn_patterns, tokens("arn:*:*:*:*:*")]
            if (segments := arn_segments(one)) is not None
        ]
        found = minterms([*patterns, *segmented], _LAST, _USUAL["aws:principalarn"])
    yield from (text for text in found if is_arn(text))


def joined(segments: Iterable[Sequence[Token]]) -> tuple[Token, ...]:
    """Return a pattern of its segments, with colons between them."""
    found: list[Token] = []
    for index, segment in enumerate(segments):
        found.extend((":", *segment) if index else segment)
    return tuple(found)


def _filled(pattern: Sequence[Token]) -> str:
    """Return a text that matches a pattern and reads well."""
    return "".join("x" if isinstance(token, Wild) else token for token in pattern)


def _numbers(values: list[str]) -> Iterator[str]:
    """Yield each figure, one between neighbours, and one beyond each end."""
    figures = sorted({found for value in values if (found := operands.number(value)) is not None})
    with localcontext(prec=3_000):
        yield from map(str, figures)
        yield from (str((low + high) / 2) for low, high in pairwise(figures))
        yield from (str(figures[0] - 1), str(figures[-1] + 1)) if figures else ("0",)


def _dates(values: list[str]) -> Iterator[str]:
    moments = sorted({found for value in values if (found := operands.date(value)) is not None})
    if not moments:
        yield "2026-01-01T00:00:00Z"
        return
    second = 1_000_000
    between = ((low + high) // 2 for low, high in pairwise(moments))
    for moment in (*moments, *between, moments[0] - second, moments[-1] + second):
        yield operands.moment(moment)


def _addresses(values: list[str]) -> Iterator[str]:
    """Yield an address of every range into which the ends of all ranges cut the address spaces."""
    starts = {(4, 0), (6, 0)}
    for family, first, last in filter(None, map(operands.network, values)):
        starts |= {(family, first), (family, last + 1)}
    for family, figure in sorted(starts):
        if family == 4 and figure < 1 << 32:  # noqa: PLR2004 -- IPv4
            yield str(IPv4Address(figure))
        elif family == 6 and figure < 1 << 128:  # noqa: PLR2004 -- IPv6
            yield str(IPv6Address(figure))
