"""Entering accounts: who cannot be entered is named, and hides nothing of the others."""

import json

from baselines import ACCOUNTS, ROLE, clicks, layout, organization
from terminal import Desk, desk

RULES = {"minimum_length": 14}


def test_an_account_out_of_reach_is_named_and_never_taken_for_empty() -> None:
    with desk() as table:
        organization(table, roles=(), invited=["payments"])
        table.layout(layout(password_policy=RULES))
        planned = table.does("plan", "--baseline", "--format", "json")
        table.does("apply", "--baseline", "--yes")
        drifted = table.run("drift", "--baseline", "--format", "json")
    told = json.loads(planned.out)
    assert [step["address"] for step in told["steps"]] == [
        f"password_policy:{key}" for key in ("audit", "log-archive", "management")
    ]
    assert [one["code"] for one in told["findings"] if ACCOUNTS["payments"] in one["message"]] == [
        "GK304"
    ]
    told = json.loads(drifted.out)
    assert (drifted.code, told["drift"], told["in_sync"]) == (3, [], False)
    (missed,) = told["incomplete"]
    assert "1 place" in missed
    assert "AssumeRole" in missed
    assert ACCOUNTS["payments"] in missed


def test_accounts_that_are_closed_or_excepted_are_not_entered(table: Desk) -> None:
    table.layout(layout(password_policy=RULES))
    gone = {"AccountId": ACCOUNTS["payments"]}
    clicks(table, "111111111111", "organizations", "CloseAccount", gone)
    told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
    entered = {call["account"] for step in told["steps"] for call in step["calls"]}
    assert entered == {ACCOUNTS["audit"], ACCOUNTS["log-archive"], "111111111111"}


def test_no_account_is_entered_twice_nor_the_own_one_at_all(table: Desk) -> None:
    table.layout(layout(password_policy=RULES))
    table.does("plan", "--baseline")
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    entered = [one for one in map(json.loads, lines) if one["operation"] == "AssumeRole"]
    roles = sorted(one["params"]["RoleArn"] for one in entered)
    assert roles == sorted(
        f"arn:aws:iam::{ACCOUNTS[key]}:role/{ROLE}" for key in ("audit", "log-archive", "payments")
    )


def test_unlisted_accounts_are_covered_where_the_layout_manages_all(table: Desk) -> None:
    wanted = layout(password_policy=RULES)
    del wanted["accounts"]["payments"]
    for reach, expected in (("listed", []), ("all", [f"password_policy:{ACCOUNTS['payments']}"])):
        table.layout({**wanted, "manage": {"accounts": reach}})
        told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
        addresses = [step["address"] for step in told["steps"]]
        assert [one for one in addresses if one.endswith(ACCOUNTS["payments"])] == expected
