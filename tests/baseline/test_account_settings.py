"""Settings of accounts: public access to S3, encrypted volumes, instance metadata, contacts."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

from govkit.sandbox.faults import Fault, Kind, plant

AUDIT, MANAGEMENT = ACCOUNTS["audit"], "111111111111"
SECURITY = {
    "name": "Security desk",
    "title": "On call",
    "email": "security@example.com",
    "phone": "+15550100",
}
SECTION = {
    "s3_public_access_block": True,
    "ebs_encryption": True,
    "imds": "v2",
    "contacts": {"security": SECURITY},
}


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    steps: list[dict[str, Any]] = told["steps"]
    return steps


def drifted(desk: Desk) -> list[dict[str, Any]]:
    ran = desk.run("drift", "--baseline", "--format", "json")
    found: list[dict[str, Any]] = json.loads(ran.out)["drift"]
    return found


def called(desk: Desk) -> list[dict[str, Any]]:
    lines = (desk.sandbox / "calls.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(account=SECTION))
    table.does("apply", "--baseline", "--yes")
    return table


def test_every_account_and_region_gets_what_is_asked(table: Desk) -> None:
    table.layout(layout(account=SECTION))
    steps = planned(table)
    assert steps[0]["address"] == "trusted_access:account.amazonaws.com"
    mine = [one for one in steps if one["address"].partition(":")[2].startswith("audit")]
    assert {one["address"]: one["calls"][0]["operation"] for one in mine} == {
        "public_access_block:audit": "PutPublicAccessBlock",
        "alternate_contact:audit/security": "PutAlternateContact",
        "ebs_encryption:audit/eu-west-1": "EnableEbsEncryptionByDefault",
        "ebs_encryption:audit/us-east-1": "EnableEbsEncryptionByDefault",
        "imds_defaults:audit/eu-west-1": "ModifyInstanceMetadataDefaults",
        "imds_defaults:audit/us-east-1": "ModifyInstanceMetadataDefaults",
    }
    (block,) = [one for one in mine if one["address"] == "public_access_block:audit"]
    assert block["calls"][0]["parameters"] == {
        "AccountId": AUDIT,
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    }


def test_contacts_are_set_from_here_and_the_management_account_is_not_named(table: Desk) -> None:
    table.layout(layout(account={"contacts": {"security": SECURITY}}))
    steps = {one["address"]: one for one in planned(table)}
    member = steps["alternate_contact:audit/security"]
    own = steps["alternate_contact:management/security"]
    assert member["calls"][0]["parameters"]["AccountId"] == AUDIT
    assert "account" not in member["calls"][0]
    assert "AccountId" not in own["calls"][0]["parameters"]
    assert member["needs"] == [steps["trusted_access:account.amazonaws.com"]["id"]]
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []
    assert not any(one["operation"] == "AssumeRole" for one in called(table))


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


def test_only_what_is_asked_for_is_looked_at(table: Desk) -> None:
    table.layout(layout(account={"ebs_encryption": True}))
    table.does("plan", "--baseline")
    asked = [
        one["operation"]
        for one in called(table)
        if one["service"] in ("ec2", "account", "s3control")
    ]
    assert asked == ["GetEbsEncryptionByDefault"] * 8


def test_a_role_gets_what_is_asked_for_and_no_more(table: Desk) -> None:
    table.layout(layout(account={"ebs_encryption": True}))
    text = table.does("iam-policy", "apply").out + table.does("iam-policy", "member").out
    assert "ec2:EnableEbsEncryptionByDefault" in text
    assert "AlternateContact" not in text
    assert "PublicAccessBlock" not in text
    assert "InstanceMetadataDefaults" not in text


HALF = {"BlockPublicAcls": True, "IgnorePublicAcls": True}


@pytest.mark.parametrize(
    ("call", "address", "actual"),
    [
        (
            ("s3control", "DeletePublicAccessBlock", {"AccountId": AUDIT}),
            "public_access_block:audit",
            None,
        ),
        (
            (
                "s3control",
                "PutPublicAccessBlock",
                {"AccountId": AUDIT, "PublicAccessBlockConfiguration": HALF},
            ),
            "public_access_block:audit",
            {"block_public_policy": False, "restrict_public_buckets": False},
        ),
        (
            ("ec2", "DisableEbsEncryptionByDefault", {}),
            "ebs_encryption:audit/us-east-1",
            None,
        ),
        (
            ("ec2", "ModifyInstanceMetadataDefaults", {"HttpTokens": "no-preference"}),
            "imds_defaults:audit/us-east-1",
            {"http_tokens": "no-preference"},
        ),
        (
            ("account", "DeleteAlternateContact", {"AlternateContactType": "SECURITY"}),
            "alternate_contact:audit/security",
            None,
        ),
        (
            (
                "account",
                "PutAlternateContact",
                {
                    "AlternateContactType": "SECURITY",
                    "Name": "Mallory",
                    "Title": "On call",
                    "EmailAddress": "security@example.com",
                    "PhoneNumber": "+15550100",
                },
            ),
            "alternate_contact:audit/security",
            {"name": "Mallory"},
        ),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, call: tuple[str, str, dict[str, Any]], address: str, actual: Any
) -> None:
    clicks(applied, AUDIT, *call)
    (found,) = drifted(applied)
    assert found["meaning"] == "unknown"  # no SCP nor RCP says
    change = "missing" if actual is None else "changed"
    assert (found["address"], found["change"], found["actual"]) == (address, change, actual)
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_other_defaults_of_instance_metadata_are_kept(applied: Desk) -> None:
    told = {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2}
    clicks(applied, AUDIT, "ec2", "ModifyInstanceMetadataDefaults", told)
    applied.does("apply", "--baseline", "--yes")
    found = clicks(applied, AUDIT, "ec2", "GetInstanceMetadataDefaults")
    assert found["AccountLevel"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
        "ManagedBy": "account",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phone": "1" * 26}, "The phone of security has 26 characters; AWS takes 25"),
        ({"name": ""}, "The name of security has 0 characters"),
        ({"phone": "ask Jane"}, "AWS takes no phone such as that of security"),
        ({"email": "security"}, "AWS takes no email such as that of security"),
    ],
)
def test_a_contact_that_aws_would_not_take_is_a_fault_at_its_line(
    table: Desk, change: dict[str, str], words: str
) -> None:
    table.layout(layout(account={"contacts": {"security": {**SECURITY, **change}}}))
    ran = table.run("validate")
    assert ran.code == 3
    assert words in ran.said


def test_a_contact_that_cannot_be_looked_at_is_said(applied: Desk) -> None:
    plant(applied.sandbox, Fault(Kind.ACCESS_DENIED, "GetAlternateContact"))
    ran = applied.run("drift", "--baseline", "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["drift"]) == (3, [])
    assert len(told["incomplete"]) == 1


def test_what_another_tool_keeps_is_looked_at_and_never_written(table: Desk) -> None:
    table.layout(layout(account={"imds": "v2", "managed_by": "control-tower"}))
    assert planned(table) == []
    assert len(drifted(table)) == 8
