"""The rules of policies: documents, names, sizes, attachments, and types."""

import json
from collections.abc import Callable
from typing import Any

import pytest

C = "ConstraintViolationException"
I = "InvalidInputException"  # noqa: E741 - as C
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
NOBODY = "ou-dx0h-zzzzzzzz"
Attempt = Callable[[], object]
RULES: list[tuple[str, str, str, Callable[[Any], Attempt]]] = []


def rule(name: str, code: str, reason: str = "") -> Callable[[Any], Any]:
    """Put a rule into the table: the function prepares, and returns what must be refused."""

    def add(prepare: Any) -> Any:
        RULES.append((name, code, reason, prepare))
        return prepare

    return add


def document(**statement: Any) -> str:
    base = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    merged = {key: value for key, value in {**base, **statement}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [merged]})


MALFORMED = {
    "not JSON": (SCP, "not json"),
    "a list": (SCP, "[]"),
    "not a number": (SCP, '{"Version": NaN}'),
    "deep nesting": (SCP, "[" * 4_000),
    "no statement": (SCP, '{"Version": "2012-10-17"}'),
    "no statements": (SCP, '{"Statement": []}'),
    "a statement of text": (SCP, '{"Statement": ["Deny"]}'),
    "an unknown member": (SCP, '{"Statement": [], "Extra": 1}'),
    "an unknown version": (SCP, '{"Version": "1999-10-17", "Statement": []}'),
    "two Statement keys": (SCP, '{"Statement": [], ' + document()[1:]),
    "Principal in an SCP": (SCP, document(Principal="*")),
    "NotPrincipal in an SCP": (SCP, document(NotPrincipal="*")),
    "no effect": (SCP, document(Effect=None)),
    "an effect in lower case": (SCP, document(Effect="deny")),
    "a Sid that is a number": (SCP, document(Sid=1)),
    "both Action and NotAction": (SCP, document(NotAction="s3:*")),
    "neither Action nor NotAction": (SCP, document(Action=None)),
    "no action at all": (SCP, document(Action=[])),
    "an action that is a number": (SCP, document(Action=[1])),
    "neither Resource nor NotResource": (SCP, document(Resource=None)),
    "both Resource and NotResource": (SCP, document(NotResource="*")),
    "a condition of text": (SCP, document(Condition="x")),
    "an operator of text": (SCP, document(Condition={"StringEquals": "x"})),
    "an unknown set operator": (SCP, document(Condition={"ForSome:StringEquals": {"a": "b"}})),
    "a condition value that is an object": (SCP, document(Condition={"Bool": {"a": {}}})),
    "Allow in an RCP": (RCP, document(Effect="Allow", Principal="*")),
    "no Principal in an RCP": (RCP, document()),
    "a named Principal in an RCP": (RCP, document(Principal={"AWS": "123456789012"})),
    "NotPrincipal in an RCP": (RCP, document(NotPrincipal="*")),
    "NotAction in an RCP": (RCP, document(Principal="*", Action=None, NotAction="s3:*")),
    "every action in an RCP": (RCP, document(Principal="*", Action="*")),
    "no version in an RCP": (
        RCP,
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}',
    ),
    "an empty tag policy": ("TAG_POLICY", "{}"),
    "a tag policy with plans": ("TAG_POLICY", '{"plans": {}}'),
    "a tag policy with tags and plans": ("TAG_POLICY", '{"tags": {}, "plans": {}}'),
}


def malformed(kind: str, content: str) -> Callable[[Any], Attempt]:
    return lambda play: lambda: play.policy(kind=kind, content=content)


for case, (kind, content) in MALFORMED.items():
    rule(f"malformed: {case}", "MalformedPolicyDocumentException")(malformed(kind, content))


@rule("malformed on update", "MalformedPolicyDocumentException")
def _(play: Any) -> Attempt:
    policy = play.policy()
    return lambda: play.client.update_policy(PolicyId=policy, Content="{}")


def too_long(kind: str, size: int) -> Callable[[Any], Attempt]:
    def prepare(play: Any) -> Attempt:
        content = {
            SCP: document(),
            RCP: document(Principal="*"),
            "TAG_POLICY": '{"tags": {}}',
            "AISERVICES_OPT_OUT_POLICY": '{"services": {}}',
        }[kind]
        policy = play.policy("fits", kind, content.ljust(size))
        return lambda: play.client.update_policy(PolicyId=policy, Content=content.ljust(size + 1))

    return prepare


for kind, size in {
    SCP: 10_240,
    RCP: 5_120,
    "TAG_POLICY": 10_000,
    "AISERVICES_OPT_OUT_POLICY": 2_500,
}.items():
    rule(f"too long: {kind}", C, "POLICY_CONTENT_LIMIT_EXCEEDED")(too_long(kind, size))


