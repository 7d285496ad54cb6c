"""The semantic difference of two chains, told by examples."""

from typing import Any

import pytest
from chains import ALLOW_ALL, allow, deny, guarded, scps

from govkit.access import boxes as boxing
from govkit.access import condition
from govkit.access import minterms as automaton
from govkit.access import search as searching
from govkit.access.chain import Chain
from govkit.access.condition import Quantifier
from govkit.access.difference import Change, Difference, Effect, difference
from govkit.access.domain import domain
from govkit.access.effects import together
from govkit.access.variables import COMPLETE
from govkit.access.verdict import Kind

ROLE = "arn:aws:iam::*:role/"


def _words(found: Effect) -> tuple[Any, ...]:
    conditions = [str(test) for test in found.conditions]
    return found.actions.names, found.actions.but, found.resources.names, conditions


def _only(found: Difference, change: Change) -> Effect:
    assert found.change is change
    (effect,) = found.newly_denied + found.newly_allowed
    assert effect.exact
    return effect


def _regions(*regions: str, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(regions)}, **more},
    }


def test_a_region_more_is_said_as_that_region() -> None:
    found = difference(guarded(_regions("eu-west-1")), guarded(_regions("eu-west-1", "eu-north-1")))
    effect = _only(found, Change.WEAKENS)
    assert _words(effect) == (
        ("*",),
        ("iam:*", "sts:*"),
        ("*",),
        ["StringEquals aws:RequestedRegion eu-north-1"],
    )
    assert effect.witness.request.context == {"aws:requestedregion": ("eu-north-1",)}
    assert effect.witness.old.statement is not None


def test_an_exemption_is_said_as_those_principals() -> None:
    old = guarded(deny("ec2:*", ArnNotLike={"aws:PrincipalArn": [f"{ROLE}A"]}))
    new = guarded(deny("ec2:*", ArnNotLike={"aws:PrincipalArn": [f"{ROLE}A", f"{ROLE}B-*"]}))
    assert _words(_only(difference(old, new), Change.WEAKENS)) == (
        ("ec2:*",),
        (),
        ("*",),
        [f"ArnLike aws:PrincipalArn {ROLE}B-*"],
    )
    assert difference(new, old).change is Change.STRENGTHENS


def test_actions_are_folded_back_to_patterns_and_exceptions() -> None:
    old = guarded(deny(["s3:Get*", "s3:PutObject"]))
    new = guarded(deny(["s3:GetObject*", "s3:PutObject"]))
    effect = _only(difference(old, new), Change.WEAKENS)
    assert _words(effect) == (("s3:Get*",), ("s3:GetObject*",), ("*",), [])


def test_a_list_of_all_actions_of_today_is_not_the_pattern() -> None:
    named = ["sts:SetContext", "sts:SetSourceIdentity"]
    found = difference(guarded(deny("sts:Set*")), guarded(deny(named)))
    effect = _only(found, Change.WEAKENS)
    assert _words(effect)[:2] == (("sts:Set*",), tuple(named))
    assert effect.witness.request.action.startswith("sts:set")


def test_an_action_that_nobody_knows_still_counts() -> None:
    found = difference(guarded(deny(["s3:Unheard", "s3:PutObject"])), guarded(deny("s3:PutObject")))
    assert _words(_only(found, Change.WEAKENS))[0] == ("s3:unheard",)


def test_a_service_that_nobody_knows_counts_too() -> None:
    found = difference(guarded(deny("nosuch:Get*")), guarded(deny("nosuch:*")))
    assert _words(_only(found, Change.STRENGTHENS))[:2] == (("nosuch:*",), ("nosuch:get*",))


