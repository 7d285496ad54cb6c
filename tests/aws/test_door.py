"""The door, on the sandbox and on moto, through real botocore clients."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from govkit.aws.door import door
from govkit.aws.retry import Waiting
from govkit.aws.session import Session, overrides, session
from govkit.errors import (
    AccessDenied,
    AnswerLost,
    AwsError,
    BugError,
    CredentialsMissing,
    GovkitError,
    Throttled,
)
from govkit.model.call import Api, ApiCall, Place, organizations
from govkit.model.scope import Entry
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.making import Story, new
from govkit.sandbox.mount import mount
from govkit.sandbox.server import serving
from govkit.sandbox.settings import Settings


@pytest.fixture
def pretend(tmp_path: Path) -> Path:
    new(tmp_path / "sandbox", Story.DEMO)
    return tmp_path / "sandbox"


def at(directory: Path, **more: Any) -> Session:
    return session(mount=lambda core: mount(core, directory), **more)


class Patient:
    """A door with a clock of its own, and what it waited for."""

    def __init__(self, directory: Path, **more: Any) -> None:
        self.now = 0.0
        self.heard: list[Waiting] = []
        self.api: Api = door(
            at(directory),
            **{
                "pace": None,
                "waiting": self.heard.append,
                "clock": lambda: self.now,
                "sleep": self.sleep,
                "dice": lambda: 0.5,
                **more,
            },
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_an_answer_comes_without_its_metadata(pretend: Path) -> None:
    answer = Patient(pretend).api.call(organizations("DescribeOrganization"))
    assert set(answer) == {"Organization"}


def test_all_pages_are_followed_empty_ones_too(tmp_path: Path) -> None:
    new(tmp_path / "s", Story.DEMO, settings=Settings(empty_first_page=True))
    api = Patient(tmp_path / "s").api
    assert len(list(api.items("Accounts", organizations("ListAccounts")))) == 12


def test_a_throttle_is_waited_out(pretend: Path) -> None:
    plant(pretend, Fault(Kind.THROTTLE, "ListRoots"), Fault(Kind.THROTTLE, "ListRoots"))
    patient = Patient(pretend)
    assert patient.api.call(organizations("ListRoots"))["Roots"]
    assert [one.why for one in patient.heard] == ["AWS asks for fewer calls"] * 2


def test_a_throttle_without_end_is_an_error(pretend: Path) -> None:
    plant(pretend, *[Fault(Kind.THROTTLE, "ListRoots")] * 50)
    with pytest.raises(Throttled):
        Patient(pretend, timeout=20).api.call(organizations("ListRoots"))


def test_a_read_whose_answer_is_lost_is_repeated(pretend: Path) -> None:
    plant(pretend, Fault(Kind.CONNECTION_LOST, "ListRoots"))
    assert Patient(pretend).api.call(organizations("ListRoots"))["Roots"]


@pytest.mark.parametrize("kind", [Kind.CONNECTION_LOST_AFTER, Kind.SERVICE_ERROR_AFTER])
def test_a_write_whose_answer_is_lost_is_made_once(pretend: Path, kind: Kind) -> None:
    plant(pretend, Fault(kind, "EnableAWSServiceAccess"))
    api = Patient(pretend).api
    with pytest.raises(AnswerLost):
        api.call(organizations("EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com"))
    enabled = api.items(
        "EnabledServicePrincipals", organizations("ListAWSServiceAccessForOrganization")
    )
    assert "ram.amazonaws.com" in [one["ServicePrincipal"] for one in enabled]


def test_access_denied_names_the_action(pretend: Path) -> None:
    plant(pretend, Fault(Kind.ACCESS_DENIED, "DescribeResourcePolicy"))
    with pytest.raises(AccessDenied, match="organizations:DescribeResourcePolicy"):
        Patient(pretend).api.call(organizations("DescribeResourcePolicy"))


def test_reasons_of_refusals_are_kept(pretend: Path) -> None:
    with pytest.raises(AwsError) as raised:
        Patient(pretend).api.call(organizations("DescribePolicy", PolicyId="bad"))
    assert (raised.value.code, raised.value.reason) == ("InvalidInputException", "INVALID_PATTERN")


def test_a_call_that_the_model_does_not_know_is_our_bug(pretend: Path) -> None:
    with pytest.raises(BugError):
        Patient(pretend).api.call(organizations("ListRoots", Nonsense=1))


def test_a_page_that_comes_twice_is_an_error(
    pretend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Patient(pretend).api
    client = api.session.client("organizations")  # type: ignore[attr-defined]  # the door's inside
    monkeypatch.setattr(client, "list_roots", lambda **_: {"Roots": [1], "NextToken": "again"})
    with pytest.raises(AwsError, match="same page twice"):
        list(api.items("Roots", organizations("ListRoots")))


def test_pages_of_other_services_are_followed_by_their_own_tokens(
    pretend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Patient(pretend)
    client = patient.api.session.client("iam")  # type: ignore[attr-defined]  # the door's inside
    answers = [
        {"Users": [1], "IsTruncated": True, "Marker": "m"},
        {"Users": [2], "IsTruncated": False, "Marker": "stale"},
    ]
    asked: list[Any] = []
    monkeypatch.setattr(
        client, "list_users", lambda **params: asked.append(params) or answers.pop(0)
    )
    assert list(patient.api.items("Users", ApiCall("iam", "ListUsers"))) == [1, 2]
    assert asked == [{}, {"Marker": "m"}]


def test_a_member_account_is_entered_by_its_role(tmp_path: Path) -> None:
    new(tmp_path / "s", Story.DEMO, settings=Settings(roles=("govkit-read",)))
    patient = Patient(tmp_path / "s", entry=Entry(read="govkit-read"))
    there = patient.api.call(
        ApiCall("sts", "GetCallerIdentity", place=Place("333333333333", "us-east-1"))
    )
    assert there["Account"] == "333333333333"
    again = patient.api.call(ApiCall("sts", "GetCallerIdentity", place=Place("333333333333")))
    assert ":assumed-role/govkit-read/govkit" in again["Arn"]


def test_without_an_entry_no_account_is_entered(pretend: Path) -> None:
    with pytest.raises(GovkitError, match="No way into accounts"):
        Patient(pretend).api.call(ApiCall("iam", "ListUsers", place=Place("333333333333")))


def test_a_chain_of_roles_ends_at_the_last_and_carries_the_run(tmp_path: Path) -> None:
    new(tmp_path / "s", Story.DEMO, settings=Settings(roles=("govkit-read",)))
    chain = at(
        tmp_path / "s",
        roles=[
            "arn:aws:iam::111111111111:role/govkit-read",
            "arn:aws:iam::333333333333:role/govkit-read",
        ],
        run_id="20261123-abc",
    )
    who = door(chain, pace=None).call(ApiCall("sts", "GetCallerIdentity"))
    assert who["Arn"] == ("arn:aws:sts::333333333333:assumed-role/govkit-read/govkit-20261123-abc")
    assert chain.who == "role arn:aws:iam::333333333333:role/govkit-read"


def test_a_role_that_does_not_let_us_in_is_named(pretend: Path) -> None:
    closed = at(pretend, roles=["arn:aws:iam::333333333333:role/nobody-has-this"])
    with pytest.raises(AccessDenied, match="sts:AssumeRole"):
        door(closed, pace=None).call(organizations("ListRoots"))


def test_lists_without_known_tokens_are_read_by_next_token(pretend: Path) -> None:
    one = at(pretend)
    assert one.pagination("organizations", "DescribeOrganization") == {}
    assert one.pagination("organizations", "ListRoots")["output_token"] == "NextToken"
    answers = door(one, pace=None).items("Organization", organizations("DescribeOrganization"))
    assert "Id" in list(answers)


def test_what_is_no_role_is_refused(pretend: Path) -> None:
    with pytest.raises(GovkitError, match="Not the ARN of a role"):
        at(pretend, roles=["govkit-read"])


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lonely(monkeypatch, tmp_path)
    with pytest.raises(CredentialsMissing):
        door(session(), pace=None).call(organizations("ListRoots"))
    chain = session(roles=["arn:aws:iam::333333333333:role/govkit-read"])
    with pytest.raises(CredentialsMissing):
        door(chain, pace=None).call(organizations("ListRoots"))


def test_an_unknown_profile_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lonely(monkeypatch, tmp_path)
    with pytest.raises(CredentialsMissing, match="nowhere"):
        session(profile="nowhere")


def lonely(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Take away every credential that the machine may have."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_an_endpoint_from_the_environment_is_used_over_http(
    pretend: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lonely(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "pretend")
    with serving(pretend) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", server.url)
        api = door(session(run_id="run 7"), pace=None)
        assert len(list(api.items("Accounts", organizations("ListAccounts")))) == 12
        counted = server.sandbox.counts.calls
        assert counted == Counter({"ListAccounts": 1})


def test_an_endpoint_where_nobody_listens_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lonely(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "pretend")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", "http://127.0.0.1:9")
    with pytest.raises(AwsError, match="AWS cannot be reached"):
        door(session(), pace=None, sleep=lambda _: None).call(organizations("ListRoots"))


def test_overrides_are_listed_for_the_banner() -> None:
    environment = {
        "AWS_ENDPOINT_URL_ORGANIZATIONS": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
        "HOME": "/",
    }
    assert [one.setting for one in overrides(environment)] == [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
    ]
    assert not list(overrides(environment | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}))


def test_the_pace_is_kept_and_long_waits_are_said(pretend: Path) -> None:
    patient = Patient(pretend, pace=10)
    for _ in range(3):
        patient.api.call(organizations("ListRoots"))
    assert patient.now == pytest.approx(20, abs=0.1)
    assert patient.heard[-1] == Waiting(
        "organizations:ListRoots", "kept to AWS's rate", pytest.approx(10, abs=0.1)
    )


def test_a_rejected_call_slows_its_operation_down(pretend: Path) -> None:
    plant(pretend, Fault(Kind.THROTTLE, "ListRoots"))
    patient = Patient(pretend, pace=100)
    patient.api.call(organizations("ListRoots"))
    slowed = patient.now
    patient.api.call(organizations("ListRoots"))
    assert patient.now - slowed == pytest.approx(1 / 0.55, abs=0.1)


def test_one_client_serves_many_threads(pretend: Path) -> None:
    one = at(pretend)
    made: list[Any] = []
    threads = [
        threading.Thread(target=lambda: made.append(one.client("organizations"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in made}) == 1


def test_the_partition_is_that_of_the_region(pretend: Path) -> None:
    assert at(pretend).partition == "aws"
    assert at(pretend, region="cn-north-1").partition == "aws-cn"


@pytest.fixture
def elsewhere() -> Callable[[], Api]:
    return lambda: door(session(region="us-east-1"), pace=None)


def test_moto_answers_through_the_same_door(elsewhere: Callable[[], Api]) -> None:
    with mock_aws():
        boto3.client("organizations", region_name="us-east-1").create_organization()
        api = elsewhere()
        parent = api.call(organizations("ListRoots"))["Roots"][0]["Id"]
        for number in range(25):
            params = {"ParentId": parent, "Name": f"ou-{number}"}
            api.call(organizations("CreateOrganizationalUnit", **params))
        call = organizations("ListOrganizationalUnitsForParent", ParentId=parent)
        assert len(list(api.items("OrganizationalUnits", call))) == 25


# --- what must be held while one writes, and bodies that stream ----------------------------------


class _Lock:
    """Counts how often it is asked, and is lost from a number on."""

    def __init__(self, lost_from: int = 1000) -> None:
        self.asked = 0
        self.lost_from = lost_from

    def check(self) -> None:
        self.asked += 1
        if self.asked >= self.lost_from:
            raise GovkitError("The lock is lost")


def test_a_permit_is_asked_for_before_each_attempt_to_write_and_for_no_read(pretend: Path) -> None:
    lock = _Lock()
    plant(pretend, *[Fault(Kind.THROTTLE, "EnableAWSServiceAccess")] * 2)
    api = Patient(pretend, permit=lock.check).api
    api.call(organizations("ListRoots"))
    assert lock.asked == 0
    api.call(organizations("EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com"))
    assert lock.asked == 3


def test_what_is_not_permitted_any_more_is_not_sent(pretend: Path) -> None:
    """The lock is lost while a throttled write waits for its next attempt."""
    plant(pretend, Fault(Kind.THROTTLE, "EnableAWSServiceAccess"))
    api = Patient(pretend, permit=_Lock(lost_from=2).check).api
    with pytest.raises(GovkitError, match="The lock is lost"):
        api.call(organizations("EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com"))
    enabled = api.items(
        "EnabledServicePrincipals", organizations("ListAWSServiceAccessForOrganization")
    )
    assert "ram.amazonaws.com" not in [one["ServicePrincipal"] for one in enabled]


def test_an_object_comes_whole_and_with_the_time_by_the_clock_that_dated_it(pretend: Path) -> None:
    api = Patient(pretend).api
    api.call(ApiCall("s3", "CreateBucket", {"Bucket": "acme"}))
    api.call(ApiCall("s3", "PutObject", {"Bucket": "acme", "Key": "a", "Body": b"body"}))
    plant(pretend, Fault(Kind.CONNECTION_LOST, "GetObject"))
    answer = api.call(ApiCall("s3", "GetObject", {"Bucket": "acme", "Key": "a"}))
    assert answer["Body"] == b"body"
    assert answer["Date"].endswith("GMT")
    assert "Date" not in api.call(ApiCall("s3", "ListBuckets"))
