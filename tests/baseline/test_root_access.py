"""Central root access: trusted access first, on, off, and mended when somebody turns it off."""

import json
from typing import Any

import pytest
from baselines import clicks, layout
from terminal import Desk

MANAGEMENT = "111111111111"
BOTH = {"credentials_management": True, "root_sessions": True}


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    steps: list[dict[str, Any]] = told["steps"]
    return steps


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(root_access=BOTH))
    table.does("apply", "--baseline", "--yes")
    return table


def test_trusted_access_comes_before_the_features(table: Desk) -> None:
    table.layout(layout(root_access=BOTH))
    steps = planned(table)
    assert [(one["action"], one["address"]) for one in steps] == [
        ("enable", "trusted_access:iam.amazonaws.com"),
        ("enable", "root_access:management/RootCredentialsManagement"),
        ("enable", "root_access:management/RootSessions"),
    ]
    assert all(steps[0]["id"] in one["needs"] for one in steps[1:])
    assert [one["calls"][0]["operation"] for one in steps[1:]] == [
        "EnableOrganizationsRootCredentialsManagement",
        "EnableOrganizationsRootSessions",
    ]


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


def test_what_somebody_turns_off_is_drift_and_is_mended(applied: Desk) -> None:
    clicks(applied, MANAGEMENT, "iam", "DisableOrganizationsRootSessions")
    ran = applied.run("drift", "--baseline", "--format", "json")
    (found,) = json.loads(ran.out)["drift"]
    assert (found["address"], found["change"]) == ("root_access:management/RootSessions", "missing")
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_false_turns_a_feature_off_and_leaves_the_other(applied: Desk) -> None:
    applied.layout(layout(root_access={**BOTH, "root_sessions": False}))
    assert [(one["action"], one["address"]) for one in planned(applied)] == [
        ("disable", "root_access:management/RootSessions")
    ]
    applied.does("apply", "--baseline", "--yes", "--allow", "max_deletes=1")
    assert planned(applied) == []


def test_only_the_management_account_is_asked_and_answers(applied: Desk) -> None:
    lines = (applied.sandbox / "calls.jsonl").read_text().splitlines()
    asked = [json.loads(line) for line in lines]
    features = [one for one in asked if one["operation"] == "ListOrganizationsFeatures"]
    assert features
    assert not [one for one in asked if one["operation"] == "GetAccountSummary"]


def test_the_baseline_alone_takes_along_what_it_asks_for(table: Desk) -> None:
    table.layout(layout(root_access=BOTH))
    table.does("apply", "--only", "baseline", "--yes")
    assert planned(table) == []
