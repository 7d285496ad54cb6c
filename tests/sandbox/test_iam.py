"""IAM in the sandbox, through a real client: reports, users and what they have, root features."""

import csv
import io
import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from govkit.sandbox.iam.report import COLUMNS

ADMIN = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def iam(play: Any) -> Any:
    return play.session.client("iam", config=CONFIG)


def refused(do: Any, **told: Any) -> str:
    with pytest.raises(ClientError) as caught:
        do(**told)
    return str(caught.value.response["Error"]["Code"])


def report(iam: Any) -> list[dict[str, str]]:
    text = iam.get_credential_report()["Content"].decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_a_report_is_asked_for_made_and_kept_for_four_hours(play: Any, iam: Any) -> None:
    assert refused(iam.get_credential_report) == "ReportNotPresent"
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert refused(iam.get_credential_report) == "ReportInProgress"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    first = iam.get_credential_report()
    iam.create_user(UserName="jane")
    play.clock.time += 4 * 3600 - 10
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    assert iam.get_credential_report() | {"ResponseMetadata": None} == first | {
        "ResponseMetadata": None
    }
    play.clock.time += 20
    assert refused(iam.get_credential_report) == "ReportExpired"
    iam.generate_credential_report()
    iam.generate_credential_report()
    assert [one["user"] for one in report(iam)] == ["<root_account>", "jane"]


