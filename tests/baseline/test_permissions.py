"""What `govkit iam-policy` prints is what looking into accounts and writing there took, call by call."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from baselines import layout, organization
from everything import everything, plant
from hygiene import MANAGEMENT, four_hours_pass
from terminal import TODAY, Desk, desk

from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.judge import Judge, judge
from govkit.access.request import request
from govkit.access.statement import Level, policy
from govkit.access.validity import faults
from govkit.access.verdict import Kind, Outcome

LATER, LATEST = (
    "2026-12-08",
    "2026-12-23",
)  # when the second stage of credentials is due, and the third


@pytest.fixture(scope="module")
def table() -> Iterator[Desk]:
    """A whole baseline: applied, weakened, checked, mended, and credentials put out of use.

    The sandbox logs all calls of it.
    """
    with desk() as found:
        everything(found)
        found.does("apply", "--baseline", "--yes")
        plant(found)
        found.run("check")
        found.does("apply", "--baseline", "--yes")
        for day, stage in ((TODAY, "notify"), (LATER, "deactivate"), (LATEST, "delete")):
            found.environment["GOVKIT_TODAY"] = day
            four_hours_pass(found)
            found.does("credentials", "apply", stage, "--yes", "--allow", "credentials=99")
        yield found


@pytest.fixture(scope="module")
def stacked() -> Iterator[Desk]:
    """AWS Config by a StackSet, changed once, with a log of all calls."""
    with desk() as found:
        organization(found)
        bucket = {"name": "acme-config", "account": "log-archive"}
        config = {"engine": "stackset", "delivery": {"bucket": bucket}}
        found.layout(layout(config=config))
        found.does("apply", "--baseline", "--yes")
        found.layout(layout(config={**config, "recorder": {"types": ["AWS::S3::Bucket"]}}))
        found.does("apply", "--baseline", "--yes")
        found.does("drift", "--baseline")
        found.does("check")
        yield found


def asked(table: Desk, *arguments: str) -> Any:
    return json.loads(table.does("iam-policy", *arguments).out)


def allowing(*documents: Any) -> Judge:
    """An identity policy allows what an SCP of the same words would."""
    found = tuple(policy(str(at), one) for at, one in enumerate(documents))
    return judge(Chain(Kind.SCP, (Level("role", found),)))


def log(table: Desk) -> list[Mapping[str, Any]]:
    """Return govkit's own calls; who may ask who they are needs no permission."""
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    mine = [one for one in found if "app/govkit-" in one["user_agent"]]
    return [one for one in mine if one["operation"] != "GetCallerIdentity"]


def actions(policy: Any) -> set[str]:
    return {one for statement in policy["Statement"] for one in statement["Action"]}


def in_members(table: Desk) -> list[Mapping[str, Any]]:
    return [one for one in log(table) if one["caller"]["account"] != MANAGEMENT]


# What IAM calls differently from the API.
NAMES = {
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}


def action(call: Mapping[str, Any]) -> str:
    service = {"accessanalyzer": "access-analyzer"}.get(call["service"], call["service"])
    name = f"{service}:{call['operation']}"
    return NAMES.get(name, name)


def looks(call: Mapping[str, Any]) -> bool:
    """Tell whether a call only looks; a credential report is made to be looked at."""
    return bool(call["read_only"]) or call["operation"] == "GenerateCredentialReport"


def allows(judge: Judge, call: Mapping[str, Any], arn: str | None = None) -> bool:
    asked = request(action(call), resource(call) if arn is None else arn, {})
    return judge.verdict(asked).outcome is Outcome.ALLOWED


def resource(call: Mapping[str, Any]) -> str:
    """Return the ARN that IAM asks about, for what the baseline calls; a star where it asks of none."""
    account, region, params = call["caller"]["account"], call["region"], call["params"]
    known = {"account": account, "region": region, **params}
    for pattern, arn in ARNS:
        if re.fullmatch(pattern, action(call)):
            with suppress(KeyError):
                return arn.format(**known)
    return "*"


