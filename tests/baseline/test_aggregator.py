"""AWS Config's aggregator: in the delegated account, with both charges and a role, in their order."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

AUDIT = ACCOUNTS["audit"]
ADDRESS = "config_aggregator:audit/eu-west-1/org"
CONFIG = {
    "delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}},
    "aggregator": {"name": "org", "account": "audit"},
}
KINDS = ("trusted_access", "delegated_administrator", "service_role", "config_aggregator")


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    return [one for one in told["steps"] if one["address"].startswith(KINDS)]


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(config=CONFIG))
    table.does("apply", "--baseline", "--yes")
    return table


def test_both_services_are_trusted_then_delegated_before_the_aggregator(table: Desk) -> None:
    table.layout(layout(config=CONFIG))
    found = [one["address"] for one in planned(table)]
    order = {address: index for index, address in enumerate(found)}
    for service in ("config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"):
        access = order[f"trusted_access:{service}"]
        charge = order[f"delegated_administrator:{service}/audit"]
        assert access < charge < order[ADDRESS]
    assert order["service_role:audit/govkit-config-aggregator"] < order[ADDRESS]
    (aggregator,) = [one for one in planned(table) if one["address"] == ADDRESS]
    (call,) = aggregator["calls"]
    assert call["operation"] == "PutConfigurationAggregator"
    assert call["parameters"]["OrganizationAggregationSource"] == {
        "RoleArn": f"arn:aws:iam::{AUDIT}:role/govkit-config-aggregator",
        "AllAwsRegions": True,
    }
    assert (call["account"], call["region"]) == (AUDIT, "eu-west-1")


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


ROLE = {"RoleName": "govkit-config-aggregator"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
OURS = f"arn:aws:iam::{AUDIT}:role/govkit-config-aggregator"


@pytest.mark.parametrize(
    ("clicked", "address", "fact", "mended"),
    [
        (
            (
                ("config", "PutConfigurationAggregator"),
                {
                    "ConfigurationAggregatorName": "org",
                    "OrganizationAggregationSource": {"RoleArn": OURS, "AwsRegions": ["eu-west-1"]},
                },
            ),
            ADDRESS,
            {"regions": ["eu-west-1"]},
            "PutConfigurationAggregator",
        ),
        (
            (
                ("config", "PutConfigurationAggregator"),
                {
                    "ConfigurationAggregatorName": "org",
                    "AccountAggregationSources": [{"AccountIds": [AUDIT], "AllAwsRegions": True}],
                },
            ),
            ADDRESS,
            {"accounts": [AUDIT], "role": ""},
            "PutConfigurationAggregator",
        ),
        (
            (
                ("iam", "DetachRolePolicy"),
                {
                    **ROLE,
                    "PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations",
                },
            ),
            "service_role:audit/govkit-config-aggregator",
            {"policies": []},
            "AttachRolePolicy",
        ),
        (
            (
                ("iam", "UpdateAssumeRolePolicy"),
                {**ROLE, "PolicyDocument": json.dumps({"Statement": [TRUST]})},
            ),
            "service_role:audit/govkit-config-aggregator",
            {"trust": {"Statement": [TRUST]}},
            "UpdateAssumeRolePolicy",
        ),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, clicked: Any, address: str, fact: Any, mended: str
) -> None:
    (service, operation), params = clicked
    clicks(applied, AUDIT, service, operation, params, region="eu-west-1")
    ran = applied.run("drift", "--baseline", "--format", "json")
    (found,) = json.loads(ran.out)["drift"]
    assert (ran.code, found["address"], found["actual"]) == (2, address, fact)
    (step,) = planned(applied)
    assert [call["operation"] for call in step["calls"]] == [mended]
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_policies_that_somebody_adds_to_the_role_are_taken_off(applied: Desk) -> None:
    more = {**ROLE, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    clicks(applied, AUDIT, "iam", "AttachRolePolicy", more)
    (step,) = planned(applied)
    assert [call["operation"] for call in step["calls"]] == ["DetachRolePolicy"]


def test_a_deleted_aggregator_is_made_again(applied: Desk) -> None:
    gone = {"ConfigurationAggregatorName": "org"}
    clicks(applied, AUDIT, "config", "DeleteConfigurationAggregator", gone, region="eu-west-1")
    assert applied.run("drift", "--baseline").code == 2
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_the_management_account_needs_no_charge_and_a_role_may_be_named(table: Desk) -> None:
    own = {"name": "org", "account": "management", "role": "mine/Looks"}
    table.layout(layout(config={**CONFIG, "aggregator": own}))
    found = {one["address"] for one in planned(table)}
    assert found == {
        "trusted_access:config.amazonaws.com",
        "trusted_access:config-multiaccountsetup.amazonaws.com",
        "config_aggregator:management/eu-west-1/org",
    }


def test_an_aggregator_that_somebody_else_made_is_refused(table: Desk) -> None:
    told = {
        "ConfigurationAggregatorName": "org",
        "AccountAggregationSources": [{"AccountIds": [AUDIT], "AllAwsRegions": True}],
    }
    clicks(table, AUDIT, "config", "PutConfigurationAggregator", told, region="eu-west-1")
    table.layout(layout(config=CONFIG))
    ran = table.run("plan", "--baseline", "--format", "json")
    assert ran.code == 4
    said = [one for one in json.loads(ran.out)["findings"] if one["rail"] == "foreign"]
    assert [one["subject"] for one in said] == [ADDRESS]


def test_a_rollback_takes_the_aggregator_and_says_which_roles_and_buckets_stay(
    applied: Desk,
) -> None:
    (run,) = [one.stem for one in (applied.folder / ".govkit" / "runs").glob("*.jsonl")]
    said = applied.does("rollback", run, "--yes").out
    for stays in (
        "service_role:audit/govkit-config-aggregator was made by the run and stays",
        "service_linked_role:audit/config.amazonaws.com was made by the run and stays",
        "bucket:acme-config was made by the run and stays, with its logs",
    ):
        assert stays in said
    assert clicks(applied, AUDIT, "iam", "GetRole", ROLE)["Role"]["Arn"] == OURS
    told = clicks(applied, AUDIT, "config", "DescribeConfigurationAggregators", region="eu-west-1")
    assert told["ConfigurationAggregators"] == []
