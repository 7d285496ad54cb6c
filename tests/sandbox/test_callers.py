"""Who may call what: members, roles assumed, delegated administrators, and the resource policy."""

import json
from typing import Any

import pytest
from botocore.config import Config

DENIED = ("AccessDeniedException", "")
SCP = "SERVICE_CONTROL_POLICY"
CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})


def assume(
    play: Any, account: str, role: str = "OrganizationAccountAccessRole", **more: Any
) -> Any:
    arn = f"arn:aws:iam::{account}:role/{role}"
    sts = more.pop("sts", None) or play.session.client("sts", config=CONFIG)
    return sts.assume_role(RoleArn=arn, RoleSessionName="tester", **more)


def client_of(play: Any, answer: Any, service: str = "organizations") -> Any:
    given = answer["Credentials"]
    return play.session.client(
        service,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=CONFIG,
    )


def test_the_default_caller_is_an_administrator_of_the_management_account(play: Any) -> None:
    who = play.session.client("sts").get_caller_identity()
    assert who["Account"] == "111111111111"
    assert who["Arn"] == "arn:aws:sts::111111111111:assumed-role/administrator/sandbox"
    assert who["UserId"].endswith(":sandbox")


def test_an_assumed_role_is_recognised_by_its_credentials(play: Any, refused: Any) -> None:
    account = play.account()
    answer = assume(play, account, SourceIdentity="jane")
    assert answer["SourceIdentity"] == "jane"
    assert answer["Credentials"]["Expiration"].timestamp() == play.clock.time + 3_600
    who = client_of(play, answer, "sts").get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert who["Account"] == account
    assert client_of(play, answer).describe_organization()
    assert refused(client_of(play, answer).list_roots) == DENIED


def test_a_session_expires(play: Any, refused: Any) -> None:
    answer = assume(play, play.account(), DurationSeconds=900)
    play.clock.time += 900
    assert refused(client_of(play, answer).describe_organization)[0] == "ExpiredTokenException"
    assert refused(client_of(play, answer, "sts").get_caller_identity)[0] == "ExpiredToken"


@pytest.mark.parametrize("token", ["govkit-sandbox.x", "govkit-sandbox.eyJhIjogMX0="])
def test_a_damaged_token_is_nobody(play: Any, refused: Any, token: str) -> None:
    given = {"AccessKeyId": "ASIA", "SecretAccessKey": "x", "SessionToken": token}
    found = refused(client_of(play, {"Credentials": given}).list_roots)
    assert found == ("UnrecognizedClientException", "")


def test_roles_that_do_not_exist_or_do_not_trust_are_not_assumed(play: Any, refused: Any) -> None:
    account, other = play.account(), play.account("other")
    assert refused(lambda: assume(play, account, "Nobody")) == ("AccessDenied", "")
    assert refused(lambda: assume(play, "000000000001")) == ("AccessDenied", "")
    assert refused(lambda: assume(play, play.management)) == ("AccessDenied", "")
    member = client_of(play, assume(play, account), "sts")
    assert refused(lambda: assume(play, other, sts=member)) == ("AccessDenied", "")
    play.client.close_account(AccountId=account)
    assert refused(lambda: assume(play, account)) == ("AccessDenied", "")


def test_roles_of_the_settings_are_everywhere(play: Any, refused: Any) -> None:
    play.anew(roles=("reader",))
    account = play.account()
    member = client_of(play, assume(play, play.management, "reader"), "sts")
    assert assume(play, account, "reader", sts=member)
    too_long = lambda: assume(play, account, "reader", sts=member, DurationSeconds=7_200)  # noqa: E731
    assert refused(too_long)[0] == "ValidationError"


def test_before_there_is_an_organization_only_ones_own_roles_are_there(
    play: Any, refused: Any
) -> None:
    play.anew("nothing", roles=("reader",))
    assert assume(play, "111111111111", "reader")
    assert refused(lambda: assume(play, "222222222222", "reader"))[0] == "AccessDenied"