def test_resources_are_said_in_the_patterns_of_both_sides() -> None:
    old = guarded(deny("s3:*", "arn:aws:s3:::a*"))
    new = guarded(deny("s3:*", ["arn:aws:s3:::ab", "arn:aws:s3:::c"]))
    found = difference(old, new)
    assert found.change is Change.BOTH
    (denied,), (allowed,) = found.newly_denied, found.newly_allowed
    assert denied.resources.names == ("arn:aws:s3:::c",)
    assert (allowed.resources.names, allowed.resources.but) == (
        ("arn:aws:s3:::a*",),
        ("arn:aws:s3:::ab",),
    )


def test_a_lost_allow_denies_what_no_level_has_then() -> None:
    old = scps([ALLOW_ALL], [ALLOW_ALL])
    new = scps([ALLOW_ALL], [allow(["s3:*", "ec2:*"])])
    effect = _only(difference(old, new), Change.STRENGTHENS)
    assert _words(effect)[:2] == (("*",), ("ec2:*", "s3:*"))
    assert effect.witness.new.level == "ou"


def test_a_deny_may_stand_at_any_level_and_in_any_number_of_documents() -> None:
    old = scps([ALLOW_ALL, deny("s3:*")], [ALLOW_ALL])
    new = scps([ALLOW_ALL], [ALLOW_ALL, deny("s3:Get*"), deny("s3:*")])
    assert difference(old, new).change is Change.EQUAL


def test_a_move_out_of_a_guarded_ou_weakens() -> None:
    old = scps([ALLOW_ALL], [ALLOW_ALL, deny("ec2:*")], [ALLOW_ALL])
    new = scps([ALLOW_ALL], [ALLOW_ALL])
    assert _words(_only(difference(old, new), Change.WEAKENS))[0] == ("ec2:*",)


def test_leaving_the_management_account_out_of_reach_is_seen() -> None:
    restricted, free = guarded(deny("ec2:*")), Chain(Kind.SCP, ())
    assert difference(restricted, free).change is Change.WEAKENS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"NotIpAddress": ["10.0.0.0/8"]}, {"NotIpAddress": ["10.0.0.0/9", "10.128.0.0/9"]}),
        ({"StringLike": ["a*", "*"]}, {"StringLike": ["*"]}),
        ({"ArnEquals": [f"{ROLE}A"]}, {"ArnLike": [f"{ROLE}A"]}),
        ({"StringNotEquals": ["a"]}, {"StringNotEqualsIfExists": ["a"]}),
        ({"ForAllValues:StringLike": ["a"]}, {"ForAllValues:StringLikeIfExists": ["a"]}),
        ({"ForAnyValue:Null": ["true"]}, {"Null": ["true"]}),
        ({"StringNotEquals": ["${aws:a}"]}, {"StringNotEqualsIfExists": ["${aws:a}"]}),
        ({"NumericLessThan": ["10", "5"]}, {"NumericLessThan": ["1e1"]}),
        ({"Bool": ["true", "false"]}, {"Null": ["false"]}),
        ({"DateLessThan": ["2026-01-01"]}, {"DateLessThan": ["2026-01-01T01:00:00+01:00"]}),
        ({"Null": ["true"], "StringEquals": ["a"]}, {"Sounds": ["a"]}),
    ],
)
def test_other_spellings_of_a_condition_are_proved_equal(old: Any, new: Any) -> None:
    def one(condition: dict[str, list[str]]) -> Chain:
        return guarded(deny(**{name: {"k": values} for name, values in condition.items()}))

    assert difference(one(old), one(new)).change is Change.EQUAL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"NumericLessThan": ["10"]}, {"NumericLessThanEquals": ["10"]}),
        ({"DateLessThan": ["2026-01-01"]}, {"DateLessThanEquals": ["2026-01-01"]}),
        ({"StringEquals": ["a"]}, {"StringEqualsIgnoreCase": ["a"]}),
        ({"StringEquals": ["a"]}, {"StringEqualsIfExists": ["a"]}),
        ({"StringEqualsIfExists": ["a"]}, {"ForAllValues:StringEquals": ["a"]}),
        ({"IpAddress": ["10.0.0.0/9"]}, {"IpAddress": ["10.0.0.0/8"]}),
        ({"BinaryEquals": ["QQ=="]}, {"BinaryEquals": ["QQ==", "Qg=="]}),
        ({"Bool": ["true"]}, {"BoolIfExists": ["true"]}),
    ],
)
def test_a_wider_condition_is_never_taken_for_the_same(old: Any, new: Any) -> None:
    def one(condition: dict[str, list[str]]) -> Chain:
        return guarded(deny(**{name: {"k": values} for name, values in condition.items()}))

    assert difference(one(old), one(new)).change is Change.STRENGTHENS
    assert difference(one(new), one(old)).change is Change.WEAKENS