_ROLE = "arn:aws:iam::{account}:role"
ARNS = (
    ("sts:AssumeRole", "{RoleArn}"),
    (
        "iam:CreateServiceLinkedRole",
        f"{_ROLE}/aws-service-role/{{AWSServiceName}}/AWSServiceRoleForX",
    ),
    ("iam:GetAccessKeyLastUsed", "arn:aws:iam::{account}:user/jane"),
    ("iam:.*", f"{_ROLE}/{{RoleName}}"),
    ("iam:.*", "arn:aws:iam::{account}:user/{UserName}"),
    ("account:.*", "arn:aws:account::111111111111:account/o-exampleorgid/{AccountId}"),
    ("account:.*", "arn:aws:account::{account}:account"),
    ("s3:.*Account.*", "*"),
    ("s3:.*", "arn:aws:s3:::{Bucket}"),
    ("cloudtrail:(?!Describe).*", "arn:aws:cloudtrail:{region}:{account}:trail/org-trail"),
    (
        "config:.*ConfigurationRecorder",
        "arn:aws:config:{region}:{account}:configuration-recorder/g/1",
    ),
    ("config:.*ConfigurationAggregator", "arn:aws:config:{region}:{account}:config-aggregator/1"),
    (
        "config:.*OrganizationConfigRule",
        "arn:aws:config:{region}:{account}:organization-config-rule/1",
    ),
    (
        "config:(Put|Delete)OrganizationConformancePack",
        "arn:aws:config:{region}:{account}:organization-conformance-pack/1",
    ),
    ("config:.*TagsForResource", "{ResourceArn}"),
    (
        "access-analyzer:.*Rule",
        "arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzerName}/archive-rule/{ruleName}",
    ),
    ("access-analyzer:.*", "arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzerName}"),
    ("access-analyzer:.*", "{analyzerArn}"),
)


def test_every_call_inside_accounts_is_allowed_by_the_policy_for_members(table: Desk) -> None:
    both, reading = (
        allowing(asked(table, "member")),
        allowing(asked(table, "member", "--role", "read")),
    )
    calls = in_members(table)
    assert len({call["operation"] for call in calls}) >= 60
    for call in calls:
        assert allows(both, call), (call["operation"], resource(call))
        assert allows(reading, call) == looks(call), (call["operation"], resource(call))


def test_every_call_outside_is_allowed_by_the_policy_for_applying(table: Desk) -> None:
    """The management account's own baseline among them: it is not entered."""
    everything, reading = allowing(asked(table, "apply")), allowing(asked(table, "plan"))
    outside = [
        call
        for call in log(table)
        if call["caller"]["account"] == MANAGEMENT and call["service"] != "organizations"
    ]
    assert {"AssumeRole", "CreateTrail", "PutConfigurationRecorder"} <= {
        call["operation"] for call in outside
    }
    for call in outside:
        assert allows(everything, call), (call["operation"], resource(call))
        enters = call["operation"] == "AssumeRole"
        assert allows(reading, call) == (looks(call) or enters), (call["operation"], resource(call))


def test_every_call_about_stack_sets_is_allowed_by_the_policy_for_applying(stacked: Desk) -> None:
    applying, planning = allowing(asked(stacked, "apply")), allowing(asked(stacked, "plan"))
    member = allowing(asked(stacked, "member", "--role", "read"))
    calls = log(stacked)
    about = [call for call in calls if call["service"] == "cloudformation"]
    assert {"CreateStackSet", "CreateStackInstances", "UpdateStackSet"} <= {
        call["operation"] for call in about
    }
    for call in about:
        arn = stack_set(call)
        assert allows(applying, call, arn), (call["operation"], arn)
        if call["operation"] != "DescribeStackSetOperation":  # which is waited for, after a write
            assert allows(planning, call, arn) == call["read_only"], call["operation"]
    entered = [call for call in calls if call["caller"]["account"] != MANAGEMENT]
    seen = [call for call in entered if call["service"] == "config" and call["read_only"]]
    assert seen
    assert all(allows(member, call) for call in seen)


def stack_set(call: Mapping[str, Any]) -> str:
    name = call["params"].get("StackSetName")
    account, region = call["caller"]["account"], call["region"]
    return f"arn:aws:cloudformation:{region}:{account}:stackset/{name}:1" if name else "*"


