"""What is called shadowed adds nothing, whatever the statements: the engine agrees with each proof."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.access.difference import Change, difference, same
from govkit.access.verdict import Kind
from govkit.checks._ask import denying
from govkit.checks._paper import paper
from govkit.checks._shadow import shadows

ACTIONS = ("s3:Get*", "s3:GetObject", "s3:Put*", "s3:*", "ec2:RunInstances", "*")
RESOURCES = ("*", "arn:aws:s3:::a*", "arn:aws:s3:::ab", "arn:aws:*:*:*:b")
TESTS = (
    {},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    {"StringNotLike": {"aws:RequestedRegion": "eu-*"}},
    {"Bool": {"aws:ViaAWSService": "true"}},
    {"Null": {"aws:PrincipalTag/x": "true"}, "BoolIfExists": {"aws:ViaAWSService": "false"}},
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.just("Deny"),
        "Action": st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2),
        "Resource": st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
        "Condition": st.sampled_from(TESTS),
    }
)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(statements: list[dict[str, Any]]) -> Any:
    return paper("x", "scp", {"Version": "2012-10-17", "Statement": statements})


@SLOW
@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_without_the_shadowed_statements_the_same_is_denied(
    statements: list[dict[str, Any]],
) -> None:
    one = read(statements)
    gone = {shadow.of.meaning.index for shadow in shadows([one])}
    every = [said.meaning for said in one.statements]
    left = [meaning for meaning in every if meaning.index not in gone]
    found = difference(denying(Kind.SCP, left), denying(Kind.SCP, every))
    assert left
    assert found.change is Change.EQUAL


@SLOW
@given(st.lists(STATEMENTS, min_size=1, max_size=2))
def test_a_copy_is_always_found(statements: list[dict[str, Any]]) -> None:
    one = read([*statements, dict(statements[0])])
    assert any(shadow.of.meaning.index >= len(statements) for shadow in shadows([one]))


@SLOW
@given(st.lists(STATEMENTS, max_size=3), st.lists(STATEMENTS, max_size=3))
def test_same_says_what_the_whole_difference_says(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    before, after = (
        denying(Kind.SCP, [said.meaning for said in read(statements).statements])
        for statements in (old, new)
    )
    assert same(before, after) == (difference(before, after).change is Change.EQUAL)