def test_arns_that_are_also_compared_as_text_are_joined() -> None:
    def one(*patterns: str) -> Chain:
        return guarded(
            deny(
                ArnNotLike={"k": [f"{ROLE}A*"]},
                StringNotLike={"k": list(patterns)},
                Null={"k": "false"},
            ),
        )

    assert difference(one("arn:*"), guarded()).change is Change.EQUAL
    assert difference(one("*:role/AB"), one("*:role/B")).change is Change.BOTH
    assert difference(one(f"{ROLE}AB"), one(f"{ROLE}AC")).change is Change.BOTH
    literal = guarded(deny(ArnLike={"k": [f"{ROLE}A"]}, StringEquals={"k": ["no arn"]}))
    assert difference(literal, guarded()).change is Change.EQUAL


def test_exempting_service_linked_roles_changes_nothing() -> None:
    """They are beyond the reach of every SCP, whatever it says."""
    linked = "arn:aws:iam::*:role/aws-service-role/*"
    old, new = (
        guarded(deny(ArnNotLike={"aws:PrincipalArn": [*more, f"{ROLE}A"]}))
        for more in ([], [linked])
    )
    assert difference(old, new).change is Change.EQUAL
    other = guarded(deny(StringNotLike={"aws:PrincipalArn": [linked, f"{ROLE}A"]}))
    text = guarded(deny(StringNotLike={"aws:PrincipalArn": [f"{ROLE}A"]}))
    assert difference(text, other).change in (Change.EQUAL, Change.WEAKENS)


def test_what_no_theory_joins_is_said_to_be_unknown_unless_it_cannot_matter() -> None:
    both = deny(DateLessThan={"k": "2026-01-01"}, StringLike={"k": "2025*"})
    found = difference(guarded(both), guarded(deny(DateLessThan={"k": "2026-01-01"})))
    assert found.change in (Change.STRENGTHENS, Change.UNKNOWN)
    same = difference(guarded(both, deny("s3:*")), guarded(deny("s3:*"), both))
    assert same.change is Change.EQUAL
    never = deny(DateLessThan={"k": "2026-01-01"}, StringEquals={"k": "not a date"})
    unsure = difference(guarded(never), guarded())
    assert unsure.change is Change.UNKNOWN
    assert "theory" in unsure.unknown[0]


def test_variables_are_told_apart_by_a_request_or_said_to_be_unknown() -> None:
    def owner(key: str, *more: str) -> Chain:
        return guarded(
            deny(StringNotEquals={"aws:ResourceTag/o": [f"${{aws:PrincipalTag/{key}}}", *more]})
        )

    found = difference(owner("a"), owner("b"))
    assert found.change is Change.BOTH
    assert not found.newly_denied[0].exact
    where = guarded(deny("s3:*", "arn:aws:s3:::${aws:PrincipalTag/a}/*"))
    assert difference(where, guarded()).change is Change.WEAKENS
    assert difference(guarded(), where).change is Change.STRENGTHENS
    longer = guarded(deny(StringLike={"k": "${aws:a}*"}))
    wider = difference(guarded(deny(StringEquals={"k": "${aws:a}"})), longer)
    assert (wider.change, bool(wider.newly_denied)) == (Change.UNKNOWN, True)
    twice = guarded(
        deny("s3:*", "arn:aws:s3:::${aws:PrincipalTag/a}", Null={"aws:PrincipalTag/a": "true"})
    )
    assert difference(twice, guarded()).change is Change.UNKNOWN


