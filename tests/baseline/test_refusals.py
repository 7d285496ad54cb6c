"""What AWS's services refuse, and so the sandbox: buckets, roles, keys, aggregators, rules, StackSets."""

import json
import time
from typing import Any

import pytest
from baselines import ACCOUNTS, bucket, clicks
from terminal import Desk

from govkit.sandbox.refusals import RefusalError

MANAGEMENT, AUDIT, OWNER = "111111111111", ACCOUNTS["audit"], ACCOUNTS["log-archive"]
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs-1"}


def policy(**more: Any) -> dict[str, Any]:
    return {"Policy": json.dumps({"Statement": [{**ALLOW, **more}]})}


def refused(desk: Desk, account: str, asked: str, params: Any) -> str:
    service, _, operation = asked.partition(":")
    with pytest.raises(RefusalError) as caught:
        clicks(desk, account, service, operation, params, region="eu-west-1")
    return caught.value.code


LOCK = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
BOTH = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1, "Years": 1}}
RULE = {"ID": "a", "Status": "Enabled", "Expiration": {"Days": 1}}


@pytest.mark.parametrize(
    ("asked", "params", "code"),
    [
        ("PutBucketPolicy", {"Policy": "{"}, "MalformedPolicy"),
        ("PutBucketPolicy", {"Policy": "{}"}, "MalformedPolicy"),
        ("PutBucketPolicy", policy(Effect="Maybe"), "MalformedPolicy"),
        ("PutBucketPolicy", policy(Action=""), "MalformedPolicy"),
        ("PutBucketPolicy", policy(Color="red"), "MalformedPolicy"),
        ("PutBucketPolicy", policy(Resource="arn:aws:s3:::other"), "MalformedPolicy"),
        ("PutBucketPolicy", policy(), "AccessDenied"),
        ("PutObjectLockConfiguration", LOCK, "InvalidBucketState"),
        (
            "PutBucketLifecycleConfiguration",
            {"LifecycleConfiguration": {"Rules": [RULE]}},
            "MalformedXML",
        ),
        (
            "PutBucketLifecycleConfiguration",
            {"LifecycleConfiguration": {"Rules": [RULE, RULE]}},
            "InvalidArgument",
        ),
        ("GetBucketLifecycleConfiguration", {}, "NoSuchLifecycleConfiguration"),
        ("GetObjectLockConfiguration", {}, "ObjectLockConfigurationNotFoundError"),
        ("GetBucketTagging", {}, "NoSuchTagSet"),
    ],
)
def test_what_a_bucket_refuses(table: Desk, asked: str, params: Any, code: str) -> None:
    bucket(table, "logs-1")
    assert refused(table, OWNER, f"s3:{asked}", {"Bucket": "logs-1", **params}) == code


def test_a_locked_bucket_keeps_its_versions(table: Desk) -> None:
    bucket(table, "logs-1")
    named = {"Bucket": "logs-1"}
    on, off = ({"VersioningConfiguration": {"Status": one}} for one in ("Enabled", "Suspended"))
    clicks(table, OWNER, "s3", "PutBucketVersioning", {**named, **on})
    wrong = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": BOTH}}
    asked = "s3:PutObjectLockConfiguration"
    assert refused(table, OWNER, asked, {**named, **wrong}) == "MalformedXML"
    clicks(table, OWNER, "s3", "PutObjectLockConfiguration", {**named, **LOCK})
    asked = "s3:PutBucketVersioning"
    assert refused(table, OWNER, asked, {**named, **off}) == "InvalidBucketState"
    found = clicks(table, OWNER, "s3", "GetBucketEncryption", named)
    assert found["ServerSideEncryptionConfiguration"]["Rules"]


