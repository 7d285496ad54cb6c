"""A reviewed plan: its steps are done once, also by a run that follows a stopped one."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from terminal import Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant

SAYS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}
LAYOUT: dict[str, Any] = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "ous": {"Work": {"tags": {"tier": "prod"}}},
    "accounts": {"new": {"ou": "Work", "create": True, "email": "aws+new@example.com"}},
    "guardrails": {"keep": {"policy": SAYS, "attach": ["Work"]}},
}
WRITES = ("TagResource", "CreatePolicy", "AttachPolicy", "CreateAccount", "MoveAccount")


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        build({}, found.sandbox)
        found.layout(LAYOUT)
        found.does("plan", "--out", "plan.json")
        yield found


@pytest.mark.parametrize("operation", WRITES)
def test_a_reviewed_plan_that_was_stopped_anywhere_is_finished_by_the_same_command(
    table: Desk, operation: str
) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, operation))
    assert table.run("apply", "plan.json", "--yes").code == 6
    again = table.does("apply", "plan.json", "--yes")
    assert "Done already: create OU /Work" in again.err
    assert table.run("plan", "--detailed-exitcode").code == 0


def test_a_reviewed_plan_that_is_done_says_so_for_each_step_in_its_order(table: Desk) -> None:
    first = table.does("apply", "plan.json", "--yes")
    content = table.content()
    again = table.does("apply", "plan.json", "--yes")
    done = re.findall(r"(?m)^\[ *\d+/\d+\] . (.*)  done$", first.err)
    assert len(done) == len(json.loads((table.folder / "plan.json").read_text())["steps"])
    told = [line for line in again.err.splitlines() if line.startswith("Done already")]
    assert told == [f"Done already: {words}" for words in done]
    assert table.content() == content


def test_a_reviewed_step_that_needs_what_only_an_unreviewed_one_would_make_is_stale(
    table: Desk,
) -> None:
    table.does("apply", "plan.json", "--yes")
    more = {**LAYOUT, "ous": {**LAYOUT["ous"], "More": None}}
    more["guardrails"] = {"keep": {"policy": SAYS, "attach": ["Work", "More"]}}
    table.layout(more)
    table.does("plan", "--out", "plan.json")
    console = Console(table.sandbox)
    changes.detach(console, "keep", "Work")
    changes.delete_policy(console, "keep")
    content = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5, ran.said
    assert "expected policy:scp/keep, found nothing there" in ran.err
    assert table.content() == content


@pytest.mark.parametrize("wrong", [7, "no address", None, ["ou:/A"]])
def test_a_plan_file_whose_steps_are_no_steps_is_refused(table: Desk, wrong: object) -> None:
    path = table.folder / "plan.json"
    plan = json.loads(path.read_text())
    plan["steps"][0]["address"] = wrong
    path.write_text(json.dumps(plan))
    assert table.run("apply", "plan.json", "--yes").code == 1


@pytest.mark.parametrize("operation", WRITES)
def test_a_fingerprint_is_enough_to_finish_what_was_stopped_anywhere(
    table: Desk, operation: str
) -> None:
    """What is left has another fingerprint; the stopped run's journal knows what was reviewed."""
    told = json.loads((table.folder / "plan.json").read_text())["fingerprint"]
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, operation))
    assert table.run("apply", "--yes", "--expect", told).code == 6
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "MoveAccount"))
    stopped = table.run("apply", "--yes", "--expect", told.removeprefix("sha256:"))
    assert stopped.code == (7 if operation == "MoveAccount" else 6)  # 7: before its first write
    again = table.does("apply", "--yes", "--expect", told)
    assert "Done already: create OU /Work" in again.err
    assert table.run("plan", "--detailed-exitcode").code == 0
    assert "Nothing to do." in table.does("apply", "--yes", "--expect", told).err


def test_the_journal_of_another_review_is_no_evidence(table: Desk) -> None:
    told = json.loads((table.folder / "plan.json").read_text())["fingerprint"]
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "CreatePolicy"))
    assert table.run("apply", "--yes", "--expect", told).code == 6
    ran = table.run("apply", "--yes", "--expect", "sha256:" + "0" * 64)
    assert ran.code == 5
    assert "Expected the plan sha256:000" in ran.err


@pytest.mark.parametrize("expect", ["", "a", "sha256:"])
def test_a_part_of_a_fingerprint_is_none(table: Desk, expect: str) -> None:
    assert table.run("apply", "--yes", "--expect", expect).code == 5