@rule("too many policies", C, "POLICY_NUMBER_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    play.anew(limits={"policies:SERVICE_CONTROL_POLICY": 1}).policy()
    return lambda: play.policy("second")


@rule("a policy name taken", "DuplicatePolicyException")
def _(play: Any) -> Attempt:
    play.policy("one")
    return lambda: play.policy("one")


@rule("a policy renamed to one taken", "DuplicatePolicyException")
def _(play: Any) -> Attempt:
    play.policy("one")
    other = play.policy("two")
    return lambda: play.client.update_policy(PolicyId=other, Name="one")


@rule("a name taken by another type, by the setting", "DuplicatePolicyException")
def _(play: Any) -> Attempt:
    play.anew(policy_names_unique_across_types=True).policy("one")
    return lambda: play.policy("one", "TAG_POLICY", '{"tags": {}}')


@rule("changing an AWS-managed policy", I, "IMMUTABLE_POLICY")
def _(play: Any) -> Attempt:
    return lambda: play.client.update_policy(PolicyId="p-FullAWSAccess", Description="mine")


@rule("deleting an AWS-managed policy", I, "IMMUTABLE_POLICY")
def _(play: Any) -> Attempt:
    return lambda: play.client.delete_policy(PolicyId="p-FullAWSAccess")


@rule("tagging an AWS-managed policy", I, "IMMUTABLE_POLICY")
def _(play: Any) -> Attempt:
    return lambda: play.client.tag_resource(ResourceId="p-FullAWSAccess", Tags=[])


@rule("deleting an attached policy", "PolicyInUseException")
def _(play: Any) -> Attempt:
    policy = play.policy()
    play.attach(policy, play.root)
    return lambda: play.client.delete_policy(PolicyId=policy)


@rule("an unknown policy: describe", "PolicyNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.describe_policy(PolicyId="p-12345678")


@rule("an unknown policy: attach", "PolicyNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.attach("p-12345678", play.root)


@rule("an unknown policy: detach", "PolicyNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.detach_policy(PolicyId="p-12345678", TargetId=play.root)


@rule("an unknown policy: its targets", "PolicyNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_targets_for_policy(PolicyId="p-12345678")


@rule("an unknown target: attach", "TargetNotFoundException")
def _(play: Any) -> Attempt:
    policy = play.policy()
    return lambda: play.attach(policy, "000000000001")


@rule("an unknown target: detach", "TargetNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.detach_policy(PolicyId="p-FullAWSAccess", TargetId=NOBODY)


@rule("an unknown target: its policies", "TargetNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.policies_of(NOBODY)


@rule("attaching while the type is off", "PolicyTypeNotEnabledException")
def _(play: Any) -> Attempt:
    policy = play.policy(kind="TAG_POLICY", content='{"tags": {}}')
    return lambda: play.attach(policy, play.root)


@rule("attaching while the type is being enabled", "PolicyChangesInProgressException")
def _(play: Any) -> Attempt:
    play.anew(policy_type_seconds=60)
    policy = play.policy()
    return lambda: play.attach(policy, play.root)


@rule("attaching twice", "DuplicatePolicyAttachmentException")
def _(play: Any) -> Attempt:
    return lambda: play.attach("p-FullAWSAccess", play.root)


def crowded(kind: str, content: str, most: int) -> Callable[[Any], Attempt]:
    def prepare(play: Any) -> Attempt:
        if kind != SCP:
            play.enable(kind)
        made = [play.policy(f"p{number}", kind, content) for number in range(most + 1)]
        present = len(play.policies_of(play.root, kind))
        for policy in made[: most - present]:
            play.attach(policy, play.root)
        return lambda: play.attach(made[-1], play.root)

    return prepare


for kind, content, most in (
    (SCP, document(), 10),
    (RCP, document(Principal="*"), 5),
    ("AISERVICES_OPT_OUT_POLICY", '{"services": {}}', 5),
    ("CHATBOT_POLICY", '{"chatbot": {}}', 5),
    ("BACKUP_POLICY", '{"plans": {}}', 10),
):
    rule(f"too many attached: {kind}", C, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")(
        crowded(kind, content, most)
    )


@rule("detaching what is not attached", "PolicyNotAttachedException")
def _(play: Any) -> Attempt:
    policy = play.policy()
    return lambda: play.client.detach_policy(PolicyId=policy, TargetId=play.root)


def last_scp(target: Callable[[Any], str]) -> Callable[[Any], Attempt]:
    def prepare(play: Any) -> Attempt:
        found = target(play)
        return lambda: play.client.detach_policy(PolicyId="p-FullAWSAccess", TargetId=found)

    return prepare


for where, target in {
    "the root": lambda play: play.root,
    "an OU": lambda play: play.ou(),
    "an account": lambda play: play.account(),
    "the management account": lambda play: play.management,
}.items():
    rule(f"detaching the last SCP of {where}", C, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")(
        last_scp(target)
    )


@rule("detaching RCPFullAWSAccess", I, "NON_DETACHABLE_POLICY")
def _(play: Any) -> Attempt:
    play.enable(RCP)
    return lambda: play.client.detach_policy(PolicyId="p-RCPFullAWSAccess", TargetId=play.root)


@rule("enabling a type twice", "PolicyTypeAlreadyEnabledException")
def _(play: Any) -> Attempt:
    return lambda: play.enable(SCP)


@rule("enabling a type that is being enabled", "PolicyChangesInProgressException")
def _(play: Any) -> Attempt:
    play.anew(policy_type_seconds=60)
    return lambda: play.enable(SCP)


@rule("disabling a type that is off", "PolicyTypeNotEnabledException")
def _(play: Any) -> Attempt:
    return lambda: play.client.disable_policy_type(RootId=play.root, PolicyType=RCP)


@rule("enabling at an unknown root", "RootNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.enable_policy_type(RootId="r-zzzz", PolicyType=RCP)


@rule("disabling at an unknown root", "RootNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.disable_policy_type(RootId="r-zzzz", PolicyType=SCP)


for kind in ("SECURITYHUB_POLICY", "INSPECTOR_POLICY"):
    rule(f"enabling {kind} before its service", C, "SERVICE_ACCESS_NOT_ENABLED")(
        lambda play, kind=kind: lambda: play.enable(kind)
    )


@pytest.mark.parametrize(
    ("code", "reason", "prepare"),
    [pytest.param(*entry[1:], id=entry[0]) for entry in RULES],
)
def test_aws_refuses(play: Any, refuses: Any, code: str, reason: str, prepare: Any) -> None:
    refuses(prepare(play), code, reason)


def test_no_two_rules_have_one_name() -> None:
    assert len({entry[0] for entry in RULES}) == len(RULES)
