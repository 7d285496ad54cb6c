"""Under real botocore, with no way out."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError

from govkit.sandbox.making import new
from govkit.sandbox.mount import mount, mount_role, pretend_session
from govkit.sandbox.refusals import SandboxError

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    new(tmp_path / "sandbox")
    return tmp_path / "sandbox"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Forbid every socket and name lookup, and remember who tried."""
    tried: list[object] = []

    def forbid(*args: object, **_: object) -> None:
        tried.append(args)
        raise AssertionError(args)

    monkeypatch.setattr(socket.socket, "connect", forbid)
    monkeypatch.setattr(socket, "getaddrinfo", forbid)
    monkeypatch.setattr(socket, "create_connection", forbid)
    return tried


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("glacier", "list_vaults"),
        ("sqs", "list_queues"),
        ("lambda", "list_functions"),
        ("cloudwatch", "list_metrics"),
        ("batch", "describe_job_queues"),
    ],
)
def test_a_service_the_sandbox_does_not_play_is_refused_and_nothing_is_sent(
    directory: Path, no_network: list[object], service: str, operation: str
) -> None:
    session = boto3.Session()
    mount(session, directory)
    with pytest.raises(ClientError, match="nothing was sent to the network") as caught:
        getattr(session.client(service), operation)()
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "UnsupportedServiceException"
    assert no_network == []


def test_played_services_send_nothing_either(directory: Path, no_network: list[object]) -> None:
    session = pretend_session(directory)
    assert session.create_client("organizations").list_roots()["Roots"]
    assert session.create_client("sts").get_caller_identity()["Account"]
    assert session.create_client("s3").list_buckets()["Buckets"] == []
    assert no_network == []


def test_the_users_environment_leads_nowhere(
    directory: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_network: list[object],
) -> None:
    (tmp_path / "config").write_text(
        "[profile mine]\nregion = eu-west-3\nsso_session = x\nuse_dualstack_endpoint = true\n"
        "[default]\ncredential_process = /bin/false\n[sso-session x]\nsso_region = eu-west-3\n"
    )
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "mine",
        "AWS_ENDPOINT_URL": "http://169.254.169.254",
        "AWS_ENDPOINT_URL_ORGANIZATIONS": "http://169.254.169.254",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_CA_BUNDLE": str(tmp_path / "absent.pem"),
        "AWS_ACCESS_KEY_ID": "REAL",
        "AWS_SECRET_ACCESS_KEY": "REAL",
        "AWS_SESSION_TOKEN": "REAL",
    }.items():
        monkeypatch.setenv(name, value)
    session = boto3.Session()
    assert session.region_name == "eu-west-3"  # the user's files have been read by now
    mount(session, directory)
    client = session.client("organizations")
    assert client.list_roots()["Roots"]
    assert client.meta.endpoint_url.startswith("https://organizations.us-east-1.amazonaws.com")
    given = session.get_credentials()
    assert given is not None
    assert given.access_key != "REAL"
    assert given.token is None
    assert no_network == []


def test_an_absent_profile_does_not_matter(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")
    session = botocore.session.Session()
    mount(session, directory)
    assert session.create_client("organizations").list_roots()["Roots"]


def test_a_region_that_was_chosen_stays(directory: Path) -> None:
    session = boto3.Session(region_name="eu-central-1")
    mount(session, directory)
    assert session.client("sts").meta.region_name == "eu-central-1"


def test_a_folder_that_is_no_sandbox_is_said_at_the_mount(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="No sandbox here"):
        mount(boto3.Session(), tmp_path)


def test_a_session_can_be_a_role(directory: Path) -> None:
    sts = pretend_session(directory).create_client("sts")
    organizations = pretend_session(directory).create_client("organizations")
    made = organizations.create_account(AccountName="A", Email="a@example.com")
    ident = made["CreateAccountStatus"]["Id"]
    for _ in range(3):
        status = organizations.describe_create_account_status(CreateAccountRequestId=ident)
    account = status["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    answer = sts.assume_role(RoleArn=role, RoleSessionName="me")
    session = botocore.session.Session()
    mount_role(session, directory, answer["Credentials"])
    assert session.create_client("sts").get_caller_identity()["Account"] == account
    mount(session, directory)
    assert session.create_client("sts").get_caller_identity()["Account"] == account


def test_the_sandbox_costs_nothing_until_it_is_stood_on() -> None:
    code = (
        "import sys, govkit.sandbox.mount, govkit.sandbox.making, govkit.sandbox.changes\n"
        "import govkit.sandbox.show, govkit.sandbox.server\n"
        "assert not {'botocore', 'boto3'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