def test_a_question_beyond_the_budget_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "BUDGET", 300)
    odd = [f"*q{number}*z*" for number in range(9)]
    found = difference(guarded(deny("s3:*", StringLike={"k": odd})), guarded())
    assert found.change in (Change.UNKNOWN, Change.WEAKENS)
    names = [f"s3:*w{number}*v*" for number in range(9)]
    assert difference(guarded(deny(names)), guarded()).change is Change.UNKNOWN


def test_changes_of_several_chains_add_up() -> None:
    both, weak, strong, unknown, equal = (
        Change.BOTH,
        Change.WEAKENS,
        Change.STRENGTHENS,
        Change.UNKNOWN,
        Change.EQUAL,
    )
    assert together({}) is together({"a": equal}) is equal
    assert together({"a": weak, "b": strong}) is both
    assert together({"a": weak, "b": unknown}) is unknown
    assert together({"a": weak, "b": equal}) is weak


def _scattered(count: int) -> list[dict[str, Any]]:
    return [
        deny("s3:*", StringEquals={"k:a": f"a{number}", "k:b": f"b{number}"})
        for number in range(count)
    ]


def test_what_takes_many_words_is_said_more_widely() -> None:
    """Fifteen statements each leave a hole in what is newly denied; one effect says so."""
    many = _scattered(15)
    wide = deny("s3:*", StringLike={"k:a": "a*"})
    found = difference(guarded(*many), guarded(*many, wide))
    assert found.change is Change.STRENGTHENS
    (effect,) = found.newly_denied
    assert (effect.exact, [str(test) for test in effect.conditions]) == (
        False,
        ["StringLike k:a a*"],
    )
    few = difference(guarded(*many[:2]), guarded(*many[:2], wide))
    assert len(few.newly_denied) > 1
    assert all(one.exact for one in few.newly_denied)


def test_many_small_changes_are_joined_into_wider_ones() -> None:
    several = [deny("s3:*", StringEquals={"k:a": f"a{n}", "k:b": f"b{n}"}) for n in range(4)]
    split = [deny(f"svc{n}:*", StringNotEquals={"k:c": "c"}) for n in range(14)]
    found = difference(guarded(*several), guarded(*several, *split))
    assert found.change is Change.STRENGTHENS
    (effect,) = found.newly_denied
    assert len(effect.actions.names) == 14


def test_a_change_is_found_even_where_not_all_of_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    many = _scattered(6)
    wide = deny("s3:*", StringLike={"k:a": "a*"})
    sides = guarded(*many), guarded(*many, wide)
    monkeypatch.setattr(boxing.Meter.__init__, "__defaults__", (8, None))
    found = difference(*sides)
    assert (found.change, found.newly_denied[0].exact) == (Change.STRENGTHENS, False)
    monkeypatch.setattr(boxing.Meter.__init__, "__defaults__", (2, None))
    found = difference(*sides)
    assert found.change is Change.UNKNOWN
    assert "combinations" in found.unknown[0]


def test_where_all_is_too_much_each_kind_of_action_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def whole(of: Any, questions: Any, service: str = "", *, several: bool = False) -> Any:
        asked = list(questions)
        if len(asked) > most:
            raise automaton.OutOfBudgetError
        return domain(of, asked, service, several=several)

    monkeypatch.setattr(searching, "domain", whole)
    split = [deny(f"svc{n}:*", StringEquals={"k": f"v{n}"}) for n in range(5)]
    most = 2
    found = difference(guarded(), guarded(*split))
    assert (found.change, len(found.newly_denied)) == (Change.STRENGTHENS, 5)
    most = 0
    assert difference(guarded(), guarded(*split)).change is Change.UNKNOWN
    monkeypatch.setattr(searching, "_MOST_APART", 3)
    found = difference(guarded(), guarded(*split))
    assert (found.change, len(found.unknown)) == (Change.UNKNOWN, 1)


