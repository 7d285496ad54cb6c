"""Credentials read on moto's IAM: the report's columns, users, groups and the account's summary."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.flow.compare import kinds
from govkit.kinds.access_key import keys_of
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.credential_report import Credential
from govkit.kinds.credential_stage import CredentialStage
from govkit.kinds.iam_group import IamGroup
from govkit.kinds.iam_user import IamUser
from govkit.kinds.login_profile import LoginProfile
from govkit.kinds.spare_user import SpareUser
from govkit.live.discover import Live, discover
from govkit.model.call import Interest
from govkit.model.change import Change
from govkit.model.scope import Coverage, Entry

ADMIN = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BY_KIND = {kind.name: kind for kind in kinds()}


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("organizations", "us-east-1").create_organization(FeatureSet="ALL")
        client = boto3.client("iam", "us-east-1")
        client.create_group(GroupName="staff")
        client.create_user(UserName="jane", Tags=[{"Key": "owner", "Value": "jane@example.com"}])
        client.add_user_to_group(GroupName="staff", UserName="jane")
        client.put_user_policy(UserName="jane", PolicyName="all", PolicyDocument=json.dumps(ADMIN))
        client.create_login_profile(UserName="jane", Password="not-Secret-1")
        client.create_access_key(UserName="jane")
        yield client


def looked() -> Live:
    reach = Coverage(
        regions=("us-east-1",),
        home_region="us-east-1",
        sections=frozenset({"credentials"}),
        entry=Entry(),
    )
    api = door(session(), pace=None, entry=reach.entry)
    chosen = [kind for kind in kinds() if kind.watched or kind.name in ("root", "account", "ou")]
    return discover(api, chosen, Interest(coverage=reach, watched=True))


def test_report_users_groups_and_summary_are_read(iam: Any) -> None:
    live = looked()
    assert live.incomplete == ()
    (jane,) = live.state.all(Credential)  # moto reports no root user
    assert (jane.user, jane.password_enabled, jane.mfa_active) == ("jane", True, False)
    (key,) = jane.active_keys()
    assert key.rotated is not None
    (user,) = live.state.all(IamUser)
    assert (user.groups, user.administrator, user.owner) == (
        ("staff",),
        ("all",),
        "jane@example.com",
    )
    assert [group.name for group in live.state.all(IamGroup)] == ["staff"]
    assert len(list(live.state.all(AccountSummary))) == 1


def test_the_stages_change_what_they_say(iam: Any) -> None:
    live, api = looked(), door(session(), pace=None)
    (user,) = live.state.all(IamUser)
    account, ids = user.account, live.ids

    def make(before: Any, after: Any) -> None:
        kind = BY_KIND[(before or after).address.kind]
        for call in kind.lower(Change(before, after), ids):
            api.call(call)
        found = kind.glance(before or after, api, ids)
        assert (None if found is None else found.resource) == after

    notified = CredentialStage(account, "jane", "notify 2026-11-23")
    make(None, notified)
    (key,) = keys_of(account, "jane", api, ids)
    asleep = type(key)(account, "jane", key.key, active=False, created=key.created, used=key.used)
    make(key, asleep)
    make(LoginProfile(account, "jane"), None)
    make(asleep, None)
    make(notified, None)
    make(SpareUser(account, "jane", groups=("staff",), inline=("all",)), None)
    assert iam.list_users()["Users"] == []
