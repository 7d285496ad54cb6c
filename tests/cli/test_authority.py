"""Who does what: plan and drift read by one role, policies and structure go by two others."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from journey import LAYOUT, LIVE, deny
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox.calls import is_read
from govkit.sandbox.faults import Fault, Kind, clear, plant

MANAGEMENT, TEAM = "111111111111", "333333333333"
RUN = {
    "read": f"arn:aws:iam::{MANAGEMENT}:role/govkit-read",
    "policies": f"arn:aws:iam::{TEAM}:role/govkit-policies",
    "structure": f"arn:aws:iam::{MANAGEMENT}:role/govkit-structure",
}
ROLES = ("govkit-read", "govkit-policies", "govkit-structure")
DELEGATED = [
    f"organizations:{action}"
    for action in (
        "CreatePolicy",
        "UpdatePolicy",
        "DeletePolicy",
        "AttachPolicy",
        "DetachPolicy",
        "EnablePolicyType",
        "ListPolicies",
        "TagResource",
        "UntagResource",
    )
]
POLICY_WRITES = {
    "CreatePolicy",
    "UpdatePolicy",
    "AttachPolicy",
    "DetachPolicy",
    "EnablePolicyType",
}


def _live(*actions: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{TEAM}:role/govkit-policies"},
        "Action": list(actions),
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {**LIVE, "resource_policy": policy}


def _table(table: Desk, live: Mapping[str, Any], run: Mapping[str, str] = RUN) -> None:
    build(live, table.sandbox, replace(SETTINGS, roles=ROLES, log_calls=True))
    table.layout({**LAYOUT, "run": dict(run)})


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        _table(found, _live(*DELEGATED))
        yield found


def _calls(table: Desk) -> list[tuple[str, str, Any]]:
    """Return who made which call: the role, its session's name, and the operation."""
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    return [(*one["caller"]["arn"].split("/")[1:], one["operation"]) for one in told]


def _left(out: str) -> list[str]:
    section = out.partition("Left to do\n")[2].partition("\n\n")[0]
    return [line.strip() for line in section.splitlines()]


@pytest.mark.parametrize("command", ["plan", "drift", "diff"])
def test_what_only_reads_is_done_by_the_role_that_reads(table: Desk, command: str) -> None:
    table.run(command)
    assert {role for role, _, operation in _calls(table) if operation != "AssumeRole"} == {
        "govkit-read"
    }
    assert [call for call in _calls(table) if call[2] == "AssumeRole"] == [
        ("administrator", "sandbox", "AssumeRole")
    ]


def test_each_step_of_an_apply_is_done_by_the_role_of_its_authority(table: Desk) -> None:
    ran = table.does("apply", "--yes")
    run = ran.err.partition("Run ")[2].partition(" ")[0]
    made = [call for call in _calls(table) if call[2] != "AssumeRole"]
    for role, session, operation in made:
        assert session == f"govkit-{run}"
        if is_read(operation):
            assert role == "govkit-read", operation
        elif operation in POLICY_WRITES:
            assert role == "govkit-policies", operation
        elif operation != "TagResource":
            assert role == "govkit-structure", operation
    assert {"CreatePolicy", "AttachPolicy", "MoveAccount", "CreateAccount"} <= {
        operation for _, _, operation in made
    }
    assert "No changes." in table.does("plan").out


def test_tags_of_a_policy_are_the_policies_roles_and_those_of_an_ou_the_structures(
    table: Desk,
) -> None:
    table.does("apply", "--yes")
    made = [
        (json.loads(line)["params"]["ResourceId"][:2], json.loads(line)["caller"]["arn"])
        for line in (table.sandbox / "calls.jsonl").read_text().splitlines()
        if json.loads(line)["operation"] == "TagResource"
    ]
    for resource, caller in made:
        assert ("govkit-policies" if resource == "p-" else "govkit-structure") in caller


def test_one_authoritys_share_is_done_and_the_rest_is_listed(table: Desk) -> None:
    """What waits for the other role's steps waits, also where only the order's laws say so."""
    turns = []
    for task in ("policies", "structure") * 3:
        ran = table.does("apply", "--yes", "--authority", task)
        turns.append((task, ran.out.splitlines()[-1]))
        if "left" not in ran.out.splitlines()[-1]:
            break
    assert "Next: govkit apply --authority structure" in turns[0][1]
    assert "Next: govkit apply --authority policies" in turns[1][1]
    assert "Next: govkit drift" in turns[-1][1]
    assert "No changes." in table.does("plan").out


def test_the_structures_share_writes_nothing_by_the_policies_role(table: Desk) -> None:
    ran = table.does("apply", "--yes", "--authority", "structure")
    writers = {role for role, _, operation in _calls(table) if not is_read(operation)}
    assert "govkit-policies" not in writers
    assert ", " in ran.out.splitlines()[-1]
    assert "left" in ran.out.splitlines()[-1]
    assert any(line.startswith("+ attach") or "attach" in line for line in _left(ran.out))


def test_where_nothing_of_the_share_is_left_that_is_no_failure(table: Desk) -> None:
    table.layout({**LAYOUT, "run": RUN, "guardrails": {}, "services": {}})
    ran = table.does("apply", "--yes", "--authority", "policies")
    assert "Applied: 0 of" in ran.out
    assert "Next: govkit apply --authority structure" in ran.out
    table.does("apply", "--yes", "--authority", "structure")
    assert "Nothing to do." in table.does("apply", "--yes", "--authority", "structure").err