def test_the_report_has_all_columns_and_the_words_of_iam_for_what_is_not_there(iam: Any) -> None:
    iam.update_account_password_policy(MinimumPasswordLength=14, MaxPasswordAge=90)
    iam.create_user(UserName="jane")
    iam.create_login_profile(UserName="jane", Password="not-Secret-1")
    iam.enable_mfa_device(
        UserName="jane",
        SerialNumber="arn:aws:iam::111111111111:mfa/jane",
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    iam.create_access_key(UserName="jane")
    iam.create_user(UserName="robot")
    for _ in range(2):
        iam.generate_credential_report()
    root, jane, robot = report(iam)
    assert tuple(root) == COLUMNS
    assert len(COLUMNS) == 22
    assert (root["password_enabled"], root["password_last_used"]) == (
        "not_supported",
        "no_information",
    )
    assert (jane["password_enabled"], jane["mfa_active"], jane["password_last_used"]) == (
        "true",
        "true",
        "no_information",
    )
    assert jane["password_next_rotation"] > jane["password_last_changed"]
    assert (jane["access_key_1_active"], jane["access_key_2_active"]) == ("true", "false")
    assert (robot["password_enabled"], robot["password_last_used"]) == ("false", "N/A")
    assert robot["access_key_1_last_rotated"] == "N/A"


def test_keys_have_a_life_and_a_limit(iam: Any) -> None:
    iam.create_user(UserName="jane")
    keys = [iam.create_access_key(UserName="jane")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    assert refused(iam.create_access_key, UserName="jane") == "LimitExceeded"
    iam.update_access_key(UserName="jane", AccessKeyId=keys[0], Status="Inactive")
    listed = iam.list_access_keys(UserName="jane")["AccessKeyMetadata"]
    assert {one["AccessKeyId"]: one["Status"] for one in listed} == {
        keys[0]: "Inactive",
        keys[1]: "Active",
    }
    used = iam.get_access_key_last_used(AccessKeyId=keys[0])
    assert (used["UserName"], used["AccessKeyLastUsed"]["ServiceName"]) == ("jane", "N/A")
    iam.delete_access_key(UserName="jane", AccessKeyId=keys[0])
    assert refused(iam.delete_access_key, UserName="jane", AccessKeyId=keys[0]) == "NoSuchEntity"
    assert refused(iam.get_access_key_last_used, AccessKeyId="AKIAUNKNOWN12345") == "NoSuchEntity"


def test_a_user_that_has_something_cannot_be_deleted(iam: Any) -> None:
    serial = "arn:aws:iam::111111111111:mfa/jane"
    iam.create_user(UserName="jane", Tags=[{"Key": "owner", "Value": "jane"}])
    assert refused(iam.create_user, UserName="Jane") == "EntityAlreadyExists"
    iam.create_group(GroupName="staff")
    assert refused(iam.create_group, GroupName="staff") == "EntityAlreadyExists"
    things = [
        (iam.create_login_profile, {"Password": "not-Secret-1"}, iam.delete_login_profile, {}),
        (
            iam.enable_mfa_device,
            {
                "SerialNumber": serial,
                "AuthenticationCode1": "123456",
                "AuthenticationCode2": "654321",
            },
            iam.deactivate_mfa_device,
            {"SerialNumber": serial},
        ),
        (
            iam.add_user_to_group,
            {"GroupName": "staff"},
            iam.remove_user_from_group,
            {"GroupName": "staff"},
        ),
        (
            iam.attach_user_policy,
            {"PolicyArn": POLICY},
            iam.detach_user_policy,
            {"PolicyArn": POLICY},
        ),
        (
            iam.put_user_policy,
            {"PolicyName": "own", "PolicyDocument": ADMIN},
            iam.delete_user_policy,
            {"PolicyName": "own"},
        ),
    ]
    for give, told, take, named in things:
        give(UserName="jane", **told)
        assert refused(iam.delete_user, UserName="jane") == "DeleteConflict"
        take(UserName="jane", **named)
    for take, named in (
        (things[0][2], {}),
        (things[1][2], things[1][3]),
        *((one[2], one[3]) for one in things[3:]),
    ):
        assert refused(take, UserName="jane", **named) == "NoSuchEntity"
    iam.delete_user(UserName="jane")
    assert refused(iam.get_user, UserName="jane") == "NoSuchEntity"
    iam.delete_group(GroupName="staff")
    assert refused(iam.delete_group, GroupName="staff") == "NoSuchEntity"


def test_twice_the_same_credential_is_refused(iam: Any) -> None:
    told = {"SerialNumber": "arn:aws:iam::111111111111:mfa/jane"}
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.create_user(UserName="jane")
    iam.create_login_profile(UserName="jane", Password="not-Secret-1")
    iam.enable_mfa_device(UserName="jane", **told, **codes)
    again = {"UserName": "jane", "Password": "not-Secret-1"}
    assert refused(iam.create_login_profile, **again) == "EntityAlreadyExists"
    assert refused(iam.enable_mfa_device, UserName="jane", **told, **codes) == "EntityAlreadyExists"
    assert iam.get_login_profile(UserName="jane")["LoginProfile"]["UserName"] == "jane"
    assert len(iam.list_mfa_devices(UserName="jane")["MFADevices"]) == 1
    assert [one["UserName"] for one in iam.list_users()["Users"]] == ["jane"]
    assert iam.get_account_summary()["SummaryMap"]["Users"] == 1


def test_the_list_of_it_all_comes_in_pages_with_documents_decoded(iam: Any) -> None:
    for number in range(130):
        iam.create_user(UserName=f"user-{number:03d}")
    iam.tag_user(UserName="user-000", Tags=[{"Key": "owner", "Value": "jane"}])
    iam.tag_user(UserName="user-001", Tags=[{"Key": "owner", "Value": "jane"}])
    iam.untag_user(UserName="user-001", TagKeys=["owner"])
    iam.create_group(GroupName="admins")
    iam.put_group_policy(GroupName="admins", PolicyName="all", PolicyDocument=ADMIN)
    iam.attach_group_policy(GroupName="admins", PolicyArn=POLICY)
    pages = list(iam.get_paginator("get_account_authorization_details").paginate())
    users = [one for page in pages for one in page["UserDetailList"]]
    assert (len(pages), len(users)) == (2, 130)
    assert (users[0]["Tags"], users[1]["Tags"]) == ([{"Key": "owner", "Value": "jane"}], [])
    (group,) = [one for page in pages for one in page["GroupDetailList"]]
    assert group["GroupPolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"] == "*"
    assert group["AttachedManagedPolicies"][0]["PolicyName"] == "ReadOnlyAccess"
    assert refused(iam.delete_group, GroupName="admins") == "DeleteConflict"
    iam.delete_group_policy(GroupName="admins", PolicyName="all")
    iam.detach_group_policy(GroupName="admins", PolicyArn=POLICY)
    iam.delete_group(GroupName="admins")
    assert refused(iam.get_account_authorization_details, Marker="x") == "InvalidInput"


@pytest.mark.parametrize("document", ["no JSON", "[]", "{}"])
def test_a_document_that_is_no_policy_is_refused(iam: Any, document: str) -> None:
    iam.create_user(UserName="jane")
    told = {"UserName": "jane", "PolicyName": "own", "PolicyDocument": document}
    assert refused(iam.put_user_policy, **told) == "MalformedPolicyDocument"


def test_root_features_need_trusted_access_and_the_management_account(play: Any, iam: Any) -> None:
    enable = iam.enable_organizations_root_sessions
    assert refused(enable) == "ServiceAccessNotEnabledException"
    play.client.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    assert enable()["EnabledFeatures"] == ["RootSessions"]
    iam.enable_organizations_root_credentials_management()
    assert iam.list_organizations_features()["EnabledFeatures"] == [
        "RootCredentialsManagement",
        "RootSessions",
    ]
    iam.disable_organizations_root_sessions()
    assert iam.disable_organizations_root_sessions()["EnabledFeatures"] == [
        "RootCredentialsManagement"
    ]
