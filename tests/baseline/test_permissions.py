"""What `govkit iam-policy` prints is what looking into accounts and writing there took, call by call."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from baselines import layout, organization
from terminal import Desk, desk

from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.judge import Judge, judge
from govkit.access.request import request
from govkit.access.statement import Level, policy
from govkit.access.validity import faults
from govkit.access.verdict import Kind, Outcome

MANAGEMENT = "111111111111"
BASELINE: dict[str, Any] = {
    "password_policy": {"minimum_length": 14},
    "config": {
        "recorder": {"types": "all", "global_types_in": "eu-west-1"},
        "delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}},
        "aggregator": {"account": "audit"},
    },
    "cloudtrail": {"bucket": {"name": "acme-trail", "account": "log-archive"}},
    "account": {"s3_public_access_block": True, "ebs_encryption": True, "imds": "v2"},
}


@pytest.fixture(scope="module")
def table() -> Iterator[Desk]:
    """A whole baseline, applied and looked at again, with a log of all calls."""
    with desk() as found:
        organization(found)
        found.layout(layout(**BASELINE))
        found.does("apply", "--baseline", "--yes")
        found.does("drift", "--baseline")
        yield found


def asked(table: Desk, *arguments: str) -> Any:
    return json.loads(table.does("iam-policy", *arguments).out)


def allowing(*documents: Any) -> Judge:
    """An identity policy allows what an SCP of the same words would."""
    found = tuple(policy(str(at), one) for at, one in enumerate(documents))
    return judge(Chain(Kind.SCP, (Level("role", found),)))


def log(table: Desk) -> list[Mapping[str, Any]]:
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [one for one in found if one["operation"] != "GetCallerIdentity"]


def in_members(table: Desk) -> list[Mapping[str, Any]]:
    return [one for one in log(table) if one["caller"]["account"] != MANAGEMENT]


# What IAM calls differently from the API.
NAMES = {
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}


def allows(judge: Judge, call: Mapping[str, Any]) -> bool:
    name = f"{call['service']}:{call['operation']}"
    asked = request(NAMES.get(name, name), resource(call), {})
    return judge.verdict(asked).outcome is Outcome.ALLOWED


def bucket_or_role(call: Mapping[str, Any]) -> str:
    account, region, params = call["caller"]["account"], call["region"], call["params"]
    if call["service"] == "s3" and "Bucket" in params:
        return f"arn:aws:s3:::{params['Bucket']}"
    if call["service"] == "iam" and "RoleName" in params:
        return f"arn:aws:iam::{account}:role/{params['RoleName']}"
    if call["operation"] in {"PutConfigurationAggregator", "ListTagsForResource"}:
        return f"arn:aws:config:{region}:{account}:config-aggregator/1"
    return ""


def resource(call: Mapping[str, Any]) -> str:
    """Return the ARN that IAM asks about, for what the baseline calls."""
    account, region, params = call["caller"]["account"], call["region"], call["params"]
    service = "config.amazonaws.com"
    role = f"arn:aws:iam::{account}:role"
    match call["operation"]:
        case "AssumeRole":
            return str(params["RoleArn"])
        case "GetRole":
            return f"{role}/{params['RoleName']}"
        case "CreateServiceLinkedRole":
            return f"{role}/aws-service-role/{service}/AWSServiceRoleForConfig"
        case operation if operation.endswith("ConfigurationRecorder"):
            return f"arn:aws:config:{region}:{account}:configuration-recorder/govkit/1"
        case operation if call["service"] == "cloudtrail" and "Describe" not in operation:
            return f"arn:aws:cloudtrail:{region}:{account}:trail/org-trail"
        case _:
            return bucket_or_role(call) or "*"


def test_every_call_inside_accounts_is_allowed_by_the_policy_for_members(table: Desk) -> None:
    both, reading = (
        allowing(asked(table, "member")),
        allowing(asked(table, "member", "--role", "read")),
    )
    calls = in_members(table)
    assert len({call["operation"] for call in calls}) >= 9
    for call in calls:
        assert allows(both, call), (call["operation"], resource(call))
        assert allows(reading, call) == call["read_only"], call["operation"]


def test_every_call_outside_is_allowed_by_the_policy_for_applying(table: Desk) -> None:
    """The management account's own baseline among them: it is not entered."""
    everything = allowing(asked(table, "apply"))
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
    actions = {action for statement in found["Statement"] for action in statement["Action"]}
    assert {action for action in actions if action_index().spelled(action) != action} == set()
    assert not list(faults(found, None))