def test_a_reviewed_plan_is_done_by_shares_too(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    total = len(json.loads((table.folder / "plan.json").read_text())["steps"])
    ran = table.does("apply", "plan.json", "--yes", "--authority", "policies")
    assert f" of {total} steps done" in ran.out
    table.does("apply", "plan.json", "--yes", "--authority", "structure")
    table.does("apply", "plan.json", "--yes", "--authority", "policies")
    assert table.run("apply", "plan.json", "--yes").code == 0
    assert "No changes." in table.does("plan").out


def test_there_are_three_authorities(table: Desk) -> None:
    ran = table.run("apply", "--yes", "--authority", "everything")
    assert ran.code == 64
    assert "policies, structure, member" in ran.err


def test_a_role_for_one_task_leaves_the_others_to_the_credentials_at_hand(bare: Desk) -> None:
    _table(bare, _live(*DELEGATED), {"policies": RUN["policies"]})
    bare.does("apply", "--yes")
    made = [call for call in _calls(bare) if call[2] != "AssumeRole"]
    assert {role for role, _, _ in made} == {"administrator", "govkit-policies"}
    assert {role for role, _, one in made if one == "AttachPolicy"} == {"govkit-policies"}


# --- denied ------------------------------------------------------------------------------------


def test_a_role_that_lacks_an_action_is_named_with_it_before_any_write(bare: Desk) -> None:
    _table(bare, _live("organizations:ListPolicies"))
    before = bare.content()
    ran = bare.run("apply", "--yes", "--authority", "policies")
    assert ran.code == 7, ran.said
    assert "Not allowed: organizations:EnablePolicyType" in ran.err
    assert f"role {RUN['policies']}" in ran.err
    assert bare.content() == before


def test_and_after_a_write_the_run_has_stopped(bare: Desk) -> None:
    _table(bare, _live("organizations:EnablePolicyType", "organizations:ListPolicies"))
    ran = bare.run("apply", "--yes", "--authority", "policies")
    assert ran.code == 6, ran.said
    assert "Not allowed: organizations:" in ran.err
    assert f"role {RUN['policies']}" in ran.err
    assert "Run the same command again to finish" in ran.err


def test_a_role_that_cannot_be_assumed_is_named(bare: Desk) -> None:
    nobody = f"arn:aws:iam::{MANAGEMENT}:role/nobody"
    _table(bare, LIVE, {"read": nobody})
    for command in ("plan", "drift"):
        ran = bare.run(command)
        assert ran.code == 7, ran.said
        assert "Not allowed: sts:AssumeRole" in ran.err
        assert nobody in ran.err


# --- doctor ------------------------------------------------------------------------------------


def test_doctor_says_of_each_role_what_it_may_do(table: Desk) -> None:
    ran = table.does("doctor")
    assert f"run.read         {RUN['read']} may read the organization" in ran.out
    assert "may look from member account 333333333333" in ran.out
    assert f"run.structure    {RUN['structure']} is in the management account" in ran.out


def test_doctor_says_what_a_role_lacks(bare: Desk) -> None:
    run = {
        "policies": RUN["policies"],
        "structure": f"arn:aws:iam::{TEAM}:role/govkit-structure",
        "read": f"arn:aws:iam::{MANAGEMENT}:role/nobody",
    }
    _table(bare, LIVE, {key: one for key, one in run.items() if key != "read"})
    ran = bare.run("doctor")
    assert ran.code == 3
    assert "BAD  run.policies     Not allowed: organizations:ListPolicies" in ran.out
    assert "is in a member account: OUs, accounts and services" in ran.out
    bare.layout({**LAYOUT, "run": {**run, "structure": RUN["structure"]}})
    ran = bare.run("doctor")
    assert f"BAD  run.read         {run['read']} cannot be assumed" in ran.out
    assert "Not allowed: sts:AssumeRole" in ran.out
    assert f"{RUN['structure']} may look from account {MANAGEMENT}" in ran.out


def test_credentials_that_end_in_the_middle_stop_the_run_and_it_can_be_finished(
    table: Desk,
) -> None:
    plant(table.sandbox, Fault(Kind.EXPIRED_TOKEN, "write", skip=4, times=1))
    assert table.run("apply", "--yes").code == 6
    clear(table.sandbox)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


def test_a_guardrail_on_an_ou_yet_to_be_made_waits_for_the_structure(table: Desk) -> None:
    guardrails = {"keep": {"policy": deny("Keep", "s3:DeleteBucket"), "attach": ["Later"]}}
    table.layout(
        {
            "version": 1,
            "organization": {"id": "o-exampleorgid"},
            "ous": {"Later": None},
            "guardrails": guardrails,
            "run": RUN,
        }
    )
    ran = table.does("apply", "--yes", "--authority", "policies")
    assert "Applied: 1 of 3 steps done, 2 left." in ran.out
    assert _left(ran.out) == ["create OU /Later", "attach SCP keep to OU /Later"]
    table.does("apply", "--yes", "--authority", "structure")
    ran = table.does("apply", "--yes", "--authority", "policies")
    assert "Applied: 1 of 1 step done." in ran.out
