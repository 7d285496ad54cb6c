"""Slips of everyday: names with a letter missing, files that are not there, and what is left of a plan."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from terminal import Desk

NOT_UTF8 = os.fsdecode(b"lay\xffout.yaml")
MANY = ("--allow", "max_deletes=9")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["why", "payments-prd", "s3:GetObject"], "payments-prod"),
        (["why", "serch-dev", "s3:GetObject", "--offline"], "search-dev"),
        (["effective", "--account", "audti"], "audit"),
        (["effective", "--account", "Workload"], "/Workloads"),
        (["effective", "--account", "Workloads/Prd"], "/Workloads/Prod"),
        (["effective", "--account", "Workloads/Prd", "--offline"], "/Workloads/Prod"),
        (["release", "keep-bucket", "--account", "payments-prod", "--reason", "x"], "keep-buckets"),
        (
            ["release", "keep-buckets", "--account", "payments-prd", "--reason", "x"],
            "payments-prod",
        ),
        (["detach", "keep-key", "--from", "Workloads/Prod", "--reason", "x"], "keep-keys"),
        (["detach", "keep-bucket", "--from", "Workloads/Prod", "--reason", "x"], "keep-buckets"),
        (["detach", "keep-keys", "--from", "/Workloads/Prd", "--reason", "x"], "Workloads/Prod"),
        (["detach", "keep-keys", "--from", "adit", "--reason", "x"], "audit"),
    ],
)
def test_a_mistyped_name_is_answered_with_what_may_be_meant(
    finished: Desk, arguments: list[str], meant: str
) -> None:
    ran = finished.run(*arguments)
    assert ran.code == 64
    assert f'Did you mean "{meant}"?' in ran.err


def test_a_name_that_is_like_nothing_is_answered_with_how_things_are_named(finished: Desk) -> None:
    assert "Give its ID." in finished.run("why", "xyzzy", "s3:GetObject").err
    assert "Give its ID." in finished.run("why", "xyzzy", "s3:GetObject", "--offline").err
    ran = finished.run("detach", "keep-keys", "--from", "xyzzy", "--reason", "x")
    assert "Name an OU by its path" in ran.err
    ran = finished.run("detach", "xyzzy", "--from", "/", "--reason", "x")
    assert "govkit show tree --live" in ran.err


def test_nothing_else_is_guessed_for_a_guardrail_that_there_is(done: Desk) -> None:
    """Whoever pulls the brake twice must not be led to another guardrail."""
    pull = ("detach", "keep-keys", "--from", "Workloads/Prod", "--reason", "INC-7", "--yes")
    done.does(*pull)
    again = done.does(*pull)
    assert "Did you mean" not in again.err
    assert "It is off already, pinned until 20" in again.err
    assert "INC-7" in again.err
    elsewhere = done.run("detach", "keep-buckets", "--from", "Security", *pull[4:])
    assert elsewhere.code == 64
    assert "Did you mean" not in elsewhere.err
    freed = ("release", "keep-keys", "--account", "payments-prod", "--reason", "x", "--yes")
    ran = done.run(*freed)
    assert ran.code == 64
    assert "Did you mean" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "nope.json", "--yes"],
        ["--snapshot", "nope.json", "plan"],
        ["diff", "aws", "nope.json"],
        ["lint", "nope.json"],
        ["compare", "nope.json", "nope.json"],
        ["simulate", "nope.json"],
        ["generate-policy", "--from", "nope.json"],
        ["sandbox", "change", "create-policy", "x", "nope.json"],
        ["--sandbox", "nope.json", "plan"],
    ],
)
def test_a_file_that_is_not_there_is_wrong_usage_whatever_the_command(
    template: Desk, arguments: list[str]
) -> None:
    ran = template.run(*arguments)
    assert ran.code == 64
    assert "nope.json" in ran.err
    assert "Errno" not in ran.err


def test_a_document_that_is_no_text_is_wrong_usage_in_the_console_too(done: Desk) -> None:
    (done.folder / "bytes.json").write_bytes(b"\xff")
    ran = done.run("sandbox", "change", "edit", "keep-keys", "--content", "bytes.json")
    assert ran.code == 64
    assert "bytes.json: this is not UTF-8." in ran.err


def test_who_chose_a_sandbox_that_is_none_is_said(table: Desk) -> None:
    ran = Desk(table.folder, {"GOVKIT_SANDBOX": "nowhere"}).run("plan")
    assert ran.code == 64
    assert "nowhere is not a sandbox, and GOVKIT_SANDBOX names it." in ran.err
    (table.folder / "hollow").mkdir(exist_ok=True)
    ran = table.run("--sandbox", "hollow", "sandbox", "show")
    assert "hollow holds no sandbox." in ran.err
    assert "govkit --sandbox hollow sandbox new\n" in ran.err


def test_the_commands_named_next_are_about_the_same_sandbox(table: Desk) -> None:
    """Another one than the environment names: what is copied must not change that one."""
    shutil.copytree(table.sandbox, table.folder / "other", dirs_exist_ok=True)
    assert "Next: govkit --sandbox other apply" in table.run("--sandbox", "other", "plan").out
    assert "Next: govkit apply" in table.run("plan").out


def test_a_sandbox_that_cannot_be_locked_is_not_said_to_be_none(table: Desk) -> None:
    (table.sandbox / "lock").unlink(missing_ok=True)
    (table.sandbox / "lock").mkdir()
    ran = table.run("sandbox", "change", "detach", "keep-buckets", "Workloads/Dev")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "The sandbox cannot be written")


def test_a_folder_that_cannot_be_made_is_told_as_such(table: Desk) -> None:
    (table.folder / "file").write_text("")
    ran = table.run("render", "--out", "file/below")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "The folder cannot be made")
    ran = table.run("--layout", "file/org_layout.yaml", "--sandbox", "fresh", "demo")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "The layout cannot be written")


def test_files_whose_names_are_no_utf8_are_files_like_any_other(table: Desk) -> None:
    shutil.copy(table.folder / "org_layout.yaml", table.folder / NOT_UTF8)
    table.does("--layout", NOT_UTF8, "plan", "--out", "plan.json")
    told = json.loads((table.folder / "plan.json").read_text())
    assert told["layout"]["path"] == NOT_UTF8
    table.does("--layout", NOT_UTF8, "apply", "plan.json", "--yes")


@pytest.mark.parametrize("rail", ["adopt", "reparent", "names", "last_policy"])
def test_a_rail_that_nothing_lets_pass_is_told_from_one_that_there_is_not(
    template: Desk, rail: str
) -> None:
    ran = template.run("plan", "--allow", f"{rail}=1")
    assert ran.code == 64
    assert f"nothing lets rail {rail} pass" in ran.err


def _changed(desk: Desk, **sections: object) -> None:
    layout = yaml.safe_load((desk.folder / "org_layout.yaml").read_text())
    desk.layout({**layout, **sections})


def test_what_is_another_ones_share_is_not_said_to_be_as_it_should(done: Desk) -> None:
    done.does("sandbox", "change", "move", "payments-dev", "/")
    ran = done.does("apply", "--yes", "--authority", "policies")
    assert "No changes" not in ran.out
    assert "1 step is left. Next: govkit apply --authority structure" in ran.out
    assert "Left to do\n  move account payments-dev" in ran.out


def test_what_appeared_since_a_plan_that_is_done_is_listed(done: Desk) -> None:
    done.does("sandbox", "change", "move", "payments-dev", "/")
    done.does("plan", "--out", "plan.json")
    done.does("apply", "plan.json", "--yes")
    done.does("sandbox", "change", "detach", "keep-keys", "audit")
    ran = done.does("apply", "plan.json", "--yes")
    assert "No changes" not in ran.out
    assert "1 step is left. Next: govkit plan" in ran.out
    assert "Not in the reviewed plan, and not done\n  attach SCP keep-keys to account" in ran.out
    assert ran.out.endswith("Nothing to do. Next: govkit plan\n")


def test_the_same_file_is_named_where_a_plan_is_to_be_made_again(done: Desk) -> None:
    done.does("sandbox", "change", "move", "payments-dev", "/")
    done.does("plan", "--out", "the move.json")
    done.does("sandbox", "change", "move", "payments-dev", "Workloads")
    ran = done.run("apply", "the move.json", "--yes")
    assert ran.code == 5
    assert "plan --out 'the move.json'" in ran.err
    told = json.loads((done.folder / "the move.json").read_text())
    told["fingerprint"] = "sha256:0"
    (done.folder / "the move.json").write_text(json.dumps(told))
    ran = done.run("apply", "the move.json", "--yes")
    assert "plan --out 'the move.json'" in ran.err


def test_a_closure_is_counted_as_one_and_its_account_is_affected(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["accounts"]["payments-dev"]["close"] = True
    done.layout(layout)
    assert "Plan: 1 to close; 1 account affected." in done.does("plan").out


def test_an_error_of_the_layout_refuses_a_plan_whatever_is_allowed(done: Desk) -> None:
    """Its summary does not lead to an override that would be refused as well."""
    _changed(done, expect=[{"deny": "kms:ScheduleKeyDeletion", "in": "Workloads"}])
    done.does("sandbox", "change", "move", "payments-dev", "/")
    ran = done.run("plan")
    assert ran.code == 4
    assert "Plan refused: 1 to move. Next: govkit plan\n" in ran.out


def test_the_way_back_keeps_what_was_allowed(done: Desk) -> None:
    run = json.loads(done.does("history", "--format", "json").out)["runs"][-1]["id"]
    ran = done.does("rollback", run, "--dry-run", *MANY)
    assert f"Next: govkit rollback {run} --allow max_deletes=9\n" in ran.out


def test_a_journal_with_nothing_in_it_leads_nowhere_and_says_so(done: Desk) -> None:
    (journal,) = Path(done.folder / ".govkit" / "runs").glob("*.jsonl")
    journal.write_text("")
    ran = done.run("rollback", journal.stem)
    assert (ran.code, ran.err.splitlines()[0]) == (1, "Nothing to go back from")


def test_a_delegation_without_trusted_access_is_refused_before_aws_does(done: Desk) -> None:
    services = {
        "trusted_access": ["config.amazonaws.com"],
        "delegated_administrators": {"audit": ["config.amazonaws.com", "guardduty.amazonaws.com"]},
    }
    _changed(done, services=services)
    ran = done.run("apply", "--yes")
    assert ran.code == 4
    assert "AWS delegates guardduty.amazonaws.com only where it has trusted access" in ran.err
    services["trusted_access"] = ["config.amazonaws.com", "guardduty.amazonaws.com"]
    _changed(done, services=services)
    done.does("apply", "--yes")


def test_where_nobody_may_look_at_trusted_access_a_delegation_is_left_to_aws(done: Desk) -> None:
    done.does("snapshot", "-o", "live.json")
    path = done.folder / "live.json"
    _changed(done, services={"delegated_administrators": {"audit": ["guardduty.amazonaws.com"]}})
    assert done.run("--snapshot", "live.json", "plan").code == 4
    live = json.loads(path.read_text())
    live["unseen"] = [*live["unseen"], "trusted_access"]
    path.write_text(json.dumps(live))
    assert "guardduty.amazonaws.com" in done.does("--snapshot", "live.json", "plan").out


@pytest.mark.parametrize(
    "more", [["-f", "markdown"], ["--out", "plan.json"], ["--write", "json=plan.json"]]
)
def test_permissions_come_as_json_alone(template: Desk, more: list[str]) -> None:
    assert template.run("plan", "--permissions", *more).code == 64
    assert template.does("plan", "--permissions", "-f", "json").out.startswith("{")


def test_no_snapshot_is_made_from_a_snapshot(table: Desk) -> None:
    (table.folder / "none.json").write_text("[]")
    ran = table.run("--snapshot", "none.json", "plan")
    assert "      govkit snapshot -o FILE" in ran.err
