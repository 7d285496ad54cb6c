"""The way back from a run that went into accounts: as far in as the run went, and no further."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

AUDIT = ACCOUNTS["audit"]
CONFIG = {
    "recorder": {"types": "all", "global_types_in": "eu-west-1"},
    "delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}},
}
WIDE = ("--allow", "max_deletes=99")


def _recorders(desk: Desk, region: str) -> list[Any]:
    told = clicks(desk, AUDIT, "config", "DescribeConfigurationRecorders", region=region)
    return list(told["ConfigurationRecorders"])


def _run(desk: Desk) -> str:
    return str(json.loads(desk.does("history", "-f", "json").out)["runs"][0]["id"])


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout({**layout(config=CONFIG), "ous": {**layout()["ous"], "Later": {}}})
    table.does("apply", "--baseline", "--yes")
    return table


def test_a_rollback_goes_into_the_accounts_that_the_run_went_into(applied: Desk) -> None:
    """Without --baseline: the run says how far it went."""
    assert _recorders(applied, "eu-west-1")
    ran = applied.does("rollback", _run(applied), "--yes", *WIDE)
    assert [_recorders(applied, region) for region in ("eu-west-1", "us-east-1")] == [[], []]
    assert "Later" not in applied.does("sandbox", "show").out
    assert "already" not in ran.out


def test_a_service_linked_role_stays_and_that_is_said(applied: Desk) -> None:
    shown = applied.does("rollback", _run(applied), "--dry-run", *WIDE)
    kept = [line for line in shown.out.splitlines() if "GK303" in line]
    roles = [f"service_linked_role:{key}/config.amazonaws.com" for key in ("audit", "payments")]
    assert all(any(role in line for line in kept) for role in roles), shown.out
    applied.does("rollback", _run(applied), "--yes", *WIDE)
    role = clicks(applied, AUDIT, "iam", "GetRole", {"RoleName": "AWSServiceRoleForConfig"})
    assert role["Role"]["RoleName"] == "AWSServiceRoleForConfig"


def test_after_the_way_back_the_layout_still_asks_for_what_the_run_did(applied: Desk) -> None:
    applied.does("rollback", _run(applied), "--yes", *WIDE)
    steps = json.loads(applied.does("plan", "--baseline", "--format", "json").out)["steps"]
    addresses = {one["address"] for one in steps}
    assert "config_recorder:audit/eu-west-1/govkit" in addresses
    assert "service_linked_role:audit/config.amazonaws.com" not in addresses
    applied.does("apply", "--baseline", "--yes")
    assert _recorders(applied, "us-east-1")


def test_what_the_layout_asks_for_no_more_is_not_looked_at_and_that_is_said(applied: Desk) -> None:
    """The part of the baseline tells where to look: which Regions, which accounts."""
    applied.layout({**layout(), "ous": {**layout()["ous"], "Later": {}}})
    shown = applied.does("rollback", _run(applied), "--dry-run", *WIDE).out
    assert "config_recorder: 8 that the run touched stay as they are: nobody looked" in shown
    assert "delete  OU /Later" in shown
