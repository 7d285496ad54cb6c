"""The two laws on banks small enough to be judged by eye."""

from typing import Any

from govkit.plan.atoms import broken_laws
from govkit.plan.bank import Bank
from govkit.plan.laws import broken
from govkit.policies.document import Statement, of, statements

US = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
NOT_US = {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
EUROPE = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


def _said(effect: str, *actions: str, **more: Any) -> Statement:
    value = {"Effect": effect, "Action": list(actions), "Resource": "*", **more}
    (found,) = statements(of({"Version": "2012-10-17", "Statement": [value]}))
    return found


def _bank(*denies: Statement, levels: tuple[tuple[Statement, ...], ...] = ()) -> Bank:
    return Bank(frozenset(denies), tuple(frozenset(level) for level in levels))


ALL = _said("Allow", "*")
READ, WRITE = _said("Deny", "s3:GetObject"), _said("Deny", "s3:PutObject")


def _laws(then: Bank, now: Bank, soon: Bank) -> set[str]:
    return {one.law for one in broken(then, now, soon)}


def test_what_is_denied_at_both_ends_stays_denied() -> None:
    both = _bank(READ, levels=((ALL,),))
    assert _laws(both, _bank(levels=((ALL,),)), both) == {"gap"}
    assert _laws(both, _bank(READ, WRITE, levels=((ALL,),)), both) == {"outage"}
    assert _laws(both, both, both) == set()


def test_what_is_denied_at_one_end_alone_may_be_so_or_not() -> None:
    then, soon = _bank(READ, levels=((ALL,),)), _bank(WRITE, levels=((ALL,),))
    for now in (_bank(levels=((ALL,),)), _bank(READ, WRITE, levels=((ALL,),))):
        assert _laws(then, now, soon) == set()


def test_a_level_that_allows_less_for_a_while_is_an_outage() -> None:
    then = _bank(levels=((ALL,),))
    assert _laws(then, _bank(levels=((_said("Allow", "s3:*"),),)), then) == {"outage"}


def test_a_deny_of_what_no_level_allows_under_that_condition_is_no_outage() -> None:
    """A level that all three share allows in one Region alone: outside it, nothing is taken away."""
    level = (_said("Allow", "s3:GetObject", Condition=US),)
    then = _bank(READ, levels=((ALL,), level))
    soon = _bank(levels=((ALL,), level))
    now = _bank(_said("Deny", "s3:GetObject", Condition=NOT_US), levels=((ALL,), level))
    assert _laws(soon, now, soon) == set()
    assert _laws(then, now, soon) == set()
    elsewhere = _bank(_said("Deny", "s3:GetObject", Condition=US), levels=((ALL,), level))
    assert _laws(soon, elsewhere, soon) == {"outage"}


def test_a_shared_deny_under_a_question_covers_what_is_asked_alike() -> None:
    held = _said("Deny", "s3:*", Condition=US)
    both, bare = _bank(held, _said("Deny", "s3:GetObject", Condition=US)), _bank(held)
    assert broken_laws(both, bare, both) == frozenset()
    assert broken_laws(_bank(held, READ), bare, _bank(held, READ)) == {"gap"}


def test_what_is_shared_under_another_question_excuses_nothing() -> None:
    """Whether a request is of Europe is not asked by what differs, so nothing is concluded from it."""
    level = (_said("Allow", "*", Condition=EUROPE),)
    then = _bank(READ, levels=(level,))
    assert broken_laws(then, _bank(levels=(level,)), then) == {"gap"}
    ends = _bank(levels=(level,))
    assert broken_laws(ends, _bank(READ, levels=(level,)), ends) == {"outage"}


def test_more_questions_than_can_be_looked_at_are_not_decided() -> None:
    asked = [
        _said("Deny", "s3:GetObject", Condition={"StringEquals": {f"aws:RequestTag/{one}": "a"}})
        for one in range(9)
    ]
    assert broken_laws(_bank(*asked), _bank(), _bank(*asked)) is None


def test_what_is_shared_and_speaks_of_no_actions_excuses_nothing() -> None:
    """A level of which nobody can tell what it allows is not taken for one that allows nothing."""
    (odd,) = statements(of({"Statement": [{"Effect": "Allow", "Resource": "*"}]}))
    level = (odd,)
    then = _bank(READ, levels=(level,))
    assert broken_laws(then, _bank(levels=(level,)), then) == {"gap"}


def test_a_verdict_is_the_same_whatever_the_wording() -> None:
    """Statements are equal by meaning; what one asks is remembered, and must not be another's wording."""

    def asked(values: Any) -> Statement:
        return _said(
            "Deny", "s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/a": values}}
        )

    then, soon = _bank(asked(["x", "y"])), _bank(asked(["y", "x"]))
    assert then == soon
    for words in ("x", ["x"]):
        ends = _bank(asked(words))
        for other in ("x", ["x"]):
            now = _bank(_said("Deny", "s3:Get*", Condition=asked(other).value["Condition"]))
            assert broken_laws(ends, now, ends) == {"outage"}, (words, other)
            assert broken_laws(now, ends, now) == {"gap"}, (words, other)
