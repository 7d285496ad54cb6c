"""Whether words and a statement meet is told for all actions, also those that AWS has not yet."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from govkit.access.action import Actions, action_matcher
from govkit.access.action_index import action_index
from govkit.access.cover import Cover
from govkit.access.overlap import meet


@pytest.mark.parametrize(
    ("said", "actions", "found"),
    [
        (Cover(("ec2:createfuture*",)), Actions(("ec2:*nextthing",)), True),
        (Cover(("ec2:createfuture*",)), Actions(("ec2:createfuturex",)), True),
        (Cover(("ec2:createfuture*",)), Actions(("ec2:create",)), False),
        (Cover(("ec2:createfuture*",)), Actions(("ec2:createfuture*",), negated=True), False),
        (Cover(("ec2:createfuture*",)), Actions(("ec2:createfuturex*",), negated=True), True),
        (Cover(("s3:*",), ("s3:get*",)), Actions(("s3:getobject",)), False),
        (Cover(("s3:*",), ("s3:getobject",)), Actions(("s3:getobject*",)), True),
        (Cover(("*",), ("s3:*",)), Actions(("s3:*",)), False),
        (Cover(("*",), ("s3:*",)), Actions(("s3:*",), negated=True), True),
        (Cover(("*",)), Actions(("brandnew:*",)), True),
        (Cover(("brandnew:*",)), Actions(("*",)), True),
        (Cover(("brandnew:*",)), Actions(("brandnew:*", "s3:*"), negated=True), False),
        (Cover(("s3:*",)), Actions(("ec2:*",)), False),
        (Cover(("*",)), Actions(("*",), negated=True), False),
    ],
)
def test_they_meet(said: Cover, actions: Actions, *, found: bool) -> None:
    assert meet(said, actions) is found


def test_actions_of_today_alone_would_mislead() -> None:
    index = action_index()
    assert index.mask("ec2:createfuture*") & index.mask("ec2:*nextthing") == 0
    assert meet(Cover(("ec2:createfuture*",)), Actions(("ec2:*nextthing",)))


_NAMES = st.text(alphabet="ab*?", min_size=1, max_size=4)
_PATTERNS = st.one_of(
    st.just("*"), st.builds(lambda of, name: f"{of}:{name}", st.sampled_from(["p", "q"]), _NAMES)
)
_SOME = st.lists(_PATTERNS, min_size=1, max_size=3).map(lambda found: tuple(sorted(set(found))))
_EVERY = [
    f"{service}:{''.join(letters)}"
    for service in ("p", "q", "r")
    for size in (1, 2, 3, 4)
    for letters in product("abx", repeat=size)
]


@given(_SOME, st.one_of(st.just(()), _SOME), st.builds(Actions, _SOME, st.booleans()))
@example(("p:a*",), (), Actions(("p:a",)))
@settings(max_examples=400, deadline=None)
def test_whatever_meets_is_told(
    names: tuple[str, ...], but: tuple[str, ...], actions: Actions
) -> None:
    of, without = action_matcher(Actions(names)), action_matcher(Actions(but))
    spoken = action_matcher(actions)
    if any(of(one) and not without(one) and spoken(one) for one in _EVERY):
        assert meet(Cover(names, but), actions)


def test_what_takes_too_long_to_tell_may_meet() -> None:
    crowd = Actions(tuple(sorted(f"s3:*a*b*{number}*" for number in range(400))))
    assert meet(Cover(("s3:*zz*zz*yy*",)), crowd)
