"""The semantic difference against brute force on small universes."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from chains import ALLOW_ALL, scps
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from govkit.access import condition
from govkit.access.action import Actions, action_matcher
from govkit.access.chain import Chain
from govkit.access.cover import Cover
from govkit.access.difference import Change, Difference, Effect, difference
from govkit.access.judge import Judge
from govkit.access.request import Request, request
from govkit.access.resource import Resources, resource_check
from govkit.access.variables import COMPLETE

ACTIONS = ("s3:Get", "s3:GetX", "s3:Put", "s3:PutX", "ec2:Run", "iam:Get")
RESOURCES = ("*", "arn:aws:s3:::a", "arn:aws:s3:::ab", "arn:aws:s3:::b/a", "arn:aws:ec2:r:1:b")
VALUES: dict[str, tuple[Any, ...]] = {
    "k:text": (None, "a", "ab", "B", "b"),
    "k:arn": (None, "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", "arn:aws:iam::2:user/a"),
    "k:figure": (None, "1", "2", "2.5", "3", "4"),
    "k:address": (None, "10.0.0.1", "10.1.0.1", "11.0.0.1", "2001:db8::1"),
    "k:flag": (None, "true", "false"),
    "k:when": (None, "2026-01-01", "2026-06-01T00:00:00Z", "1798761600"),
    "k:many": (None, "a", "b", ["a", "b"], ["a", "c"], ["a", "b", "c"]),
}
_OPERATORS = {
    "k:text": ("StringEquals", "StringLike", "StringEqualsIgnoreCase"),
    "k:arn": ("ArnLike", "ArnEquals"),
    "k:figure": ("NumericEquals", "NumericLessThan", "NumericGreaterThanEquals"),
    "k:address": ("IpAddress",),
    "k:flag": ("Bool",),
    "k:when": ("DateEquals", "DateLessThan", "DateGreaterThanEquals"),
    "k:many": tuple(
        f"{each}:{name}"
        for each in ("ForAnyValue", "ForAllValues")
        for name in ("StringEquals", "StringLike", "StringNotEquals")
    ),
}
_NEGATED = {
    "StringEquals": "StringNotEquals",
    "StringLike": "StringNotLike",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "ArnLike": "ArnNotLike",
    "ArnEquals": "ArnNotEquals",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
}
_OPERANDS = {
    "k:text": ("a", "b", "a*", "?", "*b", "AB"),
    "k:arn": ("arn:aws:iam::1:role/a", "arn:aws:iam::*:role/*", "arn:aws:iam::1:*"),
    "k:figure": ("1", "2", "3"),
    "k:address": ("10.0.0.0/8", "10.0.0.0/16", "2001:db8::/32"),
    "k:flag": ("true", "false"),
    "k:when": ("2026-01-01T00:00:00Z", "2026-06", "2027"),
    "k:many": ("a", "b", "c*"),
}


Levels = list[list[dict[str, Any]]]


@st.composite
def _condition(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for key in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=2, unique=True)):
        name = draw(st.sampled_from(_OPERATORS[key]))
        if draw(st.booleans()):
            name = _NEGATED.get(name, name)
        if draw(st.booleans()):
            name += "IfExists"
        if draw(st.integers(0, 5)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(("true", "false")))
        else:
            operands = st.lists(st.sampled_from(_OPERANDS[key]), min_size=1, max_size=2)
            found.setdefault(name, {})[key] = draw(operands)
    return found


@st.composite
def _statement(draw: st.DrawFn, effect: str) -> dict[str, Any]:
    some = ("*", "s3:*", "s3:Get*", "s3:Put", "s3:*X", "ec2:Run", "iam:?et", "s3:Unheard")
    places = ("*", "arn:aws:s3:::a*", "arn:aws:s3:::b/*", "arn:aws:*:*:*:?", "arn:aws:s3:::ab")
    action = draw(st.sampled_from(("Action", "Action", "NotAction")))
    place = draw(st.sampled_from(("Resource", "Resource", "NotResource")))
    return {
        "Effect": effect,
        action: draw(st.lists(st.sampled_from(some), min_size=1, max_size=2)),
        place: draw(st.lists(st.sampled_from(places), min_size=1, max_size=2)),
        "Condition": draw(_condition()),
    }


@st.composite
def _chains(draw: st.DrawFn) -> tuple[Levels, Levels]:
    """Draw the levels of an old chain, and of a new one that shares much with it."""
    denies = draw(st.lists(_statement("Deny"), max_size=3))
    allows = draw(st.lists(_statement("Allow"), max_size=2))
    more = draw(st.lists(_statement("Deny"), max_size=2))
    other = draw(st.lists(_statement("Allow"), max_size=1))
    keep = draw(st.integers(0, len(denies)))
    wide = [ALLOW_ALL] if draw(st.booleans()) else []
    old = [[ALLOW_ALL, *denies], [*wide, *allows]]
    new = [[ALLOW_ALL, *denies[:keep], *more], [*wide, *allows[: len(allows) - 1], *other]]
    return old, new


def _universe() -> Iterator[Request]:
    """Yield requests that differ in an action, a resource and two keys at most."""
    keys = sorted(VALUES)
    for action, place in product(ACTIONS, RESOURCES):
        yield request(action, place)
        for first, second in product(keys, keys):
            if first < second:
                for values in product(VALUES[first], VALUES[second]):
                    found = dict(zip((first, second), values, strict=True))
                    yield request(action, place, found)


UNIVERSE = tuple(_universe())


def _covers(effect: Effect, asked: Request) -> bool:
    return (
        _in(effect.actions, lambda names: action_matcher(Actions(_lower(names)))(asked.action))
        and _in(effect.resources, lambda names: _place(names, asked))
        and all(condition.check(test)(asked.context, COMPLETE) for test in effect.conditions)
    )


def _in(cover: Cover, matches: Any) -> bool:
    return bool(matches(cover.names)) and not (cover.but and matches(cover.but))


def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _place(names: tuple[str, ...], asked: Request) -> bool:
    return bool(resource_check(Resources(names))(asked.resource, {}, COMPLETE))


def _check(old: Chain, new: Chain, found: Difference, universe: tuple[Request, ...]) -> None:
    before, after = Judge(old), Judge(new)
    tell = all(one.exact for one in found.newly_denied + found.newly_allowed)
    for asked in universe:
        was = before.verdict(asked).outcome.permits
        will = after.verdict(asked).outcome.permits
        denied, allowed = bool(was and not will), bool(will and not was)
        if denied:
            assert found.change in (Change.STRENGTHENS, Change.BOTH, Change.UNKNOWN), asked
        if allowed:
            assert found.change in (Change.WEAKENS, Change.BOTH, Change.UNKNOWN), asked
        for changed, effects in ((denied, found.newly_denied), (allowed, found.newly_allowed)):
            said = any(_covers(one, asked) for one in effects)
            assert said or not changed, asked
            assert changed or not said or not tell, asked


def _confirmed(found: Difference) -> None:
    for effects, was in ((found.newly_denied, True), (found.newly_allowed, False)):
        for one in effects:
            assert one.witness.old.outcome.permits is was
            assert one.witness.new.outcome.permits is not was
            assert _covers(one, one.witness.request), one


@settings(
    max_examples=60,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(_chains())
def test_no_request_changes_sides_unseen_and_none_is_said_to_that_does_not(
    levels: tuple[Levels, Levels],
) -> None:
    old, new = (scps(*found) for found in levels)
    found = difference(old, new)
    event(found.change.value)
    assert found.change is not Change.UNKNOWN
    _confirmed(found)
    _check(old, new, found, UNIVERSE[:: len(UNIVERSE) // 1500])


@pytest.mark.nightly
@settings(
    max_examples=300,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(_chains())
def test_hundreds_of_chains_against_every_request_of_a_small_universe(
    levels: tuple[Levels, Levels],
) -> None:
    old, new = (scps(*found) for found in levels)
    found = difference(old, new)
    assert found.change is not Change.UNKNOWN
    _confirmed(found)
    _check(old, new, found, UNIVERSE)


_TEMPLATES = ("${k:arn}", "${k:figure, 'a'}", "a${k:figure}*", "a", "${*}")


@st.composite
def _owned(draw: st.DrawFn) -> Levels:
    """Draw the levels of a chain whose conditions and resources have policy variables."""
    found = []
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(("StringEquals", "StringLike", "StringNotEquals")))
        name += draw(st.sampled_from(("", "IfExists")))
        place = draw(st.sampled_from(("*", "arn:aws:s3:::a${k:figure}", "arn:aws:s3:::${k:text}*")))
        test = {name: {"k:text": [draw(st.sampled_from(_TEMPLATES))]}}
        found.append({"Effect": "Deny", "Action": "s3:*", "Resource": place, "Condition": test})
    return [[ALLOW_ALL, *found]]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_owned(), _owned())
def test_with_policy_variables_nothing_is_missed_and_nothing_made_up(
    before: Levels, after: Levels
) -> None:
    old, new = scps(*before), scps(*after)
    found = difference(old, new)
    event(found.change.value)
    _confirmed(found)
    first, second = Judge(old), Judge(new)
    for asked in UNIVERSE[::13]:
        was = first.verdict(asked).outcome.permits
        if was is not second.verdict(asked).outcome.permits:
            expected = Change.STRENGTHENS if was else Change.WEAKENS
            assert found.change in (expected, Change.BOTH, Change.UNKNOWN)


_FEW = ("*", "a", "b", "a*", "b*", "?", "ab", "*b", "a?", "ab*", "a*b")
_NAMED = st.sampled_from(_FEW).map(lambda name: f"own:{name}")
_EVERY_NAME = [
    f"own:{''.join(letters)}" for size in (1, 2, 3, 4) for letters in product("abx", repeat=size)
]


@given(
    old=st.lists(_NAMED, min_size=1, max_size=3),
    new=st.lists(_NAMED, min_size=1, max_size=3),
    but=st.booleans(),
)
@example(old=["own:a*"], new=["own:a"], but=False)
@settings(max_examples=300, deadline=None)
def test_a_pattern_is_more_than_the_names_that_it_matches_today(
    old: list[str],
    new: list[str],
    *,
    but: bool,
) -> None:
    """EQUAL is a proof for actions yet to come, also for those named like nothing that is written."""
    spoken = {"NotAction" if but else "Action": new}
    statement = {"Effect": "Deny", "Resource": "*", **spoken}
    before = scps([ALLOW_ALL, {"Effect": "Deny", "Action": old, "Resource": "*"}])
    found = difference(before, scps([ALLOW_ALL, statement]))
    matches = action_matcher(Actions(tuple(old)))
    will = action_matcher(Actions(tuple(new), but))
    denied = any(will(one) and not matches(one) for one in _EVERY_NAME)
    allowed = any(matches(one) and not will(one) for one in _EVERY_NAME)
    event(found.change.value)
    assert not denied or found.newly_denied
    assert not allowed or found.newly_allowed
