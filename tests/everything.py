"""A layout with everything in `baseline:`, and what people do to the organization that has it."""

import json
from typing import Any

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
from terminal import Desk

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


def everything(table: Desk) -> None:
    """Let everything of the baseline be asked for, and a user be as she should be."""
    organization(table)
    text = "Resources:\n  Mfa:\n    Type: AWS::Config::ConfigRule\n"
    (table.folder / "iam.yaml").write_text(text)
    table.layout(layout(**BASELINE))
    user(table, TEAM["team-20"], "jane", password=(30, 2), access_keys=((30, 1),))


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
