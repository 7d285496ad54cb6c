"""diff says what differs between two states, and what that means for accounts."""

import json
import subprocess
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from terminal import Desk

from govkit.report import schema
from govkit.sandbox import changes
from govkit.sandbox.console import Console


def told(desk: Desk, *sides: str) -> Any:
    found = json.loads(desk.does("diff", *sides, "--format", "json").out)
    Draft202012Validator(schema("differences")).validate(found)
    return found


def stricter(desk: Desk) -> None:
    layout = yaml.safe_load((desk.folder / "org_layout.yaml").read_text())
    statements = layout["guardrails"]["keep-keys"]["policy"]["Statement"]
    statements.append({"Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*"})
    desk.layout(layout)


@pytest.mark.parametrize(
    ("sides", "key", "verdict"),
    [
        ((), "newly_denied", "strengthens"),
        (("aws", "layout"), "newly_denied", "strengthens"),
        (("layout", "aws"), "newly_allowed", "weakens"),
        (("now.json", "layout"), "newly_denied", "strengthens"),
        (("git:HEAD", "layout"), "newly_denied", "strengthens"),
        (("layout", "git:HEAD"), "newly_allowed", "weakens"),
    ],
)
def test_what_differs_is_told_with_what_it_means_for_accounts(
    sides: tuple[str, ...], key: str, verdict: str, done: Desk
) -> None:
    done.does("snapshot", "-o", "now.json")
    for command in (
        ("init", "-q"),
        ("add", "org_layout.yaml"),
        ("-c", "user.email=a@b", "-c", "user.name=x", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *command], cwd=done.folder, check=True)  # noqa: S607 - git's own words
    stricter(done)
    found = told(done, *sides)
    assert {one["verdict"] for one in found["effects"]} == {verdict}
    (requests,) = found["effects"][0][key]
    assert requests["actions"] == ["kms:DisableKey"]
    assert requests["witness"]["action"] == "kms:DisableKey"
    said = done.does("diff", *sides).out
    assert "What it means for accounts" in said
    assert f"{key.replace('_', ' ')} kms:DisableKey" in said
    comment = done.does("diff", *sides, "--format", "markdown").out
    assert "**What it means for accounts**" in comment
    assert f"{key.replace('_', ' ')} kms:DisableKey" in comment


def test_between_two_snapshots_too(done: Desk) -> None:
    done.does("snapshot", "-o", "then.json")
    changes.detach(Console(done.sandbox), "keep-keys", "Workloads/Prod")
    done.does("snapshot", "-o", "now.json")
    found = told(done, "then.json", "now.json")
    assert {one["verdict"] for one in found["effects"]} == {"weakens"}
    assert told(done, "now.json", "now.json")["effects"] == []


def test_what_is_no_matter_of_guardrails_means_nothing(done: Desk) -> None:
    assert told(done, "layout", "layout")["effects"] == []
    assert "What it means" not in done.does("diff", "layout", "layout").out
