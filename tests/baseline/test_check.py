"""`govkit check` on a whole baseline: every planted fault is found, with the right words, nothing else."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from everything import TEAM, everything, plant
from hygiene import MANAGEMENT
from terminal import Desk, desk

OURS = "GK500"


@pytest.fixture(scope="module")
def whole() -> Iterator[Desk]:
    """Give an organization with everything of the baseline on."""
    with desk() as table:
        everything(table)
        table.does("apply", "--baseline", "--yes")
        yield table


def found(table: Desk) -> list[dict[str, Any]]:
    ran = table.run("check", "--format", "json")
    told = json.loads(ran.out)
    assert told["incomplete"] == []
    assert ran.code == (3 if told["findings"] else 0)
    findings: list[dict[str, Any]] = told["findings"]
    return findings


def test_each_planted_fault_is_found_and_nothing_else_and_what_is_ours_is_mended(
    whole: Desk,
) -> None:
    (whole.sandbox / "calls.jsonl").unlink()
    planned = whole.does("plan", "--baseline", "--format", "json").out
    assert json.loads(planned)["steps"] == []
    _costs_as_few_calls_as_aws_allows(whole)
    assert found(whole) == []
    plant(whole)
    findings = found(whole)
    seen = sorted((one["code"], one["account_key"], one["resource"]) for one in findings)
    assert seen == sorted([*EXPECTED, *((OURS, *_place(one), one) for one in WEAKENED)])
    assert {one["resource"]: _how(one) for one in findings if one["code"] == OURS} == WEAKENED
    text = (whole.folder / "org_layout.yaml").read_text().splitlines()
    for one in findings:
        line, kind = text[one["origin"]["line"] - 1], one["resource"].partition(":")[0]
        assert line.strip() in LINES[one["code"] if one["code"] != OURS else kind]
        assert one["fix"].endswith(".")
        assert one["account"] == TEAM.get(one["account_key"], MANAGEMENT)
    whole.does("apply", "--baseline", "--yes")
    left = found(whole)
    assert sorted((one["code"], one["account_key"], one["resource"]) for one in left) == sorted(
        EXPECTED
    )


def _costs_as_few_calls_as_aws_allows(table: Desk) -> None:
    """Count the calls of a look in an account and Region: one per thing that AWS shows, entered once."""
    calls = [json.loads(one) for one in (table.sandbox / "calls.jsonl").read_text().splitlines()]
    entered = Counter(one["params"]["RoleArn"] for one in calls if one["operation"] == "AssumeRole")
    assert set(entered.values()) == {1}
    assert len(entered) == len(TEAM)
    here = Counter(
        f"{one['service']}:{one['operation']}"
        for one in calls
        if one["caller"]["account"] == TEAM["team-22"]
    )
    assert here == Counter(ONCE)


# What an account is asked that has no part in what is the organization's.
ONCE = [
    "config:DescribeConfigurationRecorders",
    "config:DescribeDeliveryChannels",
    "config:DescribeConfigurationRecorderStatus",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:GetInstanceMetadataDefaults",
    "iam:GetAccountPasswordPolicy",
    "iam:GetRole",
    "s3control:GetPublicAccessBlock",
]


def _place(address: str) -> tuple[str]:
    """Return which account an address is about."""
    holders = {"bucket:acme-trail": "team-20", "bucket:acme-config": "team-20"}
    return (holders.get(address) or address.partition(":")[2].partition("/")[0],)


def _how(finding: dict[str, Any]) -> str:
    """Return what differs of a thing that is changed, else that it is missing or extra."""
    if " is changed" in finding["message"]:
        return ", ".join(sorted(finding["actual"]))
    return str(finding["message"].rpartition(" is ")[2].rstrip("."))


def arn(team: str, name: str, sort: str = "user") -> str:
    return f"arn:aws:iam::{TEAM[team]}:{sort}/{name}"


# What nobody but its owner can mend.
EXPECTED = [
    ("GK501", "team-20", arn("team-20", "jane")),
    ("GK502", "management", "<root_account>"),
    ("GK503", "team-21", "<root_account>"),
    ("GK504", "team-22", arn("team-22", "old-key")),
    ("GK504", "team-22", arn("team-22", "second-key")),
    ("GK505", "team-23", arn("team-23", "idle-key")),
    ("GK505", "team-23", arn("team-23", "never-used")),
    ("GK506", "team-24", arn("team-24", "idle-password")),
    ("GK506", "team-24", arn("team-24", "never-signed-in")),
    ("GK507", "team-25", arn("team-25", "nobody")),
    ("GK508", "team-26", arn("team-26", "attached")),
    ("GK508", "team-26", arn("team-26", "inline")),
    ("GK509", "team-27", arn("team-27", "hidden-admin")),
    ("GK509", "team-27", arn("team-27", "hidden-admins", "group")),
    ("GK510", "team-28", arn("team-28", "build-server")),
    ("GK511", "team-29", "<root_account>"),
    ("GK512", "team-30", "instance:team-30/eu-west-1/i-old"),
    ("GK513", "team-30", "instance:team-30/eu-west-1/i-bare"),
    ("GK514", "team-29", "analyzer:team-29/eu-west-1/govkit-external-access"),
]
# What is ours, and how it is weakened.
WEAKENED = {
    "trail:management/eu-west-1/org-trail": "logging, management_events",
    "bucket:acme-trail": "policy",
    "bucket:acme-config": "public_access_block",
    "config_recording:team-20/eu-west-1/govkit": "missing",
    "config_channel:team-21/eu-west-1/govkit": "bucket, frequency",
    "config_delivery:team-21/eu-west-1/govkit": "error",
    "config_recorder:team-22/eu-west-1/govkit": "global_types, role",
    "config_aggregator:team-29/eu-west-1/org": "missing",
    "organization_rule:team-29/eu-west-1/root-mfa": "missing",
    "conformance_pack:team-29/eu-west-1/iam": "missing",
    "analyzer:team-29/eu-west-1/govkit-unused-access": "missing",
    "archive_rule:team-29/eu-west-1/govkit-external-access/partner": "missing",
    "archive_rule:team-29/eu-west-1/govkit-external-access/hush": "extra",
    "password_policy:team-30": "minimum_length",
    "password_policy:team-28": "missing",
    "root_access:management/RootSessions": "missing",
    "public_access_block:team-23": "missing",
    "ebs_encryption:team-24/eu-west-1": "missing",
    "imds_defaults:team-25/eu-west-1": "http_tokens",
    "alternate_contact:team-26/security": "missing",
}
# The line that demands it, by code, or by the kind of what is ours.
LINES = {
    "GK501": ("mfa: required",),
    "GK502": ("mfa: required",),
    "GK503": ("root_access_keys: forbidden",),
    "GK504": ("max_key_age_days: 90",),
    "GK505": ("max_unused_days: 45",),
    "GK506": ("max_unused_days: 45",),
    "GK507": ("max_unused_days: 45",),
    "GK508": ("direct_policies: forbidden",),
    "GK509": ("mfa: required",),  # the section's first
    "GK510": ("mfa: required",),
    "GK511": ("credentials_management: true",),
    "GK512": ("imds: v2",),
    "GK513": ("s3_public_access_block: true",),
    "GK514": ("external_access: true",),
    "alternate_contact": ("name: Desk",),
    "analyzer": ("days: 90",),
    "archive_rule": ("filter:", "partner:"),
    "bucket": ("name: acme-config", "name: acme-trail"),
    "config_aggregator": ("name: org",),
    "config_channel": ("bucket:",),
    "config_delivery": ("bucket:",),
    "config_recorder": ("types: all",),
    "config_recording": ("types: all",),
    "conformance_pack": ("template: iam.yaml",),
    "ebs_encryption": ("ebs_encryption: true",),
    "imds_defaults": ("imds: v2",),
    "organization_rule": ("managed: ROOT_ACCOUNT_MFA_ENABLED",),
    "password_policy": ("minimum_length: 14",),
    "public_access_block": ("s3_public_access_block: true",),
    "root_access": ("root_sessions: true",),
    "trail": ("trail: org-trail",),
}