def test_sts_checks_its_input(play: Any, refused: Any) -> None:
    account = play.account()
    assert refused(lambda: assume(play, account, "x" * 65))[0] == "ValidationError"
    assert refused(lambda: assume(play, account, DurationSeconds=43_201))[0] == "ValidationError"
    assert refused(lambda: assume(play, account, DurationSeconds=7_200))[0] == "ValidationError"
    sts = play.session.client("sts", config=CONFIG)
    assert refused(sts.get_session_token)[0] == "UnsupportedOperationException"
    tagged = assume(play, account, Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    assert tagged["Credentials"]


def test_an_unsigned_call_to_a_played_service_is_refused_in_its_protocol(
    play: Any, refused: Any
) -> None:
    sts = play.session.client("sts", config=CONFIG)
    attempt = lambda: sts.assume_role_with_web_identity(  # noqa: E731 - what is tried
        RoleArn="arn:aws:iam::111111111111:role/x", RoleSessionName="xx", WebIdentityToken="t" * 4
    )
    assert refused(attempt)[0] == "UnsupportedOperationException"


def test_a_delegated_administrator_reads_and_does_not_write(play: Any, refused: Any) -> None:
    audit = play.account("audit")
    play.client.enable_aws_service_access(ServicePrincipal="config.amazonaws.com")
    play.client.register_delegated_administrator(
        AccountId=audit, ServicePrincipal="config.amazonaws.com"
    )
    client = play.as_account(audit)
    assert client.list_accounts()["Accounts"]
    assert client.list_policies(Filter=SCP)["Policies"]
    root = play.root
    attempt = lambda: client.create_organizational_unit(ParentId=root, Name="x")  # noqa: E731
    assert refused(attempt) == DENIED


def delegate(play: Any, account: str, *actions: str, **more: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": list(actions),
        "Resource": "*",
        **more,
    }
    play.client.put_resource_policy(Content=json.dumps({"Statement": [statement]}))


def test_the_resource_policy_delegates_policies_by_action_and_type(play: Any, refused: Any) -> None:
    team = play.account("team")
    client = play.as_account(team)
    only_tags = {"StringEquals": {"organizations:PolicyType": "TAG_POLICY"}}
    delegate(play, team, "organizations:CreatePolicy", "organizations:List*", Condition=only_tags)
    content = '{"tags": {}}'
    assert client.create_policy(Name="t", Type="TAG_POLICY", Content=content, Description="")
    assert client.list_policies(Filter="TAG_POLICY")
    assert refused(lambda: client.list_policies(Filter=SCP)) == DENIED
    assert refused(client.list_accounts) == DENIED
    assert refused(lambda: client.delete_policy(PolicyId="p-FullAWSAccess")) == DENIED


def test_the_resource_policy_delegates_by_resource(play: Any, refused: Any) -> None:
    team, policy, mine, theirs = play.account("team"), play.policy(), play.ou("M"), play.ou("T")
    ou = play.client.describe_organizational_unit(OrganizationalUnitId=mine)
    arn = ou["OrganizationalUnit"]["Arn"]
    resources = [arn, arn.partition(":ou/")[0] + ":policy/*"]
    delegate(
        play, team, "organizations:AttachPolicy", "organizations:TagResource", Resource=resources
    )
    client, root = play.as_account(team), play.root
    client.attach_policy(PolicyId=policy, TargetId=mine)
    client.tag_resource(ResourceId=policy, Tags=[])
    client.tag_resource(ResourceId=mine, Tags=[])
    assert refused(lambda: client.attach_policy(PolicyId=policy, TargetId=theirs)) == DENIED
    assert refused(lambda: client.tag_resource(ResourceId=root, Tags=[])) == DENIED
    assert refused(lambda: client.create_organizational_unit(ParentId=mine, Name="x")) == DENIED


def test_a_deny_in_the_resource_policy_wins(play: Any, refused: Any) -> None:
    team = play.account("team")
    base = {"Principal": {"AWS": [team]}, "Resource": "*"}
    statements = [
        {**base, "Effect": "Allow", "Action": "organizations:*"},
        {**base, "Effect": "Deny", "Action": "organizations:ListAccounts"},
    ]
    play.client.put_resource_policy(Content=json.dumps({"Statement": statements}))
    client = play.as_account(team)
    assert client.list_roots()
    assert refused(client.list_accounts) == DENIED


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringLikeIfExists": {"organizations:PolicyType": ["TAG*"]}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, False),
        ({"ArnLike": {"organizations:PolicyType": "TAG_POLICY"}}, False),
    ],
)
def test_conditions_the_sandbox_does_not_know_never_hold(
    play: Any, refused: Any, condition: Any, allowed: object
) -> None:
    team = play.account("team")
    arn = f"arn:aws:iam::{team}:role/administrator"
    delegate(play, team, "organizations:ListRoots", Condition=condition, Principal={"AWS": arn})
    client = play.as_account(team)
    if allowed:
        assert client.list_roots()
    else:
        assert refused(client.list_roots) == DENIED


GOOD = {
    "Effect": "Allow",
    "Principal": {"AWS": "123456789012"},
    "Action": "organizations:ListRoots",
    "Resource": "*",
}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("no", "INVALID_RESOURCE_POLICY_JSON"),
        ('{"Statement": [1]}', "INVALID_RESOURCE_POLICY_JSON"),
        ({"Effect": "Maybe"}, "INVALID_RESOURCE_POLICY_JSON"),
        ({"Condition": []}, "INVALID_RESOURCE_POLICY_JSON"),
        ({"Condition": {"StringEquals": []}}, "INVALID_RESOURCE_POLICY_JSON"),
        ({"Principal": None}, "INVALID_PRINCIPAL"),
        ({"Principal": {"Service": "x"}}, "INVALID_PRINCIPAL"),
        ({"Principal": {"AWS": "jane"}}, "INVALID_PRINCIPAL"),
        ({"Action": "organizations:MoveAccount"}, "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        ({"Action": "organizations:Move*"}, "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        ({"Action": "s3:ListBuckets"}, "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        ({"Action": []}, "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        ({"Resource": "arn:aws:s3:::b"}, "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY"),
        (
            {"Condition": {"StringEquals": {"organizations:PolicyType": "SCP"}}},
            "UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY",
        ),
    ],
)
def test_a_wrong_resource_policy_is_refused(
    play: Any, refused: Any, content: Any, reason: str
) -> None:
    text = content if isinstance(content, str) else json.dumps({"Statement": {**GOOD, **content}})
    attempt = lambda: play.client.put_resource_policy(Content=text)  # noqa: E731 - what is tried
    assert refused(attempt) == ("InvalidInputException", reason)


def test_tags_of_a_present_resource_policy_are_changed_by_themselves(
    play: Any, refused: Any
) -> None:
    content = json.dumps({"Statement": GOOD})
    play.client.put_resource_policy(Content=content)
    attempt = lambda: play.client.put_resource_policy(  # noqa: E731 - what is tried
        Content=content, Tags=[{"Key": "a", "Value": "b"}]
    )
    assert refused(attempt)[0] == "InvalidInputException"
