"""Weighing what differs says what comparing the whole chains says, whatever both of them say besides."""

from typing import Any

import pytest
from chains import allow, deny, document
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.difference import Change, difference
from govkit.access.judge import Judge
from govkit.access.ledger import Ledger
from govkit.access.request import request
from govkit.access.scales import TOO_MUCH, Budget, Scales
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind

_ALL = document(allow("*"))
_CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
    {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
]
_STATEMENTS = st.builds(
    lambda action, conditions: deny(action, **conditions),
    st.sampled_from(["s3:*", "s3:Get*", "ec2:RunInstances", "*"]),
    st.sampled_from(_CONDITIONS),
)
_DOCUMENTS = st.one_of(
    st.lists(_STATEMENTS, min_size=1, max_size=2).map(lambda said: document(*said)),
    st.sampled_from([document(allow("s3:*")), document(allow("ec2:*"))]),
)
_LEVELS = st.lists(
    st.tuples(st.booleans(), st.lists(_DOCUMENTS, max_size=2)), min_size=1, max_size=2
)


def _whole(levels: Any) -> list[list[dict[str, Any]]]:
    return [[*([_ALL] if free else []), *documents] for free, documents in levels]


def _number(levels: list[list[dict[str, Any]]], ledger: Ledger) -> int:
    found = Ledger.FREE
    for documents in levels:
        numbers = frozenset(ledger.document(str(one), lambda one=one: one) for one in documents)
        found = ledger.chain(found, numbers)
    return found


def _chain(levels: list[list[dict[str, Any]]]) -> Chain:
    return Chain(
        Kind.SCP,
        tuple(
            Level(str(place), tuple(policy(str(one), one) for one in documents))
            for place, documents in enumerate(levels)
        ),
    )


@given(_LEVELS, _LEVELS)
@settings(max_examples=150, deadline=None)
def test_weighing_is_comparing(old_levels: Any, new_levels: Any) -> None:
    old, new = _whole(old_levels), _whole(new_levels)
    ledger = Ledger(Kind.SCP)
    scales = Scales(ledger, Budget(10_000))
    found = scales.weigh(_number(old, ledger), _number(new, ledger))
    expected = difference(_chain(old), _chain(new))
    assert found.change is expected.change
    judges = Judge(_chain(old)), Judge(_chain(new))
    for effects, before in ((found.newly_denied, True), (found.newly_allowed, False)):
        for effect in effects:
            answers = [judge.verdict(effect.witness.request) for judge in judges]
            assert [one.outcome.permits for one in answers] == [before, not before]


@given(_LEVELS, _LEVELS)
@settings(max_examples=100, deadline=None)
def test_a_verdict_by_numbers_is_the_judges_verdict(old_levels: Any, new_levels: Any) -> None:
    old, new = _whole(old_levels), _whole(new_levels)
    ledger = Ledger(Kind.SCP)
    scales = Scales(ledger, Budget(10_000))
    found = scales.weigh(_number(old, ledger), _number(new, ledger))
    for effect in (*found.newly_denied, *found.newly_allowed):
        for levels in (old, new):
            named = [
                (
                    str(place),
                    [(str(one), ledger.document(str(one), lambda one=one: one)) for one in said],
                )
                for place, said in enumerate(levels)
            ]
            asked = effect.witness.request
            assert scales.verdict(named, asked) == Judge(_chain(levels)).verdict(asked)


