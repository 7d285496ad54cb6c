"""Plan and apply over real HTTP, against the endpoint that the environment names."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox.server import SandboxServer, serving

KEYS = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "pretend"}
NO_FILES = {"AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}


@pytest.fixture
def served() -> Iterator[tuple[Desk, SandboxServer]]:
    with desk() as found:
        build(LIVE, found.sandbox, replace(SETTINGS, create_account_polls=1))
        found.layout(LAYOUT)
        with serving(found.sandbox) as server:
            found.environment |= {
                **KEYS,
                **NO_FILES,
                "GOVKIT_SANDBOX": "",
                "AWS_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL_ORGANIZATIONS": server.url,
            }
            yield found, server


def test_plan_and_apply_over_http(served: tuple[Desk, SandboxServer]) -> None:
    """With keys alone, without STS, and with the endpoint said aloud."""
    table, server = served
    layout = {**LAYOUT, "safety": {"settle": "0s"}}
    table.layout(layout)
    assert "AWS_SESSION_TOKEN" not in os.environ
    planned = table.does("plan", "--pace", "off")
    assert f"AWS_ENDPOINT_URL_ORGANIZATIONS is set: calls go to {server.url}" in planned.err
    assert "21" in planned.out
    assert "organizations" not in planned.err.replace("AWS_ENDPOINT_URL_ORGANIZATIONS", "")
    applied = table.does("apply", "--yes", "--pace", "off")
    assert "21 of 21 steps done" in applied.out
    assert "No changes." in table.does("plan", "--pace", "off").out
    assert table.run("drift", "--pace", "off").code == 0
    assert server.sandbox.counts.calls["GetCallerIdentity"] == 0
    assert server.sandbox.counts.calls["CreateAccount"] == 2


def test_a_store_in_s3_over_http(served: tuple[Desk, SandboxServer]) -> None:
    table, server = served
    server.sandbox.call("CreateBucket", {"Bucket": "acme-govkit"}, service="s3")
    for service in ("S3", "STS"):
        table.environment[f"AWS_ENDPOINT_URL_{service}"] = server.url
    table.layout({**LAYOUT, "safety": {"settle": "0s"}, "store": "s3://acme-govkit/main"})
    ran = table.does("apply", "--yes", "--pace", "off")
    assert ran.err.count("AWS_ENDPOINT_URL_S3 is set") == 1
    assert "21 of 21 steps done" in ran.out
    assert "21/21" in table.does("history").out
    assert table.does("history", "verify").code == 0


def test_an_organization_without_its_id_in_the_layout_is_not_written_to(
    served: tuple[Desk, SandboxServer],
) -> None:
    table, _ = served
    table.layout({key: value for key, value in LAYOUT.items() if key != "organization"})
    before = table.content()
    assert table.run("plan", "--pace", "off").code == 0
    ran = table.run("apply", "--yes", "--pace", "off")
    assert ran.code == 4
    assert "organization: {id: o-exampleorgid}" in ran.err
    assert table.content() == before


def test_an_endpoint_that_does_not_answer_is_an_error(served: tuple[Desk, SandboxServer]) -> None:
    table, server = served
    table.environment["AWS_ENDPOINT_URL_ORGANIZATIONS"] = "http://127.0.0.1:9"
    ran = table.run("plan", "--timeout", "0")
    assert ran.code == 1
    assert "AWS did not answer" in ran.err
    assert "AWS_ENDPOINT_URL" in ran.err
    assert server.sandbox.counts.calls == {}
