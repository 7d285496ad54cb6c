"""Accounts that move: which stacks of StackSets go with the old OU and come with the new one."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.refusals import RefusalError

MANAGEMENT = "111111111111"


def stacks(
    desk: Desk, name: str, path: str, *, follows: bool = True, retains: bool = False
) -> None:
    """Make a StackSet in an OU by hand."""
    access = {"ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com"}
    clicks(desk, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    clicks(desk, MANAGEMENT, "cloudformation", "ActivateOrganizationsAccess")
    automatic = {"Enabled": follows, "RetainStacksOnAccountRemoval": retains}
    told = {
        "StackSetName": name,
        "PermissionModel": "SERVICE_MANAGED",
        "TemplateBody": "Resources: {}",
        "AutoDeployment": automatic if follows else {"Enabled": False},
        "ManagedExecution": {"Active": True},
    }
    clicks(desk, MANAGEMENT, "cloudformation", "CreateStackSet", told, region="eu-west-1")
    into = {
        "StackSetName": name,
        "Regions": ["eu-west-1"],
        "DeploymentTargets": {"OrganizationalUnitIds": [unit(desk, path)]},
    }
    clicks(desk, MANAGEMENT, "cloudformation", "CreateStackInstances", into, region="eu-west-1")


def unit(desk: Desk, name: str) -> str:
    (root,) = clicks(desk, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    below = {"ParentId": root["Id"]}
    found = clicks(desk, MANAGEMENT, "organizations", "ListOrganizationalUnitsForParent", below)
    return next(one["Id"] for one in found["OrganizationalUnits"] if one["Name"] == name)


def moving() -> dict[str, Any]:
    told = layout()
    told["accounts"]["audit"]["ou"] = "Workloads"
    return told


def said(desk: Desk, *more: str) -> tuple[int, list[dict[str, Any]]]:
    ran = desk.run("plan", *more, "--format", "json")
    found = json.loads(ran.out)["findings"]
    return ran.code, [one for one in found if one["rail"] == "stacks"]


def test_what_goes_and_what_comes_is_said_and_asked_for_by_name(table: Desk) -> None:
    stacks(table, "guard-duty", "Security")
    stacks(table, "logs", "Security", retains=True)
    stacks(table, "config", "Workloads")
    stacks(table, "by-hand", "Security", follows=False)
    table.layout(moving())
    code, (finding,) = said(table, "--baseline")
    assert code == 4
    assert (finding["code"], finding["subject"]) == ("GK421", "account:audit")
    assert finding["message"] == (
        "account:audit moves from ou:/Security to ou:/Workloads: the stacks of guard-duty "
        "(eu-west-1) go, the stacks of logs (eu-west-1) stay behind, the stacks of config "
        "(eu-west-1) come."
    )
    assert table.run("apply", "--baseline", "--yes", "--allow", "stacks=3").code == 0
    has = clicks(
        table,
        MANAGEMENT,
        "cloudformation",
        "ListStackInstances",
        {"StackSetName": "config"},
        region="eu-west-1",
    )
    assert {one["Account"] for one in has["Summaries"]} == {ACCOUNTS["audit"], ACCOUNTS["payments"]}


def test_stacks_that_are_in_both_ous_say_nothing(table: Desk) -> None:
    stacks(table, "both", "Security")
    into = {
        "StackSetName": "both",
        "Regions": ["eu-west-1"],
        "DeploymentTargets": {"OrganizationalUnitIds": [unit(table, "Workloads")]},
    }
    clicks(table, MANAGEMENT, "cloudformation", "CreateStackInstances", into, region="eu-west-1")
    table.layout(moving())
    assert said(table, "--baseline") == (0, [])


@pytest.mark.parametrize("more", [(), ("--baseline",)])
def test_without_stacks_in_the_way_a_move_is_a_move(table: Desk, more: tuple[str, ...]) -> None:
    table.layout(moving())
    assert said(table, *more) == (0, [])


def test_stacks_that_cannot_be_read_are_said_not_to_be_known(table: Desk) -> None:
    table.layout(moving())
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListStackSets", times=9))
    ran = table.run("plan", "--baseline")
    assert "cloudformation:ListStackSets" in ran.said
    assert "111111111111 eu-west-1" in ran.said


def test_where_the_management_account_refuses_a_delegated_administrator_shows_them(
    table: Desk,
) -> None:
    stacks(table, "guard-duty", "Security")
    charged = {
        "AccountId": ACCOUNTS["payments"],
        "ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com",
    }
    clicks(table, MANAGEMENT, "organizations", "RegisterDelegatedAdministrator", charged)
    table.layout(moving())
    denied = Fault(Kind.ACCESS_DENIED, "ListStackSets", times=99, account=MANAGEMENT)
    plant(table.sandbox, denied)
    code, (finding,) = said(table, "--baseline")
    assert (code, finding["subject"]) == (4, "account:audit")
    assert "the stacks of guard-duty (eu-west-1) go" in finding["message"]
    calls = [json.loads(one) for one in (table.sandbox / "calls.jsonl").read_text().splitlines()]
    shown = [one for one in calls if one["operation"] == "DescribeStackSet"]
    assert {one["caller"]["account"] for one in shown} == {ACCOUNTS["payments"]}
    assert all(one["params"]["CallAs"] == "DELEGATED_ADMIN" for one in shown)
    table.layout(layout(root_access={"root_sessions": True}))
    member = json.loads(table.does("iam-policy", "member", "--role", "read").out)["Statement"]
    granted = {action for one in member for action in one["Action"]}
    assert {
        f"cloudformation:{one['operation']}"
        for one in calls
        if one["service"] == "cloudformation" and one["read_only"]
    } <= granted


def test_where_neither_may_look_it_is_said(table: Desk) -> None:
    charged = {
        "AccountId": ACCOUNTS["payments"],
        "ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com",
    }
    access = {"ServicePrincipal": charged["ServicePrincipal"]}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    clicks(table, MANAGEMENT, "organizations", "RegisterDelegatedAdministrator", charged)
    table.layout(moving())
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListStackSets", times=99))
    ran = table.run("plan", "--baseline")
    assert "cloudformation:ListStackSets" in ran.said
    assert "111111111111 eu-west-1" in ran.said


def test_only_a_delegated_administrator_may_call_as_one(table: Desk) -> None:
    told = {"CallAs": "DELEGATED_ADMIN"}
    with pytest.raises(RefusalError) as caught:
        clicks(table, ACCOUNTS["payments"], "cloudformation", "ListStackSets", told)
    assert "delegated admin" in caught.value.message


def test_without_the_baseline_it_is_said_that_nobody_looked(table: Desk) -> None:
    stacks(table, "guard-duty", "Security")
    table.layout(moving())
    told = json.loads(table.does("plan", "--format", "json").out)["findings"]
    assert [(one["code"], one["subject"]) for one in told] == [("GK307", "account:audit")]
    told = json.loads(table.run("plan", "--baseline", "--format", "json").out)["findings"]
    assert [one["code"] for one in told] == ["GK421"]
