"""`govkit check` on a whole baseline: every planted fault is found, with the right words, nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from baselines import clicks
from hygiene import (
    ACCOUNTS,
    CREDENTIALS,
    MANAGEMENT,
    RULES,
    ago,
    four_hours_pass,
    inside,
    keep_user,
    layout,
    organization,
    root,
    user,
    users,
)
from terminal import Desk, desk

ADMIN = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READER = {"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
CONTACT = {"name": "Desk", "title": "On call", "email": "s@example.com", "phone": "+15550100"}
BASELINE = {
    "cloudtrail": {
        "trail": "org-trail",
        "bucket": {
            "name": "acme-trail",
            "account": "team-20",
            "object_lock_days": 365,
            "expire_days": 2555,
        },
    },
    "config": {
        "recorder": {"types": "all", "global_types_in": "eu-west-1"},
        "delivery": {"bucket": {"name": "acme-config", "account": "team-20"}},
        "aggregator": {"name": "org", "account": "team-29"},
        "rules": {"root-mfa": {"managed": "ROOT_ACCOUNT_MFA_ENABLED"}},
        "conformance_packs": {"iam": {"template": "iam.yaml"}},
    },
    "access_analyzer": {
        "delegated_administrator": "team-29",
        "external_access": True,
        "unused_access": {"days": 90},
        "archive_rules": {"partner": {"filter": {"principal.AWS": {"eq": ["444444444444"]}}}},
    },
    "password_policy": RULES,
    "root_access": {"credentials_management": True, "root_sessions": True},
    "credentials": CREDENTIALS,
    "account": {
        "s3_public_access_block": True,
        "ebs_encryption": True,
        "imds": "v2",
        "contacts": {"security": CONTACT},
    },
}
TEAM = ACCOUNTS
OURS = "GK500"


@pytest.fixture(scope="module")
def whole() -> Iterator[Desk]:
    """Give an organization with everything of the baseline on, and a user as she should be."""
    with desk() as table:
        organization(table)
        text = "Resources:\n  Mfa:\n    Type: AWS::Config::ConfigRule\n"
        (table.folder / "iam.yaml").write_text(text)
        table.layout(layout(**BASELINE))
        user(table, TEAM["team-20"], "jane", password=(30, 2), access_keys=((30, 1),))
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
    planned = whole.does("plan", "--baseline", "--format", "json").out
    assert json.loads(planned)["steps"] == []
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


def plant(table: Desk) -> None:
    """Do what people do: each line is a fault."""
    with inside(table, TEAM["team-20"]) as world:
        keep_user(world, {**users(world)[f"{TEAM['team-20']}/jane"], "Mfa": []})
    root(table, MANAGEMENT, Password=True)
    root(table, TEAM["team-21"], Keys=[ago(400)])
    user(table, TEAM["team-22"], "old-key", password=(30, 1), access_keys=((91, 3),))
    user(table, TEAM["team-22"], "second-key", password=(9, 1), access_keys=((9, 1), (120, 5)))
    user(table, TEAM["team-23"], "idle-key", password=(30, 1), access_keys=((80, 46),))
    user(table, TEAM["team-23"], "never-used", password=(30, 1), access_keys=((60, None),))
    user(table, TEAM["team-24"], "idle-password", password=(60, 46))
    user(table, TEAM["team-24"], "never-signed-in", password=(60, None))
    user(table, TEAM["team-25"], "nobody", made=46)
    policies(table)
    user(table, TEAM["team-28"], "build-server", access_keys=((30, 1),), service="s3")
    root(table, TEAM["team-29"], Password=True, Mfa=True)
    beside_users(table)
    services(table)
    settings(table)
    four_hours_pass(table)


def policies(table: Desk) -> None:
    for name in ("attached", "inline"):
        user(table, TEAM["team-26"], name, password=(30, 1))
    told = {"UserName": "attached", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    clicks(table, TEAM["team-26"], "iam", "AttachUserPolicy", told)
    put(table, "team-26", "User", "inline", READER)
    user(table, TEAM["team-27"], "hidden-admin", password=(30, 1))
    put(table, "team-27", "User", "hidden-admin", ADMIN)
    clicks(table, TEAM["team-27"], "iam", "CreateGroup", {"GroupName": "hidden-admins"})
    put(table, "team-27", "Group", "hidden-admins", ADMIN)


def put(table: Desk, team: str, sort: str, name: str, document: Any) -> None:
    told = {f"{sort}Name": name, "PolicyName": "mine", "PolicyDocument": json.dumps(document)}
    clicks(table, TEAM[team], "iam", f"Put{sort}Policy", told)


def beside_users(table: Desk) -> None:
    """Let instances run as they should not, and an analyzer find something."""
    place = f"{TEAM['team-30']}/eu-west-1"
    good = {"Place": place, "State": "running", "HttpEndpoint": "enabled"}
    with inside(table, TEAM["team-30"]) as world:
        running = world.documents("ec2").tables["instances"]
        running.put(
            f"{place}/i-old", {**good, "Id": "i-old", "Profile": "web", "HttpTokens": "optional"}
        )
        running.put(
            f"{place}/i-bare", {**good, "Id": "i-bare", "Profile": "", "HttpTokens": "required"}
        )
    analyzer = f"{TEAM['team-29']}/eu-west-1/govkit-external-access"
    told = {
        "Id": "1",
        "Analyzer": analyzer,
        "Type": "ExternalAccess",
        "Resource": "arn:aws:s3:::open",
        "ResourceType": "AWS::S3::Bucket",
        "Owner": TEAM["team-23"],
        "Public": True,
        "Status": "ACTIVE",
    }
    with inside(table, TEAM["team-29"]) as world:
        world.documents("accessanalyzer").tables["findings"].put(f"{analyzer}/1", told)


def services(table: Desk) -> None:
    """Weaken what is there once, or records."""

    def click(team: str, service: str, operation: str, params: Any) -> dict[str, Any]:
        account = TEAM.get(team, MANAGEMENT)
        return clicks(table, account, service, operation, params, region="eu-west-1")

    narrowed = {"TrailName": "org-trail", "EventSelectors": [{"ReadWriteType": "WriteOnly"}]}
    click("", "cloudtrail", "PutEventSelectors", narrowed)
    click("", "cloudtrail", "StopLogging", {"Name": "org-trail"})
    policy = json.loads(
        click("team-20", "s3", "GetBucketPolicy", {"Bucket": "acme-trail"})["Policy"]
    )
    policy["Statement"] = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    loosened = {"Bucket": "acme-trail", "Policy": json.dumps(policy)}
    click("team-20", "s3", "PutBucketPolicy", loosened)
    click("team-20", "s3", "DeletePublicAccessBlock", {"Bucket": "acme-config"})
    click("team-20", "config", "StopConfigurationRecorder", {"ConfigurationRecorderName": "govkit"})
    astray(table)
    other = {"name": "govkit", "roleARN": f"arn:aws:iam::{TEAM['team-22']}:role/other"}
    click("team-22", "config", "PutConfigurationRecorder", {"ConfigurationRecorder": other})
    for name, value in (
        ("ConfigurationAggregator", "org"),
        ("OrganizationConfigRule", "root-mfa"),
        ("OrganizationConformancePack", "iam"),
    ):
        click("team-29", "config", f"Delete{name}", {f"{name}Name": value})
    click("team-29", "accessanalyzer", "DeleteAnalyzer", {"analyzerName": "govkit-unused-access"})
    mine = {"analyzerName": "govkit-external-access"}
    click("team-29", "accessanalyzer", "DeleteArchiveRule", {**mine, "ruleName": "partner"})
    hush = {**mine, "ruleName": "hush", "filter": {"isPublic": {"eq": ["true"]}}}
    click("team-29", "accessanalyzer", "CreateArchiveRule", hush)


def astray(table: Desk) -> None:
    """Let an account deliver what AWS Config records into a bucket that takes it no longer."""
    team, place = (
        TEAM["team-21"],
        {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}},
    )

    def click(service: str, operation: str, params: Any) -> None:
        clicks(table, team, service, operation, params, region="eu-west-1")

    click("s3", "CreateBucket", {"Bucket": "elsewhere", **place})
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::elsewhere", "arn:aws:s3:::elsewhere/*"],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    click("s3", "PutBucketPolicy", {"Bucket": "elsewhere", "Policy": document})
    channel = {"name": "govkit", "s3BucketName": "elsewhere"}
    click("config", "PutDeliveryChannel", {"DeliveryChannel": channel})
    click("s3", "DeleteBucketPolicy", {"Bucket": "elsewhere"})


def settings(table: Desk) -> None:
    """Weaken what each account has."""

    def click(team: str, service: str, operation: str, **params: Any) -> None:
        account = TEAM.get(team, MANAGEMENT)
        clicks(table, account, service, operation, params, region="eu-west-1")

    click(
        "team-30", "iam", "UpdateAccountPasswordPolicy", **{**PASSWORDS, "MinimumPasswordLength": 8}
    )
    click("team-28", "iam", "DeleteAccountPasswordPolicy")
    click("", "iam", "DisableOrganizationsRootSessions")
    click("team-23", "s3control", "DeletePublicAccessBlock", AccountId=TEAM["team-23"])
    click("team-24", "ec2", "DisableEbsEncryptionByDefault")
    click("team-25", "ec2", "ModifyInstanceMetadataDefaults", HttpTokens="optional")
    click("team-26", "account", "DeleteAlternateContact", AlternateContactType="SECURITY")


PASSWORDS = {
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
    "AllowUsersToChangePassword": True,
}
