"""Effective management policies: inheritance operators, siblings, and who may ask."""

import json
from typing import Any

from govkit.sandbox.organizations.effective import merge_level, plain

TAG = "TAG_POLICY"


def effective(*levels: list[dict[str, Any]]) -> Any:
    merged: dict[str, Any] = {}
    for level in levels:
        merged = merge_level(merged, level)
    return plain(merged)


def value(**operators: Any) -> dict[str, Any]:
    return {"tags": {"cost": {"values": {f"@@{name}": given for name, given in operators.items()}}}}


def shown(*values: str) -> dict[str, Any]:
    return {"tags": {"cost": {"values": list(values)}}}


def test_a_child_assigns_over_its_parent() -> None:
    assert effective([value(assign=["a"])], [value(assign=["b"])]) == shown("b")


def test_a_child_appends_and_removes() -> None:
    first = [value(assign=["a", "b"])]
    assert effective(first, [value(append=["b", "c"])]) == shown("a", "b", "c")
    assert effective(first, [value(remove=["a"])]) == shown("b")
    assert effective([value(append="a")]) == shown("a")
    assert effective([value(assign="a")], [value(append="b")]) == shown("a", "b")


def test_a_parent_forbids_what_children_do() -> None:
    locked = value(assign=["a"])
    locked["tags"]["cost"]["values"]["@@operators_allowed_for_child_policies"] = ["@@append"]
    assert effective([locked], [value(assign=["b"])]) == shown("a")
    assert effective([locked], [value(append=["b"])]) == shown("a", "b")
    widened = value(append=["b"])
    widened["tags"]["cost"]["values"]["@@operators_allowed_for_child_policies"] = ["@@all"]
    assert effective([locked], [widened], [value(assign=["c"])]) == shown("a", "b")


def test_a_restriction_above_holds_below() -> None:
    locked = {"tags": {"@@operators_allowed_for_child_policies": ["@@none"], **value()["tags"]}}
    assert effective([locked], [value(assign=["b"])]) == {"tags": {"cost": {"values": {}}}}
    plainly = {"tags": {"other": "x"}}
    assert effective([locked], [plainly]) == {"tags": {"cost": {"values": {}}}}
    assert effective([plainly]) == plainly


def test_of_siblings_the_first_assignment_wins() -> None:
    assert effective([value(assign=["a"]), value(assign=["b"])]) == shown("a")


def test_the_operation_merges_from_the_root_down(play: Any, refused: Any) -> None:
    account = play.account()
    play.enable(TAG)
    ask = lambda **more: play.client.describe_effective_policy(PolicyType=TAG, **more)  # noqa: E731
    assert refused(lambda: ask(TargetId=account)) == ("EffectivePolicyNotFoundException", "")
    play.attach(play.policy("high", TAG, json.dumps(value(assign=["a"]))), play.root)
    play.attach(play.policy("low", TAG, json.dumps(value(append=["b"]))), account)
    found = ask(TargetId=account)["EffectivePolicy"]
    assert json.loads(found["PolicyContent"]) == shown("a", "b")
    assert found["LastUpdatedTimestamp"].timestamp() == play.clock.time
    assert json.loads(ask()["EffectivePolicy"]["PolicyContent"]) == shown("a")
    assert refused(lambda: ask(TargetId=play.root)) == (
        "InvalidInputException",
        "TARGET_NOT_SUPPORTED",
    )
    assert refused(lambda: ask(TargetId="000000000001")) == ("TargetNotFoundException", "")
    member = play.as_account(account)
    assert (
        member.describe_effective_policy(PolicyType=TAG)["EffectivePolicy"]["TargetId"] == account
    )
    other = lambda: member.describe_effective_policy(  # noqa: E731 - what is tried
        PolicyType=TAG, TargetId="111111111111"
    )
    assert refused(other) == ("AccessDeniedException", "")