@given(_LEVELS, _LEVELS, st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_beyond_the_budget_nothing_is_guessed(old_levels: Any, new_levels: Any, most: int) -> None:
    old, new = _whole(old_levels), _whole(new_levels)
    ledger = Ledger(Kind.SCP)
    budget = Budget(most)
    found = Scales(ledger, budget).weigh(_number(old, ledger), _number(new, ledger))
    expected = difference(_chain(old), _chain(new)).change
    assert budget.spent <= most
    assert found.change in (expected, Change.UNKNOWN)
    assert (found.change is not Change.UNKNOWN) or TOO_MUCH in found.unknown


def test_words_are_exact_only_where_nothing_else_decides_actions_to_come_either() -> None:
    """No action of today is spoken of twice here, and some action of tomorrow will be."""
    shared, come = document(deny("ec2:*NextThing")), document(deny("ec2:CreateFuture*"))
    ledger = Ledger(Kind.SCP)
    old = _number([[_ALL, shared]], ledger)
    new = _number([[_ALL, shared, come]], ledger)
    (found,) = Scales(ledger, Budget(10_000)).weigh(old, new).newly_denied
    assert not found.exact
    apart = _number([[_ALL, document(deny("ec2:Delete*"))]], ledger)
    both = _number([[_ALL, document(deny("ec2:Delete*")), come]], ledger)
    (found,) = Scales(ledger, Budget(10_000)).weigh(apart, both).newly_denied
    assert found.exact


def test_what_an_rcp_does_is_told_within_the_services_that_rcps_reach() -> None:
    ledger = Ledger(Kind.RCP)
    everything = document({**deny("*"), "Principal": "*"})
    scales = Scales(ledger, Budget(10_000))
    (found,) = scales.weigh(Ledger.FREE, _number([[everything]], ledger)).newly_denied
    reached = {f"{service}:*" for service in action_index().rcp_services}
    assert set(found.actions.names) == reached
    assert found.actions.but == ()
    assert found.witness.request.action.partition(":")[0] == "s3"
    beyond = document({**deny(["ec2:*", "iam:*"]), "Principal": "*"})
    assert scales.weigh(Ledger.FREE, _number([[beyond]], ledger)).change is Change.EQUAL
    some = document({**deny(["ec2:*", "s3:Get*"]), "Principal": "*"})
    (found,) = scales.weigh(Ledger.FREE, _number([[some]], ledger)).newly_denied
    assert found.actions.names == ("s3:Get*",)
    but = document(
        {"Effect": "Deny", "NotAction": ["s3:*", "iam:*"], "Resource": "*", "Principal": "*"}
    )
    (found,) = scales.weigh(Ledger.FREE, _number([[but]], ledger)).newly_denied
    assert set(found.actions.names) == reached - {"s3:*"}


def test_a_verdict_is_of_the_request_that_is_asked_whatever_was_asked_before() -> None:
    levels = [[document(allow("*"))], [document(allow("s3:*"))]]
    ledger = Ledger(Kind.SCP)
    scales = Scales(ledger, Budget(0))
    numbers = [[(str(one), ledger.document(str(one), lambda one=one: one))] for (one,) in levels]
    named = [(str(place), policies) for place, policies in enumerate(numbers)]
    for action in ("s3:GetObject", "ec2:RunInstances") * 50:
        found = scales.verdict(named, request(action))  # each is gone before the next one is made
        assert found.outcome.permits is action.startswith("s3:")


def test_words_are_not_exact_where_the_context_speaks_of_actions_that_are_yet_to_come() -> None:
    shared = [_ALL, document(deny("newsvc:Do*"), deny("s3:Frob*"))]
    old, new = [shared], [[*shared, document(deny(["newsvc:*", "s3:Get*"]))]]
    ledger = Ledger(Kind.SCP)
    found = Scales(ledger, Budget(100)).weigh(_number(old, ledger), _number(new, ledger))
    (effect,) = found.newly_denied
    assert not effect.exact
    some = [[*shared, document(deny("s3:get*", "arn:aws:s3:::a"))]]
    more = [[*some[0], document(deny("s3:GetObjectAcl"))]]
    found = Scales(ledger, Budget(100)).weigh(_number(some, ledger), _number(more, ledger))
    (effect,) = found.newly_denied  # said in AWS's own spelling
    assert not effect.exact
    apart = [[*shared, document(deny(["newsvc:Get*", "s3:Get*"]))]]
    found = Scales(ledger, Budget(100)).weigh(_number(old, ledger), _number(apart, ledger))
    (effect,) = found.newly_denied
    assert effect.exact


@pytest.mark.parametrize("actions", ["*", "*:*", "**", ["s3:*", "*"]])
def test_an_allow_that_leaves_nothing_out_restricts_nobody(actions: str | list[str]) -> None:
    ledger = Ledger(Kind.SCP)
    assert _number([[document(allow(actions))]], ledger) == Ledger.FREE
    assert _number([[document(allow(actions, "arn:aws:s3:::a"))]], ledger) != Ledger.FREE
    assert (
        _number([[document({"Effect": "Allow", "NotAction": actions, "Resource": "*"})]], ledger)
        != Ledger.FREE
    )
