"""Drafting a policy from events: what was done is allowed by it, and nothing else is granted."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chains import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.access.action_facts import action_facts
from govkit.access.action_index import action_index
from govkit.access.draft import Evidence, Proof, drafted, granted, regional
from govkit.access.event import Event, Fate, event, folded, is_by
from govkit.access.event_actions import actions, table
from govkit.access.event_resources import coarser, literal, shown
from govkit.access.glob import glob, tokens
from govkit.access.validity import faults
from govkit.access.verdict import Kind

USER = "arn:aws:iam::111111111111:user/ada"
ROLE = "arn:aws:iam::111111111111:role/team/app"
SESSION = "arn:aws:sts::111111111111:assumed-role/app/i-1"


def record(name: str, parameters: Any = None, **told: Any) -> dict[str, Any]:
    """Return an event of a user, as CloudTrail writes it."""
    source, _, operation = name.partition(":")
    return {
        "eventType": "AwsApiCall",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": operation,
        "eventTime": "2026-11-01T10:00:00Z",
        "awsRegion": "eu-west-1",
        "userIdentity": {"type": "IAMUser", "arn": USER, "accountId": "111111111111"},
        "requestParameters": parameters,
        **told,
    }


def read(name: str, parameters: Any = None, **told: Any) -> Event:
    found = event(record(name, parameters, **told))
    assert found is not None
    return found


def patterns(one: Event) -> dict[str, tuple[str, ...]]:
    return {action: tuple(each.pattern for each in shown(one, action)) for action in actions(one)}


def policy(*events: Event) -> dict[str, Any]:
    evidence = Evidence()
    for one in events:
        evidence.add(one)
    return drafted(evidence, by_region=regional(evidence))


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("s3:ListObjects", "s3:ListBucket"),
        ("s3:HeadObject", "s3:GetObject"),
        ("s3:ListBuckets", "s3:ListAllMyBuckets"),
        ("s3:GetBucketCors", "s3:GetBucketCORS"),
        ("lambda:Invoke", "lambda:InvokeFunction"),
        ("lambda:CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda:UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("cloudfront:CreateDistribution2020_05_31", "cloudfront:CreateDistribution"),
        ("monitoring:DescribeAlarms", "cloudwatch:DescribeAlarms"),
        ("apigateway:CreateStage", "apigateway:POST"),
        ("ec2:DescribeInstances", "ec2:DescribeInstances"),
    ],
)
def test_an_event_is_a_use_of_the_action_that_iam_knows(name: str, action: str) -> None:
    assert actions(read(name)) == (action,)


def test_a_copy_takes_two_actions_and_a_version_takes_its_own() -> None:
    assert actions(read("s3:CopyObject")) == ("s3:GetObject", "s3:PutObject")
    assert actions(read("s3:GetObject", {"versionId": "x"})) == ("s3:GetObjectVersion",)
    assert actions(read("s3:GetStorageLensDashboardDataInternal")) == ()


def test_the_table_names_actions_and_resource_types_that_exist() -> None:
    known = table()
    named = {one for told in known.actions.values() for one in told} | set(
        known.of_a_version.values()
    )
    named |= {
        f"{service}:{verb}" for service, all_ in known.verbs.items() for verb in all_.values()
    }
    assert {one for one in named if action_index().spelled(one) != one} == set()
    assert {one for one in known.actions if action_index().spelled(one)} == set()
    assert set(known.services.values()) <= set(action_index().services)
    for kind, holes in known.parameters.items():
        service, _, name = kind.partition(":")
        facts = [action_facts(f"{service}:{one}") for one in action_index().names(service)]
        found = {each.arn for one in facts if one for each in one.resources if each.name == name}
        assert found, kind
        assert all(f"${{{hole}}}" in arn for arn in found for hole in holes), kind


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("s3:ListObjects", {"bucketName": "logs"}, ("arn:aws:s3:::logs",)),
        ("s3:GetObject", {"bucketName": "logs", "key": "a/b:1"}, ("arn:aws:s3:::logs/a/b:1",)),
        ("s3:GetObject", {"bucketName": "logs", "key": "*?$"}, ("arn:aws:s3:::logs/${*}${?}${$}",)),
        ("s3:DeleteObjects", {"bucketName": "logs"}, ("arn:aws:s3:::logs/*",)),
        (
            "iam:GetRole",
            {"roleName": "app"},
            ("arn:aws:iam::111111111111:role/*/app", "arn:aws:iam::111111111111:role/app"),
        ),
        (
            "iam:CreateRole",
            {"roleName": "app", "path": "/team/"},
            ("arn:aws:iam::111111111111:role/team/app",),
        ),
        (
            "secretsmanager:GetSecretValue",
            {"secretId": "db"},
            ("arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-??????",),
        ),
        (
            "secretsmanager:GetSecretValue",
            {"secretId": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:db-abcdef"},
            ("arn:aws:secretsmanager:eu-west-1:222222222222:secret:db-abcdef",),
        ),
        (
            "ssm:GetParameter",
            {"name": "/app/key"},
            ("arn:aws:ssm:eu-west-1:111111111111:parameter/app/key",),
        ),
        (
            "logs:CreateLogStream",
            {"logGroupName": "g", "logStreamName": "s"},
            ("arn:aws:logs:eu-west-1:111111111111:log-group:g:log-stream:s",),
        ),
        (
            "logs:DeleteLogGroup",
            {"logGroupName": "g"},
            (
                "arn:aws:logs:eu-west-1:111111111111:log-group:g:*",
                "arn:aws:logs:eu-west-1:111111111111:log-group:g",
            ),
        ),
        (
            "sts:AssumeRole",
            {"roleArn": "arn:aws:iam::222222222222:role/x", "roleSessionName": "s"},
            ("arn:aws:iam::222222222222:role/x",),
        ),
        (
            "ec2:TerminateInstances",
            {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
            (
                "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
                "arn:aws:ec2:eu-west-1:111111111111:instance/i-2",
            ),
        ),
        (
            "ssm:GetParameters",
            {"names": ["/a", "arn:aws:ssm:eu-west-1:222222222222:parameter/b"]},
            (
                "arn:aws:ssm:eu-west-1:222222222222:parameter/b",
                "arn:aws:ssm:eu-west-1:111111111111:parameter/a",
            ),
        ),
        ("ssm:GetParameters", {"names": ["a", "b:3"]}, ()),
        ("ssm:GetParameter", {"name": 7}, ()),
        ("kms:Decrypt", {"keyId": "alias/app"}, ()),
        ("lambda:Invoke", {"functionName": "f", "qualifier": "2"}, ()),
        ("iam:GetUser", None, ()),
        ("ec2:DescribeInstances", {"instanceId": "i-1"}, ()),
    ],
)
def test_resources_are_told_where_the_event_shows_all_of_them(
    name: str, parameters: Any, expected: tuple[str, ...]
) -> None:
    (found,) = patterns(read(name, parameters)).values()
    assert found == expected


def test_a_request_about_several_things_is_not_held_to_the_one_that_is_shown() -> None:
    image = "arn:aws:ec2:eu-west-1::image/ami-1"
    run = read("ec2:RunInstances", {}, resources=[{"ARN": image}])
    assert patterns(run) == {"ec2:RunInstances": ()}
    copied = {"bucketName": "b", "key": "k", "x-amz-copy-source": "a/k"}
    assert set(patterns(read("s3:CopyObject", copied)).values()) == {()}
    odd = read("dynamodb:DescribeTable", resources=[{"ARN": "arn::::table/table"}, {}, "x"])
    assert patterns(odd) == {"dynamodb:DescribeTable": ()}


def test_sessions_are_folded_to_their_role_with_its_path() -> None:
    who = {
        "type": "AssumedRole",
        "arn": SESSION,
        "accountId": "111111111111",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE}},
    }
    one = read("s3:ListBuckets", userIdentity=who)
    assert one.principal == ROLE
    assert is_by(one, ROLE)
    assert is_by(one, SESSION)
    assert not is_by(one, USER)
    bare = read("s3:ListBuckets", userIdentity={**who, "sessionContext": {}})
    assert bare.principal == "arn:aws:iam::111111111111:role/app" == folded(SESSION)
    service = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    assert read("s3:ListBuckets", userIdentity=service).principal == ""


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        ({}, Fate.DONE),
        ({"errorCode": "AccessDenied"}, Fate.DENIED),
        ({"errorCode": "Client.UnauthorizedOperation"}, Fate.DENIED),
        ({"errorCode": "NoSuchBucket"}, Fate.FAILED),
        ({"errorMessage": "Failed"}, Fate.FAILED),
        ({"eventType": "AwsServiceEvent"}, Fate.NO_REQUEST),
        ({"eventType": "AwsConsoleSignIn", "errorMessage": "No"}, Fate.NO_REQUEST),
    ],
)
def test_only_what_was_done_is_drafted(told: Mapping[str, Any], fate: Fate) -> None:
    one = read("s3:ListBuckets", **told)
    assert one.fate is fate
    assert bool(policy(one)["Statement"]) == (fate is Fate.DONE)


def test_regions_are_a_condition_where_a_service_has_regions() -> None:
    both = [read("sqs:ListQueues", awsRegion=one) for one in ("eu-west-1", "us-east-1")]
    found = policy(*both, read("iam:ListUsers", awsRegion="us-east-1"))
    assert found["Statement"] == [
        {"Sid": "Iam1", "Effect": "Allow", "Action": ["iam:ListUsers"], "Resource": ["*"]},
        {
            "Sid": "Sqs1",
            "Effect": "Allow",
            "Action": ["sqs:ListQueues"],
            "Resource": ["*"],
            "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
        },
    ]
    assert "Condition" not in policy(read("sqs:ListQueues", awsRegion=""))["Statement"][0]


def test_many_resources_become_one_pattern_of_their_neighbours() -> None:
    evidence = Evidence()
    for number in range(100):
        evidence.add(read("s3:GetObject", {"bucketName": "logs", "key": f"a/{number}"}))
    assert evidence.uses["s3:GetObject"].on == ("arn:aws:s3:::logs/a/*",)
    assert evidence.uses["s3:GetObject"].widened
    for number in range(2_000):
        evidence.add(read("s3:GetObject", {"bucketName": f"b{number}", "key": f"{number}/x"}))
    assert evidence.uses["s3:GetObject"].on == ("arn:aws:s3:::*",)


ARNS = st.builds(
    "arn:aws:{}:eu-west-1:111111111111:{}".format,
    st.sampled_from(["s3", "ssm", "logs"]),
    st.lists(st.text("ab:/*?$-", min_size=1, max_size=5), min_size=1, max_size=3).map("/".join),
)


@given(ARNS)
@settings(max_examples=100)
def test_a_coarser_pattern_stands_for_what_the_finer_one_does_and_ends_at_everything(
    arn: str,
) -> None:
    assert glob(tokens(literal(arn).replace("${*}", "*").replace("${?}", "?")))(arn) or "$" in arn
    pattern, steps = arn, 0
    while pattern != "*":
        pattern = coarser(pattern)
        assert glob(tokens(pattern))(arn)
        steps += 1
        assert steps < 20
    assert coarser("arn:aws") == "*"


def test_what_is_no_event_is_none() -> None:
    assert event({}) is None
    assert event({"eventSource": 1, "eventName": "x"}) is None
    wrapped = event({"detail-type": "AWS API Call", "detail": record("s3:ListBuckets")})
    assert wrapped is not None
    assert wrapped.label == "s3:ListBuckets"
    torn = event({"eventSource": "s3.amazonaws.com", "eventName": "X", "userIdentity": "?"})
    assert torn is not None
    assert (torn.principal, torn.time) == ("", "")


def test_a_proof_finds_what_a_policy_does_not_allow() -> None:
    proof = Proof(policy(read("s3:GetObject", {"bucketName": "logs", "key": "a"})))
    other = read("s3:GetObject", {"bucketName": "logs", "key": "b"})
    assert list(proof.gaps(other)) == ["s3:GetObject on arn:aws:s3:::logs/b"]
    assert list(proof.gaps(read("s3:GetObject", errorCode="AccessDenied"))) == []


def logs() -> Iterator[Path]:
    yield from sorted((DATA / "cloudtrail").glob("*.jsonl"))


def events(file: Path) -> list[Event]:
    with file.open() as lines:
        found = [event(json.loads(line)) for line in lines]
    return [one for one in found if one is not None and one.principal]


def test_in_every_log_what_each_principal_did_is_allowed_and_nothing_else_is_granted() -> None:
    files = list(logs())
    if not files:
        pytest.skip("the shared logs are not here")
    for file in files:
        evidence: dict[str, Evidence] = {}
        found = events(file)
        for one in found:
            evidence.setdefault(one.principal, Evidence()).add(one)
        drafts = {who: drafted(of, by_region=regional(of)) for who, of in evidence.items()}
        proofs = {who: Proof(draft) for who, draft in drafts.items()}
        for one in found:
            assert list(proofs[one.principal].gaps(one)) == [], (file.name, one.label)
        for who, draft in drafts.items():
            assert granted(draft) == frozenset(evidence[who].uses)
            if draft["Statement"]:
                assert not list(faults(draft, None)), who
                assert not list(faults(draft, Kind.SCP)), who
