"""What was reviewed is what is applied: a plan file is evidence, never a program."""

import json
import stat
from typing import Any

import pytest
import yaml
from terminal import Desk

from govkit.model.evidence import fingerprint
from govkit.plan.document import reviewed
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant


def _layout(table: Desk) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    return told


def _plan(table: Desk) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((table.folder / "plan.json").read_text())
    return told


def test_a_reviewed_plan_is_applied(table: Desk) -> None:
    ran = table.does("plan", "--out", "plan.json")
    assert ran.out.endswith("Next: govkit apply plan.json\n")
    assert stat.S_IMODE((table.folder / "plan.json").stat().st_mode) == 0o600
    assert "21 of 21 steps done" in table.does("apply", "plan.json", "--yes").out
    assert "No changes." in table.does("plan").out


def test_two_plans_of_one_day_are_the_same_bytes(table: Desk) -> None:
    table.does("plan", "--out", "one.json")
    table.does("plan", "--out", "two.json")
    one = (table.folder / "one.json").read_bytes()
    assert one == (table.folder / "two.json").read_bytes()
    assert one == table.does("plan", "--format", "json").out.encode()


@pytest.mark.parametrize("keep", [0, 1, 40, 400, -1, -2, -3])
def test_a_truncated_plan_file_is_refused(table: Desk, keep: int) -> None:
    table.does("plan", "--out", "plan.json")
    path = table.folder / "plan.json"
    path.write_text(path.read_text().rstrip("\n")[:keep])
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "truncated" in ran.err
    assert table.content() == before


def test_an_altered_plan_file_is_refused(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    plan, before = _plan(table), table.content()
    altered = [
        {**plan, "steps": plan["steps"][:-1]},
        {**plan, "steps": [{**plan["steps"][0], "action": "disable"}, *plan["steps"][1:]]},
        {**plan, "steps": [{**plan["steps"][2], "after": {"name": "X"}}, *plan["steps"][1:]]},
        {**plan, "organization": "o-anotherorgid"},
        {**plan, "fingerprint": "sha256:" + "0" * 64},
    ]
    for one in altered:
        (table.folder / "plan.json").write_text(json.dumps(one))
        ran = table.run("apply", "plan.json", "--yes")
        assert ran.code == 1
        assert "fingerprint that does not fit" in ran.err
    assert table.content() == before


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "1", '{"steps": 1}', '"plan"', "[" * 100_000, "\udcff"]
)
def test_what_is_no_plan_is_refused(table: Desk, text: str) -> None:
    (table.folder / "plan.json").write_bytes(text.encode(errors="surrogateescape"))
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 1, ran.said
    assert "lan file" in ran.err


