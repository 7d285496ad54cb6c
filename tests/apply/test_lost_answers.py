"""What an apply does when AWS does not answer: it reads back, waits, and asks again only so often."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox.faults import Fault, Kind, plant, planted

SAYS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}
LETS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::444444444444:root"},
            "Action": "organizations:ListAccounts",
            "Resource": "*",
        }
    ],
}
LAYOUT: dict[str, Any] = {
    "version": 1,
    "organization": {"id": "o-exampleorgid", "resource_policy": LETS},
    "ous": {"Work": {"tags": {"tier": "prod"}}},
    "accounts": {
        "network": {"id": "444444444444", "ou": "Work"},
        "new": {"ou": "Work", "create": True, "email": "aws+new@example.com"},
    },
    "guardrails": {
        "keep": {"policy": SAYS, "attach": ["Work"]},
        "costs": {
            "type": "tag",
            "policy": {"tags": {"cost": {"tag_key": {"@@assign": "cost"}}}},
            "attach": ["Work"],
        },
    },
    "services": {
        "trusted_access": ["config.amazonaws.com"],
        "delegated_administrators": {"network": ["config.amazonaws.com"]},
    },
}
WRITES = (
    "AttachPolicy",
    "CreateAccount",
    "CreateOrganizationalUnit",
    "CreatePolicy",
    "EnableAWSServiceAccess",
    "EnablePolicyType",
    "MoveAccount",
    "PutResourcePolicy",
    "RegisterDelegatedAdministrator",
    "TagResource",
)


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        live = {"accounts": {"444444444444": {"name": "network"}}}
        build(live, found.sandbox, replace(SETTINGS, log_calls=True))
        found.layout(LAYOUT)
        yield found


def _asked(table: Desk, operation: str) -> int:
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    return sum(json.loads(line)["operation"] == operation for line in lines)


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_that_took_and_whose_answer_is_lost_is_not_made_again(
    table: Desk, operation: str
) -> None:
    table.does("plan")
    plant(table.sandbox, Fault(Kind.CONNECTION_LOST_AFTER, operation))
    table.does("apply", "--yes")
    assert planted(table.sandbox) == ()
    once = {"AttachPolicy": 2, "CreatePolicy": 2, "MoveAccount": 2}.get(operation, 1)
    assert _asked(table, operation) == once
    assert table.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_that_did_not_take_is_made_again(table: Desk, operation: str) -> None:
    plant(table.sandbox, Fault(Kind.CONNECTION_LOST, operation, times=2))
    table.does("apply", "--yes")
    assert planted(table.sandbox) == ()
    assert table.run("plan", "--detailed-exitcode").code == 0


def test_a_service_that_never_answers_a_write_ends_the_run_as_one_that_may_have_written(
    table: Desk,
) -> None:
    plant(table.sandbox, Fault(Kind.SERVICE_ERROR, "EnableAWSServiceAccess", times=1000))
    ran = table.run("apply", "--yes")
    assert ran.code == 6, ran.said
    assert "The answer to organizations:EnableAWSServiceAccess is lost" in ran.err
    assert planted(table.sandbox)[0].times == 995
    plant(table.sandbox)
