"""The sandbox over loopback HTTP, with real clients."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from govkit.sandbox import faults
from govkit.sandbox.clock import Clock
from govkit.sandbox.faults import Fault, Kind
from govkit.sandbox.making import new
from govkit.sandbox.server import COUNTS_PATH, SandboxServer, serving
from govkit.sandbox.settings import Settings

CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    new(tmp_path / "sandbox")
    with serving(tmp_path / "sandbox") as served:
        yield served


def client(server: SandboxServer, service: str = "organizations") -> Any:
    session = boto3.Session("AKIA", "secret", region_name="eu-west-1")
    return session.client(service, endpoint_url=server.url, config=CONFIG)


def connection(server: SandboxServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)


def test_a_real_client_works_over_http(server: SandboxServer) -> None:
    organizations = client(server)
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = organizations.create_organizational_unit(ParentId=root, Name="Größe")
    assert made["OrganizationalUnit"]["Name"] == "Größe"
    with pytest.raises(ClientError) as caught:
        organizations.create_organizational_unit(ParentId=root, Name="Größe")
    assert caught.value.response["Error"]["Code"] == "DuplicateOrganizationalUnitException"
    assert client(server, "sts").get_caller_identity()["Account"] == "111111111111"


def test_the_environment_leads_a_client_there(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", server.url)
    session = boto3.Session("AKIA", "secret", region_name="eu-west-1")
    assert session.client("organizations").list_roots()["Roots"]


def test_it_listens_on_loopback_only(server: SandboxServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_lost_answer_closes_the_connection(server: SandboxServer) -> None:
    faults.plant(server.sandbox.directory, Fault(Kind.CONNECTION_LOST_AFTER))
    with pytest.raises(ConnectionClosedError):
        client(server).list_roots()


def test_another_service_is_refused(server: SandboxServer) -> None:
    with pytest.raises(ClientError, match="UnsupportedServiceException"):
        client(server, "lambda").list_functions()


def test_counts_are_there_to_be_read(server: SandboxServer) -> None:
    client(server).list_roots()
    asked = connection(server)
    asked.request("GET", COUNTS_PATH)
    answer = asked.getresponse()
    assert json.loads(answer.read()) == {"calls": {"ListRoots": 1}, "throttled": {}}
    asked.request("GET", "/")
    answer = asked.getresponse()
    assert (answer.status, answer.read()[:9]) == (404, b'{"error":')
    asked.close()


@pytest.mark.parametrize(
    ("body", "target", "status"),
    [
        (b"{", "AWSOrganizationsV20161128.ListRoots", 400),
        (b"[]", "AWSOrganizationsV20161128.ListRoots", 400),
        (b"{}", "AWSOrganizationsV20161128.Nonsense", 400),
        (b'{"MaxResults": "x"}', "AWSOrganizationsV20161128.ListRoots", 400),
        (b"", "AWSOrganizationsV20161128.ListRoots", 200),
    ],
)
def test_requests_no_client_would_send_are_answered_too(
    server: SandboxServer, body: bytes, target: str, status: int
) -> None:
    scope = "AKIA/20261123/us-east-1/organizations/aws4_request"
    asked = connection(server)
    asked.request(
        "POST",
        "/",
        body,
        {"X-Amz-Target": target, "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, x=y"},
    )
    answer = asked.getresponse()
    assert answer.status == status
    assert json.loads(answer.read())
    asked.close()


@pytest.mark.parametrize("body", [b"\xff", b"Action=Nonsense", b"Action=AssumeRole&RoleArn=x"])
def test_forms_no_client_would_send_are_answered_too(server: SandboxServer, body: bytes) -> None:
    scope = "AKIA/20261123/us-east-1/sts/aws4_request"
    asked = connection(server)
    asked.request("POST", "/", body, {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, x=y"})
    answer = asked.getresponse()
    assert answer.status == 400
    assert b"<Code>" in answer.read()
    asked.close()


@pytest.mark.parametrize("length", ["", "x", "3000000"])
def test_a_body_without_a_usable_length_is_refused(server: SandboxServer, length: str) -> None:
    asked = connection(server)
    asked.putrequest("POST", "/")
    asked.putheader("Content-Length", length)
    asked.endheaders()
    assert asked.getresponse().status == 411
    asked.close()


def test_a_damaged_sandbox_is_a_server_error(server: SandboxServer) -> None:
    (server.sandbox.directory / "organizations.json").write_text("{")
    with pytest.raises(ClientError) as caught:
        client(server).list_roots()
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_many_connections_wait_side_by_side(tmp_path: Path) -> None:
    """Twenty calls wait for each other while they are served: one at a time would never end."""
    waiting = threading.Barrier(20, timeout=10)
    clock = Clock(now=lambda: 1_790_000_000.0, sleep=lambda _: waiting.wait() and None)
    new(tmp_path / "slow", settings=Settings(latency_seconds=0.05))
    scope = "AKIA/20261123/us-east-1/organizations/aws4_request"
    headers = {
        "X-Amz-Target": "AWSOrganizationsV20161128.ListRoots",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, x=y",
    }
    statuses = []

    def ask(served: SandboxServer) -> None:
        asked = connection(served)
        asked.request("POST", "/", b"{}", headers)
        statuses.append(asked.getresponse().status)
        asked.close()

    with serving(tmp_path / "slow", clock=clock) as served:
        threads = [threading.Thread(target=ask, args=(served,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 20
        assert served.sandbox.counts.calls["ListRoots"] == 20