def test_actions_are_said_by_patterns_that_hold_for_names_yet_to_come_too() -> None:
    every = deny(["*", "s3:*o*"], "arn:aws:s3:::x")
    most = {
        "Effect": "Deny",
        "NotAction": ["s3:?utObject*", "s3:GET?rob"],
        "Resource": "arn:aws:s3:::x",
    }
    found = difference(guarded(every), guarded(most, deny("s3:PutObject")))
    (effect,) = found.newly_allowed
    assert effect.exact
    # s3:*o* was once among the names, though another Deny holds most of what it may match one day
    assert effect.actions.names == ("s3:?utObject*", "s3:get?rob")
    assert effect.actions.but == ("s3:PutObject",)


def test_an_escaped_letter_of_one_condition_is_one_beside_the_values_of_another() -> None:
    rest = [deny(StringEqualsIfExists={"K": ["red"]}), deny(StringEquals={"K": ["r*"]})]
    gone = deny(StringEquals={"k": ["${*}", "red", "a"]})
    (effect,) = difference(guarded(gone, *rest), guarded(*rest)).newly_allowed
    asked = effect.witness.request
    assert asked.context["k"] in {("*",), ("a",)}
    for test in effect.conditions:
        assert test.variables or not any("${" in one for one in test.values)
        assert condition.check(test)(asked.context, COMPLETE)


def test_absence_has_a_cell_where_no_theory_joins_what_is_asked_of_a_key() -> None:
    """Of combinations that are only assumed none may take its place: it is known to occur."""
    figure = condition.Test("NumericEquals", Quantifier.ONE, if_exists=True, key="k", values=("2",))
    text = condition.Test("StringLike", Quantifier.ONE, if_exists=False, key="k", values=("1*",))
    null = condition.Test("Null", Quantifier.ONE, if_exists=False, key="k", values=("true",))
    found = domain("k", [figure, text, null])
    (cell,) = [bit for bit, values in enumerate(found.values) if values == ()]
    answers = [bool(found.masks[one] >> cell & 1) for one in (figure, text, null)]
    assert answers == [True, False, True]


def test_a_key_that_either_side_asks_for_several_values_may_have_them_everywhere() -> None:
    lists = deny("iam:*", **{"ForAnyValue:StringEquals": {"aws:TagKeys": ["b"]}})
    single = [
        deny("s3:*", StringEquals={"aws:TagKeys": ["a"]}),
        deny("s3:*", StringNotEquals={"aws:TagKeys": ["a"]}),
    ]
    found = difference(guarded(lists, *single), guarded(lists, deny("s3:*")))
    assert found.change is Change.STRENGTHENS
    assert len(found.newly_denied[0].witness.request.context["aws:tagkeys"]) > 1
    assert difference(guarded(*single), guarded(deny("s3:*"))).change is Change.EQUAL


def test_where_every_usual_service_is_named_another_one_is_the_example() -> None:
    named = ["ec2:*", "s3:*", "lambda:*", "sqs:*"]
    one = {"Effect": "Deny", "NotAction": named, "Resource": "*"}
    (effect,) = difference(guarded(), guarded(one)).newly_denied
    assert effect.witness.request.action.partition(":")[0] not in ("ec2", "s3", "lambda", "sqs")


def test_values_are_told_apart_whatever_letters_the_patterns_use() -> None:
    every = "".join(chr(code) for code in range(33, 256) if chr(code) not in "*?$")
    odd = guarded(deny(StringNotLike={"k": [f"{letter}*" for letter in every]}))
    assert difference(odd, guarded()).change is Change.WEAKENS
    assert difference(odd, guarded(deny(StringNotLike={"k": "*"}))).change is Change.WEAKENS
