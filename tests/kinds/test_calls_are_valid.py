"""Every call that a kind may make is one that AWS's own model accepts, tried without AWS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from govkit import shelf
from govkit.kinds.access_key import AccessKey
from govkit.kinds.account import Account
from govkit.kinds.alternate_contact import AlternateContact
from govkit.kinds.analyzer import Analyzer
from govkit.kinds.archive_rule import ArchiveRule
from govkit.kinds.attachment import Attachment
from govkit.kinds.bucket import Bucket
from govkit.kinds.config_aggregator import ConfigAggregator
from govkit.kinds.config_channel import ConfigChannel
from govkit.kinds.config_deployment import ConfigDeployment
from govkit.kinds.config_recorder import ConfigRecorder
from govkit.kinds.config_recording import ConfigRecording
from govkit.kinds.config_stack_set import ConfigStackSet
from govkit.kinds.conformance_pack import ConformancePack
from govkit.kinds.credential_stage import CredentialStage
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.ebs_encryption import EbsEncryption
from govkit.kinds.imds_defaults import ImdsDefaults
from govkit.kinds.login_profile import LoginProfile
from govkit.kinds.organization_rule import OrganizationRule
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.password_policy import PasswordPolicy
from govkit.kinds.pin import Pin
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.public_access_block import PublicAccessBlock
from govkit.kinds.release import Release
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.kinds.root_access import CREDENTIALS, SESSIONS, RootAccess
from govkit.kinds.service_linked_role import ServiceLinkedRole
from govkit.kinds.service_role import ServiceRole, taken_by
from govkit.kinds.spare_user import SpareUser
from govkit.kinds.stacks_access import StacksAccess
from govkit.kinds.tags import Tags
from govkit.kinds.trail import Trail
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import ROOT, account, ou
from govkit.model.call import ApiCall, Ids
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Claim, Wanted
from govkit.policies.document import of
from govkit.policies.types import policy_types

KINDS: dict[type, Kind[Any]] = {
    kind.resource: kind for kind in shelf.load("govkit.kinds", "KIND") if isinstance(kind, Kind)
}
OBSERVED = (
    "account_summary",
    "analyzer_findings",
    "credential",
    "iam_group",
    "iam_user",
    "instance",
)
DENY = of({"Version": "2012-10-17", "Statement": []})
UNIT = OrganizationalUnit(ou("Workloads"), "Workloads", ROOT, "main")
SEARCH = Account(
    account("search"), ROOT, "Search", "aws+s@example.com", layout="main", role_name="Admin"
)
OURS = Policy(policy("scp", "deny"), "scp", "deny", DENY, "Why.", "main", "deny")
TAGS = Tags(ou("Workloads"), (("a", "1"),))


def changes() -> Iterator[Change[Resource]]:
    made: list[Resource] = [
        UNIT,
        OURS,
        TAGS,
        Attachment(OURS.address, UNIT.address),
        TrustedAccess("config.amazonaws.com"),
        DelegatedAdministrator("config.amazonaws.com", SEARCH.address),
        ResourcePolicy(DENY, "main"),
        Pin(OURS.address, ROOT, "r-exam", "2026-11-24T00:00:00Z", "jane", "INC-7"),
        Release(OURS.address, "666666666666", "role/A", "2026-11-24T00:00:00Z", "jane", "INC-7"),
    ]
    for resource in made:
        yield Change(None, resource)
        yield Change(resource, None)
    for kind in policy_types():
        yield Change(None, EnabledPolicyType(kind.key))
        yield Change(None, replace(OURS, address=policy(kind.key, "deny"), type=kind.key))
    yield Change(None, SEARCH)
    yield Change(SEARCH, replace(SEARCH, parent=UNIT.address, name="New", state="CLOSED"))
    yield Change(replace(SEARCH, management=True), replace(SEARCH, name="New", management=True))
    yield Change(replace(UNIT, name="Old"), UNIT)
    yield Change(replace(OURS, layout=None, guardrail=None, name="old", description="?"), OURS)
    yield Change(ResourcePolicy(of({})), ResourcePolicy(DENY))
    yield Change(TAGS, replace(TAGS, values=(("b", "2"),)))
    yield from of_the_baseline()
    yield from of_buckets()
    yield from of_the_whole_organization()
    yield from of_analyzers_and_settings()
    yield from of_stack_sets()


def of_the_baseline() -> Iterator[Change[Resource]]:
    """Yield changes of what is in accounts and Regions: made, changed where AWS can, taken away."""
    at, region = SEARCH.address, "eu-west-1"
    recorder = ConfigRecorder(at, region, role="aws-service-role/config.amazonaws.com/R")
    channel = ConfigChannel(at, region, "govkit", "bucket")
    trail = Trail(at, region, "org-trail", "bucket", layout="main")
    whole = Trail(
        at, region, "org-trail", "b", "p", kms_key="alias/k", sns_topic="t", layout="main"
    )
    for one in (
        PasswordPolicy(at),
        PasswordPolicy(at, 14, (), 90, 24),
        recorder,
        replace(recorder, records="only", types=("AWS::S3::Bucket",)),
        replace(recorder, records="except", types=("AWS::S3::Bucket",), mode="daily"),
        channel,
        replace(channel, prefix="p", frequency="Six_Hours", sns_topic="arn:aws:sns:a:1:t"),
        ConfigRecording(at, region, "govkit"),
        trail,
        whole,
    ):
        yield Change(None, one)
        yield Change(one, None)
    yield Change(None, ServiceLinkedRole(at, "config.amazonaws.com"))
    yield Change(replace(trail, logging=False, management_events="write-only"), whole)
    yield Change(trail, replace(trail, insights=("ApiCallRateInsight",)))
    yield from credentials()


def credentials() -> Iterator[Change[Resource]]:
    team = SEARCH.address
    for feature in (CREDENTIALS, SESSIONS):
        yield Change(None, RootAccess(team, feature))
        yield Change(RootAccess(team, feature), None)
    key = AccessKey(team, "jane", "AKIA0123456789ABCDEF", active=True, created="2026-11-23")
    yield Change(key, replace(key, active=False))
    yield Change(key, None)
    yield Change(LoginProfile(team, "jane"), None)
    stage = CredentialStage(team, "jane", "notify 2026-11-23")
    yield Change(None, stage)
    yield Change(stage, replace(stage, value="deactivate 2026-12-07"))
    yield Change(stage, None)
    policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    device = "arn:aws:iam::555555555555:mfa/jane"
    told = {"groups": ("a",), "attached": (policy_arn,), "inline": ("b",), "devices": (device,)}
    yield Change(SpareUser(team, "jane", **told), None)


def of_analyzers_and_settings() -> Iterator[Change[Resource]]:
    at, region = SEARCH.address, "eu-west-1"
    external = Analyzer(at, region, "external", layout="main")
    unused = Analyzer(at, region, "unused", "ORGANIZATION_UNUSED_ACCESS", 90, layout="main")
    internal = Analyzer(at, region, "internal", "ORGANIZATION_INTERNAL_ACCESS", layout="main")
    tests = ("isPublic exists false", "principal.AWS eq 1", "principal.AWS eq 2")
    rule = ArchiveRule(at, region, "external", "partner", tests)
    contact = AlternateContact(at, "security", "Jane", "CISO", "jane@example.com", "+1 555")
    for one in (
        external,
        unused,
        internal,
        rule,
        contact,
        replace(contact, own=True),
        PublicAccessBlock(at),
        EbsEncryption(at, region),
        ImdsDefaults(at, region),
    ):
        yield Change(None, one)
        yield Change(one, None)
    yield Change(replace(external, status="DISABLED: AWS_SERVICE_ACCESS_DISABLED"), external)
    yield Change(replace(unused, days=30, narrowed=("{}",)), unused)
    yield Change(replace(internal, narrowed=("{}",)), internal)
    yield Change(replace(rule, filter=()), rule)
    yield Change(ImdsDefaults(at, region, "optional"), ImdsDefaults(at, region))


def of_buckets() -> Iterator[Change[Resource]]:
    """Yield buckets made and mended; none is ever taken away."""
    made = Bucket(SEARCH.address, "eu-west-1", "acme-logs", DENY, layout="main")
    whole = replace(made, object_lock_days=30, expire_days=400)
    yield Change(None, made)
    yield Change(None, replace(whole, region="us-east-1"))
    yield Change(replace(whole, versioning=False, public_access_block=False), made)
    yield Change(replace(made, policy=None), whole)


def of_the_whole_organization() -> Iterator[Change[Resource]]:
    """Yield what AWS Config has once for all accounts."""
    at = SEARCH.address
    aggregator = ConfigAggregator(at, "eu-west-1", "org", layout="main")
    role = ServiceRole(
        at, "looks", taken_by("config.amazonaws.com"), ("arn:aws:iam::aws:policy/A",)
    )
    yield Change(None, aggregator)
    yield Change(aggregator, replace(aggregator, regions=("eu-west-1",)))
    yield Change(aggregator, None)
    rule = OrganizationRule(at, "eu-west-1", "mfa", "ROOT_ACCOUNT_MFA_ENABLED", layout="main")
    narrow = replace(rule, parameters='{"a":"1"}', frequency="One_Hour", types=("AWS::S3::Bucket",))
    yield Change(None, replace(narrow, excluded=(at,)))
    yield Change(narrow, rule)
    yield Change(rule, None)
    pack = ConformancePack(
        at,
        "eu-west-1",
        "iam",
        "sha256:1",
        layout="main",
        body="Resources: {}",
        arn="arn:aws:config:a:1:organization-conformance-pack/iam",
    )
    yield Change(None, replace(pack, parameters=(("Age", "90"),), excluded=(at,)))
    yield Change(pack, replace(pack, template="sha256:2"))
    yield Change(pack, None)
    yield Change(None, replace(role, layout="main"))
    yield Change(role, replace(role, trust=DENY, policies=("arn:aws:iam::aws:policy/B",)))


def of_stack_sets() -> Iterator[Change[Resource]]:
    at, region = SEARCH.address, "eu-west-1"
    stack_set = ConfigStackSet(
        at, region, "c", "sha256:1", (("A", "1"),), layout="main", body="Resources: {}"
    )
    access = StacksAccess(at, region)
    deployment = ConfigDeployment(at, region, "c", UNIT.address, (region,))
    for one in (access, stack_set, deployment, replace(deployment, spared=(at,))):
        yield Change(None, one)
        yield Change(one, None)
    yield Change(replace(stack_set, follows=False), stack_set)
    yield Change(stack_set, replace(stack_set, follows=False))
    yield Change(deployment, replace(deployment, regions=(region, "us-east-1")))
    places = (("666666666666", region, True), ("777777777777", region, False))
    yield Change(replace(deployment, behind=("x",), places=places), deployment)


LOOKED_AT = (
    "trail_delivery",
    "config_delivery",
    "config_stack_drift",
    "config_view",
    "stack_set",
    "trail_view",
)
TAGGING = {
    "cloudformation": "cloudformation:TagResource",
    "config": "config:TagResource",
    "iam:CreateRole": "iam:TagRole",
    "organizations": "organizations:TagResource",
}
# Where IAM's name of an action is not that of the operation.
ACTIONS = {
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}


def lowered() -> Iterator[tuple[str, ApiCall]]:
    ids = Ids(
        {
            ROOT: "r-exam",
            UNIT.address: "ou-exam-workload",
            SEARCH.address: "666666666666",
            OURS.address: "p-12345678",
        }
    )
    for change in changes():
        kind = KINDS[type(change.subject)]
        for step in kind.split(change):
            made = list(kind.lower(step, ids))
            assert made, f"{change} asks for nothing"
            for call in made:
                yield f"{kind.name}: {kind.verb(step)} {call.operation}", call


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


CALLS = list(lowered())


@pytest.mark.parametrize("call", [call for _, call in CALLS], ids=[name for name, _ in CALLS])
def test_a_call_is_valid_by_the_services_model(call: ApiCall) -> None:
    operation = model(call.service).operation_model(call.operation)
    if operation.input_shape is None:
        assert not call.params
        return
    problems = ParamValidator().validate(dict(call.params), operation.input_shape)
    assert not problems.has_errors(), problems.generate_report()
    assert set(call.params) <= set(operation.input_shape.members)


def test_every_kind_that_changes_is_tried() -> None:
    tried = {name.partition(":")[0] for name, _ in CALLS}
    assert tried == {kind.name for kind in KINDS.values()} - {
        "root",
        "enabled_region",
        *OBSERVED,
        *LOOKED_AT,
    }


def action(call: ApiCall) -> str:
    """Return the IAM action that a call takes; a few services and operations have another name there."""
    if call.service == "s3control":
        return "s3:PutAccountPublicAccessBlock"
    service = {"accessanalyzer": "access-analyzer"}.get(call.service, call.service)
    found = f"{service}:{call.operation}"
    return ACTIONS.get(found, found)


def test_every_call_is_of_what_the_kind_says_that_it_writes() -> None:
    """What `govkit iam-policy` prints is enough for whatever a change may ask for."""
    everything = Wanted(
        "main",
        "org_layout.yaml",
        "",
        date(2026, 11, 23),
        State([SEARCH]),
        claims={SEARCH.address: Claim(create=True)},
        closed=frozenset({SEARCH.address}),
    )
    said = {kind.name: set(kind.writes(everything)) for kind in KINDS.values()}
    for name, call in CALLS:
        assert action(call) in said[name.partition(":")[0]]
        tagging = TAGGING.get(call.service) or TAGGING.get(action(call))
        if "Tags" in call.params and tagging is not None:
            assert tagging in said[name.partition(":")[0]]