def test_no_other_role_can_be_handed_over_or_looked_at(table: Desk) -> None:
    member = allowing(asked(table, "member"))
    own = "arn:aws:iam::222222222222:role/aws-service-role/config.amazonaws.com"
    for action, arn, expected in (
        ("iam:PassRole", f"{own}/AWSServiceRoleForConfig", Outcome.ALLOWED),
        ("iam:PassRole", "arn:aws:iam::222222222222:role/Admin", Outcome.IMPLICITLY_DENIED),
        ("iam:GetRole", "arn:aws:iam::222222222222:role/Admin", Outcome.IMPLICITLY_DENIED),
    ):
        assert member.verdict(request(action, arn, {})).outcome is expected


@pytest.mark.parametrize("purpose", ["member", "apply", "plan"])
def test_what_is_printed_is_a_policy_of_actions_that_exist(table: Desk, purpose: str) -> None:
    found = asked(table, purpose)
    assert {one for one in actions(found) if action_index().spelled(one) != one} == set()
    assert not list(faults(found, None))


_TAGGED = "IAM asks for it where a thing is made with tags"
_HANDED = "a role is handed to a service: a permission without a call"
_UNDONE = "a rollback takes away what a run made"
_LESS = "what the layout asks for no longer"
_OTHER = "mends what differs in a way that nobody tried here"
_FULL = "a user who is deleted has one"
_CHARGED = "a delegated administrator shows StackSets where the management account refuses"
_THERE = "there is one to be asked about"
REASONS = {
    "access-analyzer:TagResource": _TAGGED,
    "access-analyzer:UpdateAnalyzer": _OTHER,
    "access-analyzer:UpdateArchiveRule": _OTHER,
    "access-analyzer:DeleteAnalyzer": _LESS,
    "config:DeleteConfigurationAggregator": _UNDONE,
    "config:DeleteConfigurationRecorder": _UNDONE,
    "config:DeleteDeliveryChannel": _UNDONE,
    "config:DeleteOrganizationConfigRule": _UNDONE,
    "config:DeleteOrganizationConformancePack": _UNDONE,
    "config:StopConfigurationRecorder": _UNDONE,
    "config:TagResource": _TAGGED,
    "ec2:DisableEbsEncryptionByDefault": _UNDONE,
    "iam:DeleteAccountPasswordPolicy": _UNDONE,
    "iam:DeleteUserPolicy": _FULL,
    "iam:DetachRolePolicy": _OTHER,
    "iam:DetachUserPolicy": _FULL,
    "iam:PassRole": _HANDED,
    "iam:RemoveUserFromGroup": _FULL,
    "iam:TagRole": _TAGGED,
    "iam:UpdateAssumeRolePolicy": _OTHER,
    "s3:ListAllMyBuckets": "a bucket refuses to be looked at, and may be another account's",
    "s3:TagResource": _TAGGED,
}
INSIDE = {
    "cloudformation:DescribeStackSet": _CHARGED,
    "cloudformation:ListStackSets": _CHARGED,
}
OUTSIDE = {
    "account:DeleteAlternateContact": _UNDONE,
    "cloudformation:DescribeStackSet": _THERE,
    "cloudtrail:AddTags": _TAGGED,
    "cloudtrail:DeleteTrail": _UNDONE,
    "cloudtrail:GetInsightSelectors": _THERE,
    "cloudtrail:PutInsightSelectors": _OTHER,
    "cloudtrail:UpdateTrail": _OTHER,
    "iam:DisableOrganizationsRootCredentialsManagement": _LESS,
    "iam:DisableOrganizationsRootSessions": _LESS,
    "kms:ListAliases": _THERE,
}


@pytest.mark.parametrize(
    ("purpose", "reasons"), [("member", REASONS | INSIDE), ("apply", REASONS | OUTSIDE)]
)
def test_what_is_printed_and_was_not_called_has_a_reason(
    table: Desk, purpose: str, reasons: Mapping[str, str]
) -> None:
    """What Organizations is asked for is tried with the layouts of other tests."""
    calls = in_members(table) if purpose == "member" else log(table)
    unused = actions(asked(table, purpose)) - {action(call) for call in calls}
    assert {one for one in unused if not one.startswith("organizations:")} == reasons.keys()
