"""Rules of AWS Config for all accounts: put by the account in charge, awaited, and kept."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

from govkit.sandbox.faults import Fault, Kind, plant

AUDIT = ACCOUNTS["audit"]
RULES = {
    "root-mfa": {"managed": "ROOT_ACCOUNT_MFA_ENABLED"},
    "keys": {
        "managed": "ACCESS_KEYS_ROTATED",
        "parameters": {"maxAccessKeyAge": "90"},
        "frequency": "TwentyFour_Hours",
    },
}
CONFIG = {
    "delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}},
    "aggregator": {"account": "audit"},
    "rules": RULES,
}
KEYS = "organization_rule:audit/eu-west-1/keys"


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    return [one for one in told["steps"] if one["address"].startswith("organization_rule")]


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(config=CONFIG))
    table.does("apply", "--baseline", "--yes")
    return table


def test_a_rule_is_put_in_each_region_and_spares_accounts_that_record_nothing(table: Desk) -> None:
    table.layout(layout(config=CONFIG))
    steps = planned(table)
    assert len(steps) == 2 * 2
    (call,) = next(one for one in steps if one["address"] == KEYS)["calls"]
    assert (call["account"], call["region"]) == (AUDIT, "eu-west-1")
    assert call["parameters"]["OrganizationManagedRuleMetadata"] == {
        "RuleIdentifier": "ACCESS_KEYS_ROTATED",
        "MaximumExecutionFrequency": "TwentyFour_Hours",
        "InputParameters": '{"maxAccessKeyAge":"90"}',
    }
    assert call["parameters"]["ExcludedAccounts"] == [ACCOUNTS["old-shop"]]


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


def test_a_rule_that_somebody_loosens_or_deletes_is_drift_and_is_mended(applied: Desk) -> None:
    loose = {
        "RuleIdentifier": "ACCESS_KEYS_ROTATED",
        "InputParameters": '{"maxAccessKeyAge":"900"}',
    }
    told = {
        "OrganizationConfigRuleName": "keys",
        "OrganizationManagedRuleMetadata": loose,
        "ExcludedAccounts": [ACCOUNTS["old-shop"]],
    }
    gone = {"OrganizationConfigRuleName": "root-mfa"}
    clicks(applied, AUDIT, "config", "PutOrganizationConfigRule", told, region="eu-west-1")
    clicks(applied, AUDIT, "config", "DeleteOrganizationConfigRule", gone, region="us-east-1")
    ran = applied.run("drift", "--baseline", "--format", "json")
    found = {one["address"]: one for one in json.loads(ran.out)["drift"]}
    assert found[KEYS]["actual"] == {"parameters": '{"maxAccessKeyAge":"900"}', "frequency": None}
    assert found["organization_rule:audit/us-east-1/root-mfa"]["change"] == "missing"
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_a_rule_that_fails_in_an_account_is_said_and_put_again(applied: Desk) -> None:
    told = {
        "OrganizationConfigRuleName": "keys",
        "OrganizationManagedRuleMetadata": {"RuleIdentifier": "ACCESS_KEYS_ROTATED"},
    }
    clicks(applied, AUDIT, "config", "PutOrganizationConfigRule", told, region="eu-west-1")
    ran = applied.run("drift", "--baseline", "--format", "json")
    (found,) = json.loads(ran.out)["drift"]
    assert found["actual"]["failed"] == "NoAvailableConfigurationRecorder"
    assert found["actual"]["excluded"] == []
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_rules_need_an_account_that_puts_them(table: Desk) -> None:
    table.layout(layout(config={**CONFIG, "aggregator": None}))
    assert "Nobody puts the rules" in table.run("validate").said


def test_a_rule_whose_answer_is_lost_is_put_once(table: Desk) -> None:
    """The answer names the rule to wait for; without one, reading back must do."""
    table.layout(layout(config=CONFIG))
    plant(table.sandbox, Fault(Kind.SERVICE_ERROR_AFTER, "PutOrganizationConfigRule"))
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []


def test_more_accounts_than_aws_config_leaves_out_are_said_before_the_first_call(
    table: Desk,
) -> None:
    told = layout(config=CONFIG)
    told["accounts"] |= {
        f"old-{number}": {"email": f"old-{number}@example.com", "ou": "Suspended", "create": True}
        for number in range(1_000)
    }
    table.layout(told)
    ran = table.run("plan", "--baseline", "--format", "json")
    found = [one for one in json.loads(ran.out)["findings"] if one["rail"] == "limits"]
    assert ran.code == 4
    assert KEYS in {one["subject"] for one in found}
    assert "would leave out 1,001 accounts; AWS Config takes 1,000" in found[0]["message"]