def test_a_plan_of_a_later_format_is_refused(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    (table.folder / "plan.json").write_text(json.dumps({**_plan(table), "format_version": "2.0"}))
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 1
    assert "has format 2.0; this govkit reads 1.0" in ran.err
    (table.folder / "plan.json").write_text(
        json.dumps({**_plan(table), "format_version": "1.9", "more": 1})
    )
    assert table.run("apply", "plan.json", "--yes").code == 0


def test_the_calls_in_a_plan_file_are_for_reading_only(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    plan = _plan(table)
    for step in plan["steps"]:
        step["calls"] = [
            {"service": "organizations", "operation": "DeleteOrganization", "parameters": {}}
        ]
        step["accounts"] = 0
    (table.folder / "plan.json").write_text(json.dumps(plan))
    table.does("apply", "plan.json", "--yes")
    assert "No changes." in table.does("plan").out


def test_a_plan_for_another_organization_is_stale(table: Desk, done: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    plan = _plan(table)
    marks = reviewed((table.folder / "plan.json").read_text(), "plan.json").marks
    plan |= {"organization": "o-anotherorgid", "fingerprint": fingerprint("o-anotherorgid", marks)}
    (table.folder / "plan.json").write_text(json.dumps(plan))
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "o-anotherorgid" in ran.err


def test_what_somebody_else_undid_is_stale_and_named(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    changes.edit_policy(Console(table.sandbox), "keep-buckets", description="changed since")
    changes.move_account(Console(table.sandbox), "payments-prod", "Old")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "move account:payments-prod: expected" in ran.err
    assert "ou:/Old" in ran.err
    assert "Nothing was written" in ran.err
    assert table.content() == before


def test_a_layout_changed_since_the_review_is_stale(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    layout = _layout(table)
    layout["guardrails"]["keep-keys"]["policy"]["Statement"][0]["Action"] = ["kms:*"]
    table.layout(layout)
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "policy:scp/keep-keys: it was reviewed to become " in ran.err
    assert 'and is to become {"document":' in ran.err
    assert max(map(len, ran.err.splitlines())) < 900
    assert table.content() == before


def test_steps_that_appeared_since_are_listed_and_not_done(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    layout = _layout(table)
    layout["ous"]["Later"] = None
    table.layout(layout)
    ran = table.does("apply", "plan.json", "--yes")
    assert "21 of 21 steps done" in ran.out
    assert "Not in the reviewed plan, and not done\n  create OU /Later\n" in ran.out
    assert b'"Later"' not in table.content()
    again = json.loads(table.does("plan", "--format", "json").out)
    assert [step["address"] for step in again["steps"]] == ["ou:/Later"]


def test_what_an_earlier_run_did_of_a_reviewed_plan_is_done(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "write", skip=8, times=99))
    assert table.run("apply", "plan.json", "--yes").code == 6
    clear(table.sandbox)
    ran = table.does("apply", "plan.json", "--yes")
    assert "Done already: enable trusted access of config.amazonaws.com" in ran.err
    assert "No changes." in table.does("plan").out
    last = table.does("apply", "plan.json", "--yes")
    assert "Nothing to do." in last.err


@pytest.mark.parametrize("write", [0, 9, 15, 17, 20])
def test_a_reviewed_plan_that_was_killed_is_finished_by_the_same_command(
    table: Desk, write: int
) -> None:
    """Also where a thing is changed by several of its steps: adopted then updated, made then moved."""
    table.does("plan", "--out", "plan.json")
    plant(table.sandbox, Fault(Kind.KILL_AFTER, "write", skip=write))
    assert table.dies("apply", "plan.json", "--yes") == 9
    clear(table.sandbox)
    table.does("apply", "plan.json", "--yes")
    assert "No changes." in table.does("plan").out


def test_a_fingerprint_is_evidence_too(table: Desk) -> None:
    expected = json.loads(table.does("plan", "--format", "json").out)["fingerprint"]
    changes.rename_ou(Console(table.sandbox), "Old", "Older")
    before = table.content()
    assert table.run("apply", "--yes", "--expect", expected).code == 5
    assert table.content() == before
    changes.rename_ou(Console(table.sandbox), "Older", "Old")
    table.does("apply", "--yes", "--expect", expected.removeprefix("sha256:"))


@pytest.mark.parametrize("first", ["plan.json", "--expect"])
@pytest.mark.parametrize("write", [0, 9, 18])
def test_a_killed_apply_is_finished_by_the_fingerprint_that_was_reviewed(
    table: Desk, write: int, first: str
) -> None:
    """What is left has another one; the journal knows the steps behind the reviewed one, and only those."""
    table.does("plan", "--out", "plan.json")
    expected = _plan(table)["fingerprint"]
    reviewed = [first] if first == "plan.json" else [first, expected]
    plant(table.sandbox, Fault(Kind.KILL_AFTER, "write", skip=write))
    assert table.dies("apply", *reviewed, "--yes") == 9
    clear(table.sandbox)
    table.layout({**_layout(table), "ous": {**_layout(table)["ous"], "Later": None}})
    ran = table.does("apply", "--yes", "--expect", expected)
    assert "Not in the reviewed plan, and not done\n  create OU /Later" in ran.out
    left = json.loads(table.does("plan", "--format", "json").out)["steps"]
    assert [one["address"] for one in left] == ["ou:/Later"]
    assert table.run("apply", "--yes", "--expect", "sha256:" + "0" * 64).code == 5


def test_the_fingerprint_is_the_same_from_a_layout_split_into_files(table: Desk) -> None:
    whole = json.loads(table.does("plan", "--format", "json").out)
    layout = _layout(table)
    parts = {key: layout.pop(key) for key in ("accounts", "guardrails")}
    for key, part in parts.items():
        (table.folder / f"{key}.yaml").write_text(yaml.safe_dump({key: part}))
    table.layout({**layout, "include": ["accounts.yaml", "guardrails.yaml"]})
    split = json.loads(table.does("plan", "--format", "json").out)
    assert split["fingerprint"] == whole["fingerprint"]
    assert split["layout"]["sha256"] != whole["layout"]["sha256"]
    assert [step["address"] for step in split["steps"]] == [
        step["address"] for step in whole["steps"]
    ]


def _an_exemption_is_over(table: Desk) -> None:
    way = ["--guardrail", "keep-keys", "--account", "payments-prod", "--reason", "They rotate"]
    table.does("exempt", "add", "way", *way, "--owner", "jane@example.com", "--days", "1")
    table.does("apply", "--yes")
    table.environment["GOVKIT_TODAY"] = "2026-12-20"


def test_a_plan_file_knows_that_it_takes_out_what_has_expired(table: Desk) -> None:
    _an_exemption_is_over(table)
    assert table.run("drift").out.endswith("Next: govkit plan --expired\n")
    assert table.does("plan", "--expired").out.endswith("Next: govkit apply --expired\n")
    ran = table.does("plan", "--expired", "--out", "plan.json")
    assert ran.out.endswith("Next: govkit apply plan.json\n")
    assert _plan(table)["asked"] == {"only": [], "baseline": False, "expired": True}
    assert "1 of 1 step done" in table.does("apply", "plan.json", "--yes").out
    assert "No changes." in table.does("plan", "--expired").out


def test_a_plan_file_knows_what_it_was_limited_to(table: Desk) -> None:
    table.does("plan", "--only", "guardrail:cost-tags", "--out", "plan.json")
    ran = table.does("apply", "plan.json", "--yes")
    assert "Not in the reviewed plan" not in ran.out
    assert ran.out.endswith("Next: govkit --only guardrail:cost-tags drift\n")


@pytest.mark.parametrize("made", [[], ["--only", "guardrail:cost-tags"]], ids=["all", "a part"])
def test_a_plan_file_is_done_whole_or_not_at_all(table: Desk, made: list[str]) -> None:
    """Another part than it is of is wrong usage, and not as if somebody had changed anything."""
    table.does("plan", *made, "--out", "plan.json")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes", "--only", "guardrail:keep-keys")
    assert ran.code == 64, ran.said
    what = "--only guardrail:cost-tags" if made else "everything, without --only"
    assert f"plan.json was made of {what};" in ran.err
    assert "govkit --only guardrail:keep-keys plan --out plan.json" in ran.err
    assert table.content() == before


def test_a_plan_file_may_be_told_again_what_it_is_of(table: Desk) -> None:
    part = ["--only", "guardrail:cost-tags", "--only", "guardrail:keep-keys"]
    table.does("plan", *part, "--out", "plan.json")
    table.does("apply", "plan.json", "--yes", *part[2:], *part[:2])


def test_a_step_that_the_layout_no_longer_asks_for_is_stale_and_said_to_be_so(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    layout = _layout(table)
    del layout["services"]["delegated_administrators"]
    table.layout(layout)
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "it is as it was reviewed, and the plan of today has no such step." in ran.err


def test_the_file_of_an_older_govkit_is_compared_as_the_options_say(table: Desk) -> None:
    _an_exemption_is_over(table)
    table.does("plan", "--expired", "--out", "plan.json")
    plan = _plan(table)
    del plan["asked"]
    (table.folder / "plan.json").write_text(json.dumps(plan))
    assert table.run("apply", "plan.json", "--yes").code == 5
    assert "1 of 1 step done" in table.does("apply", "plan.json", "--yes", "--expired").out


@pytest.mark.parametrize("asked", [[], {"only": [1], "baseline": True, "expired": False}, 3])
def test_a_plan_file_of_no_part_that_there_is_is_refused(table: Desk, asked: Any) -> None:
    table.does("plan", "--out", "plan.json")
    (table.folder / "plan.json").write_text(json.dumps({**_plan(table), "asked": asked}))
    assert table.run("apply", "plan.json", "--yes").code == 1


def test_without_a_terminal_the_command_to_type_applies_the_same_plan(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    ran = table.run("apply", "--change", "T 1", "plan.json")
    assert ran.code == 64
    assert ran.err.endswith("govkit apply --change 'T 1' plan.json --yes\n")