@pytest.mark.parametrize(
    ("statement", "able"),
    [
        ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "9"}}}, True),
        ({"Condition": {"StringLike": {"aws:SourceOrgID": "o-*"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalTag/a": "b"}}}, False),
        ({"Condition": {"NumericEquals": {"aws:SourceAccount": "1"}}}, False),
        ({"Principal": {"Service": "cloudtrail.amazonaws.com"}}, False),
        ({"Principal": {"AWS": MANAGEMENT}}, False),
    ],
)
def test_config_writes_where_the_policy_lets_it(table: Desk, statement: Any, able: bool) -> None:  # noqa: FBT001 - of a table
    bucket(table, "logs-1")
    told = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs-1", "arn:aws:s3:::logs-1/*"],
        **statement,
    }
    text = json.dumps({"Statement": told})
    clicks(table, OWNER, "s3", "PutBucketPolicy", {"Bucket": "logs-1", "Policy": text})
    recorder = {"name": "mine", "roleARN": f"arn:aws:iam::{AUDIT}:role/mine"}
    put = {"ConfigurationRecorder": recorder}
    clicks(table, AUDIT, "config", "PutConfigurationRecorder", put, region="eu-west-1")
    channel = {"DeliveryChannel": {"name": "mine", "s3BucketName": "logs-1"}}
    if able:
        clicks(table, AUDIT, "config", "PutDeliveryChannel", channel, region="eu-west-1")
        return
    code = refused(table, AUDIT, "config:PutDeliveryChannel", channel)
    assert code == "InsufficientDeliveryPolicyException"


ORGANIZATION = {"RoleArn": f"arn:aws:iam::{MANAGEMENT}:role/none", "AllAwsRegions": True}
SOURCE = {"AccountIds": [AUDIT], "AllAwsRegions": True}
NAMED = {"ConfigurationAggregatorName": "org"}
MANAGED = {"OrganizationManagedRuleMetadata": {"RuleIdentifier": "X"}}
PACK = {"OrganizationConformancePackName": "p", "TemplateBody": "Resources: {}"}


@pytest.mark.parametrize(
    ("account", "asked", "params", "code"),
    [
        (AUDIT, "PutConfigurationAggregator", NAMED, "InvalidParameterValueException"),
        (
            AUDIT,
            "PutConfigurationAggregator",
            {**NAMED, "OrganizationAggregationSource": ORGANIZATION},
            "OrganizationAccessDeniedException",
        ),
        (
            MANAGEMENT,
            "PutConfigurationAggregator",
            {**NAMED, "OrganizationAggregationSource": ORGANIZATION},
            "InvalidRoleException",
        ),
        (
            AUDIT,
            "DeleteConfigurationAggregator",
            NAMED,
            "NoSuchConfigurationAggregatorException",
        ),
        (AUDIT, "ListTagsForResource", {"ResourceArn": "arn:x"}, "ResourceNotFoundException"),
        (
            MANAGEMENT,
            "TagResource",
            {"ResourceArn": "arn:x", "Tags": [{"Key": "a", "Value": "b"}]},
            "ResourceNotFoundException",
        ),
        (
            AUDIT,
            "PutOrganizationConfigRule",
            {"OrganizationConfigRuleName": "r", **MANAGED},
            "OrganizationAccessDeniedException",
        ),
        (
            MANAGEMENT,
            "PutOrganizationConfigRule",
            {"OrganizationConfigRuleName": "r", **MANAGED},
            "OrganizationAccessDeniedException",
        ),
        (
            MANAGEMENT,
            "DeleteOrganizationConfigRule",
            {"OrganizationConfigRuleName": "r"},
            "NoSuchOrganizationConfigRuleException",
        ),
        (
            MANAGEMENT,
            "PutOrganizationConformancePack",
            PACK,
            "OrganizationAccessDeniedException",
        ),
        (
            MANAGEMENT,
            "DeleteOrganizationConformancePack",
            {"OrganizationConformancePackName": "p"},
            "NoSuchOrganizationConformancePackException",
        ),
    ],
)
def test_what_config_refuses(table: Desk, account: str, asked: str, params: Any, code: str) -> None:
    assert refused(table, account, f"config:{asked}", params) == code


def test_templates_and_rules_are_looked_at(table: Desk) -> None:
    access = {"ServicePrincipal": "config-multiaccountsetup.amazonaws.com"}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    rule = {"OrganizationConfigRuleName": "r"}
    asked = "config:PutOrganizationConfigRule"
    assert refused(table, MANAGEMENT, asked, rule) == "InvalidParameterValueException"
    asked, pack = "config:PutOrganizationConformancePack", {**PACK, "TemplateBody": "{}"}
    code = refused(table, MANAGEMENT, asked, pack)
    assert code == "OrganizationConformancePackTemplateValidationException"
    both = {
        **ORGANIZATION,
        "AwsRegions": ["eu-west-1"],
        "RoleArn": f"arn:aws:iam::{MANAGEMENT}:role/r",
    }
    trust = {"AssumeRolePolicyDocument": json.dumps({"Statement": [ALLOW]})}
    clicks(table, MANAGEMENT, "iam", "CreateRole", {"RoleName": "r", **trust})
    told = {**NAMED, "OrganizationAggregationSource": both}
    code = refused(table, MANAGEMENT, "config:PutConfigurationAggregator", told)
    assert code == "InvalidParameterValueException"


ROLE = {"RoleName": "r"}
DENIED = {"AssumeRolePolicyDocument": "{"}
EMPTY = {"AssumeRolePolicyDocument": '{"Statement": []}'}


@pytest.mark.parametrize(
    ("asked", "params", "code"),
    [
        ("iam:CreateRole", {**ROLE, **DENIED}, "MalformedPolicyDocument"),
        ("iam:CreateRole", {**ROLE, **EMPTY}, "MalformedPolicyDocument"),
        ("iam:ListAttachedRolePolicies", ROLE, "NoSuchEntity"),
        ("iam:GetRole", ROLE, "NoSuchEntity"),
        ("kms:DescribeKey", {"KeyId": "alias/none"}, "NotFoundException"),
        ("kms:CreateAlias", {"AliasName": "none", "TargetKeyId": "x"}, "InvalidAliasNameException"),
        ("kms:CreateKey", {"Policy": "{"}, "MalformedPolicyDocumentException"),
        ("cloudformation:CreateStackSet", {"StackSetName": "s"}, "ValidationError"),
        (
            "cloudformation:CreateStackSet",
            {"StackSetName": "s", "PermissionModel": "SERVICE_MANAGED"},
            "ValidationError",
        ),
        (
            "cloudformation:DescribeStackSet",
            {"StackSetName": "s"},
            "StackSetNotFoundException",
        ),
        ("cloudformation:CreateStackSet", {}, "ValidationError"),
        ("cloudformation:Dance", {}, "InvalidAction"),
        ("kms:Dance", {}, "UnknownOperationException"),
        ("kms:DescribeKey", {}, "ValidationException"),
    ],
)
def test_what_roles_keys_and_stack_sets_refuse(
    table: Desk, asked: str, params: Any, code: str
) -> None:
    assert refused(table, MANAGEMENT, asked, params) == code


def test_a_role_is_made_once_and_loses_only_what_it_has(table: Desk) -> None:
    trust = {"AssumeRolePolicyDocument": json.dumps({"Statement": [ALLOW]})}
    clicks(table, AUDIT, "iam", "CreateRole", {**ROLE, **trust})
    assert refused(table, AUDIT, "iam:CreateRole", {**ROLE, **trust}) == "EntityAlreadyExists"
    off = {**ROLE, "PolicyArn": "arn:aws:iam::aws:policy/None"}
    assert refused(table, AUDIT, "iam:DetachRolePolicy", off) == "NoSuchEntity"


def test_keys_and_their_aliases_are_shown_and_a_name_is_taken_once(table: Desk) -> None:
    key = clicks(table, AUDIT, "kms", "CreateKey", {})["KeyMetadata"]
    name = {"AliasName": "alias/logs", "TargetKeyId": key["KeyId"]}
    clicks(table, AUDIT, "kms", "CreateAlias", name)
    shown = clicks(table, AUDIT, "kms", "DescribeKey", {"KeyId": "alias/logs"})["KeyMetadata"]
    assert shown["Arn"] == key["Arn"]
    assert "kms:*" in clicks(table, AUDIT, "kms", "GetKeyPolicy", {"KeyId": key["Arn"]})["Policy"]
    told = {"KeyId": key["KeyId"], "Policy": json.dumps({"Statement": [ALLOW]})}
    clicks(table, AUDIT, "kms", "PutKeyPolicy", told)
    assert len(clicks(table, AUDIT, "kms", "ListAliases", {})["Aliases"]) == 1
    with pytest.raises(RefusalError, match="AlreadyExistsException"):
        clicks(table, AUDIT, "kms", "CreateAlias", name)


def test_a_stack_set_goes_when_it_is_empty(table: Desk) -> None:
    access = {"ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com"}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    clicks(table, MANAGEMENT, "cloudformation", "ActivateOrganizationsAccess")
    made = {
        "StackSetName": "s",
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {"Enabled": False},
        "ManagedExecution": {"Active": True},
        "TemplateBody": "Resources: {}",
    }
    named = {"StackSetName": "s"}

    def ask(operation: str, told: Any) -> dict[str, Any]:
        return clicks(table, MANAGEMENT, "cloudformation", operation, told, region="eu-west-1")

    ask("CreateStackSet", made)
    (root,) = clicks(table, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    where = {"DeploymentTargets": {"OrganizationalUnitIds": [root["Id"]]}, "Regions": ["eu-west-1"]}
    ask("CreateStackInstances", {**named, **where})
    has = {one["Account"] for one in ask("ListStackInstances", named)["Summaries"]}
    assert has == set(ACCOUNTS.values())
    assert refused(table, MANAGEMENT, "cloudformation:CreateStackSet", made) == (
        "NameAlreadyExistsException"
    )
    wrong = {**named, "Regions": ["eu-west-1"]}
    assert refused(table, MANAGEMENT, "cloudformation:CreateStackInstances", wrong) == (
        "ValidationError"
    )
    full = refused(table, MANAGEMENT, "cloudformation:DeleteStackSet", named)
    assert full == "StackSetNotEmptyException"
    gone = ask("DeleteStackInstances", {**named, **where, "RetainStacks": False})
    while "SUCCEEDED" not in str(ask("DescribeStackSetOperation", {**named, **gone})):
        time.sleep(0.01)
    ask("DeleteStackSet", named)
    assert ask("ListStackSets", {})["Summaries"] == []
