"""Credential kinds: what they make of recorded answers, and that they never make what cannot be made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from govkit.errors import AwsError, BugError
from govkit.flow.compare import kinds
from govkit.kinds._grants import is_administrator
from govkit.kinds.access_key import AccessKey
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.credential_report import Credential
from govkit.kinds.credential_stage import CredentialStage
from govkit.kinds.iam_group import IamGroup
from govkit.kinds.iam_user import IamUser
from govkit.kinds.login_profile import LoginProfile
from govkit.kinds.root_access import RootAccess
from govkit.kinds.spare_user import SpareUser
from govkit.live.look import Sight, StoppedError
from govkit.model.address import account
from govkit.model.call import ApiCall, Ids, Interest, Response
from govkit.model.change import Change

TEAM = account("team")
IDS = Ids({TEAM: "555555555555"})
KINDS = {kind.name: kind for kind in kinds()}
KEY = AccessKey(TEAM, "jane", "AKIA", active=True, created="2026-11-23")
OBSERVED = [
    Credential(TEAM, "jane", "arn"),
    AccountSummary(
        TEAM, root_password=True, root_mfa=True, root_access_keys=False, root_certificates=False
    ),
    IamUser(TEAM, "jane", "arn"),
    IamGroup(TEAM, "staff", "arn"),
]
CHANGED = [
    KEY,
    LoginProfile(TEAM, "jane"),
    CredentialStage(TEAM, "jane", "notify 2026-11-23"),
    SpareUser(TEAM, "jane"),
    RootAccess(TEAM, "RootSessions"),
]


@dataclass
class Answers:
    """Answers calls in turn; an error is raised."""

    told: list[Any]
    asked: list[str] = field(default_factory=list)

    def call(self, call: ApiCall) -> Response:
        self.asked.append(call.operation)
        answer: Any = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        if isinstance(answer, Exception):
            raise answer
        given: Response = answer
        return given

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        yield from self.call(call)[key]


def error(code: str) -> AwsError:
    return AwsError("No", "No.", code=code, operation="iam:Ask")


@pytest.mark.parametrize("one", OBSERVED, ids=lambda one: one.address.kind)
def test_what_is_observed_is_never_changed_nor_glanced_at(one: Any) -> None:
    kind = KINDS[one.address.kind]
    assert one.needs == (TEAM,)
    with pytest.raises(BugError):
        kind.glance(one, Answers([{}]), IDS)
    with pytest.raises(BugError):
        list(kind.lower(Change(None, one), IDS))


@pytest.mark.parametrize("one", [KEY, CHANGED[1], CHANGED[3]], ids=lambda one: one.address.kind)
def test_what_was_put_away_is_never_made(one: Any) -> None:
    with pytest.raises(BugError):
        list(KINDS[one.address.kind].lower(Change(None, one), IDS))


@pytest.mark.parametrize("one", CHANGED, ids=lambda one: one.address.kind)
def test_a_refusal_is_not_taken_for_absence(one: Any) -> None:
    with pytest.raises(AwsError):
        KINDS[one.address.kind].glance(one, Answers([error("AccessDenied")]), IDS)


@pytest.mark.parametrize("one", CHANGED[:4], ids=lambda one: one.address.kind)
def test_who_is_no_more_has_nothing(one: Any) -> None:
    assert KINDS[one.address.kind].glance(one, Answers([error("NoSuchEntity")]), IDS) is None


def test_without_trusted_access_no_root_feature_is_on() -> None:
    refused = error("ServiceAccessNotEnabledException")
    assert KINDS["root_access"].glance(CHANGED[4], Answers([refused]), IDS) is None


def test_a_key_that_can_be_switched_on_again_says_so() -> None:
    verb = KINDS["access_key"].verb
    asleep = AccessKey(TEAM, "jane", "AKIA", active=False, created="2026-11-23")
    assert [
        verb(Change(*pair)) for pair in ((KEY, asleep), (asleep, KEY), (KEY, None), (None, KEY))
    ] == [
        "disable",
        "enable",
        "delete",
        "create",
    ]


@pytest.mark.parametrize(
    ("statement", "everything"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": ["s3:*", "*:*"], "Resource": ["*"]}, True),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, False),
        (
            {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {"Bool": {"a": "true"}},
            },
            False,
        ),
    ],
)
def test_an_administrator_is_who_may_do_everything_anywhere(
    statement: Any, everything: Any
) -> None:
    assert is_administrator({"Statement": statement}) is everything
    assert is_administrator({"Statement": [statement]}) is everything
    assert not is_administrator("no document")


def test_what_aws_is_at_is_asked_anew_until_it_is_done() -> None:
    call = ApiCall("iam", "GenerateCredentialReport")
    api = Answers([{"State": "STARTED"}, {"State": "COMPLETE"}])
    sight = Sight(api, Interest(), {}, workers=1, walk=False, pauses=(0.0, 0.0))
    assert sight.until(call, lambda answer: answer["State"] == "COMPLETE")["State"] == "COMPLETE"
    assert len(api.asked) == 2
    with pytest.raises(AwsError, match="did not finish"):
        sight.until(call, lambda _: False)
    sight.close()
    with pytest.raises(StoppedError):
        sight.until(call, lambda _: False)


def test_columns_that_aws_adds_or_moves_do_no_harm() -> None:
    text = (
        "new_column,arn,user,mfa_active,password_enabled,password_last_used,access_key_1_active\n"
        "?,arn:aws:iam::555555555555:root,<root_account>,true,not_supported,no_information,false\n"
        "?,arn:aws:iam::555555555555:user/jane,jane,false,true,2026-11-20T10:00:00+00:00,true\n"
    )
    from govkit.kinds._places import Spot
    from govkit.kinds.credential_report import _reported  # the reading of one account
    from govkit.model.call import Place

    made = datetime(2026, 11, 23, tzinfo=UTC)
    api = Answers([{"Content": text.encode(), "GeneratedTime": made}])
    sight = Sight(api, Interest(), {}, workers=1, walk=False)
    root, jane = (one.resource for one in _reported(sight, Spot(TEAM, Place("555555555555"))))
    sight.close()
    assert (root.is_root, root.password_enabled, root.mfa_active) == (True, None, True)
    assert (jane.password_enabled, jane.password_last_used) == (True, "2026-11-20T10:00:00+00:00")
    assert [key.number for key in jane.active_keys()] == [1]
    assert jane.reported == made.isoformat()
