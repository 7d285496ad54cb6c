"""A snapshot answers every reading command, says its age, and cannot be written to."""

import json
import stat

import pytest
from terminal import Desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console


@pytest.fixture
def taken(table: Desk) -> Desk:
    table.does("snapshot", "--out", "now.json")
    return table


def test_a_plan_from_a_snapshot_is_the_plan(taken: Desk) -> None:
    live = taken.does("plan", "--format", "json").out
    offline = taken.does("--snapshot", "now.json", "plan", "--format", "json")
    assert offline.out == live
    assert offline.err == "From a snapshot of 2026-11-23, made today.\n"
    assert stat.S_IMODE((taken.folder / "now.json").stat().st_mode) == 0o600


def test_its_age_is_said(taken: Desk) -> None:
    for day, words in (("2026-11-24", "1 day old"), ("2026-12-03", "10 days old")):
        taken.environment["GOVKIT_TODAY"] = day
        assert words in taken.run("--snapshot", "now.json", "drift").err


@pytest.mark.parametrize(
    "command",
    [["drift"], ["diff"], ["show", "--live"], ["show", "tree"], ["account", "ids"], ["plan"]],
    ids=" ".join,
)
def test_every_reading_command_takes_it(taken: Desk, command: list[str]) -> None:
    live = taken.run(*command)
    (taken.sandbox / "sandbox.json").unlink()  # nothing but the snapshot is left
    offline = taken.run("--snapshot", "now.json", *command)
    assert offline.code == live.code
    if "tree" not in command:  # what comes next asks the snapshot, too
        assert offline.out.replace("govkit --snapshot now.json", "govkit") == live.out


def test_it_cannot_be_written_to(taken: Desk) -> None:
    before = taken.content()
    ran = taken.run("--snapshot", "now.json", "apply", "--yes")
    assert ran.code == 64
    assert "A snapshot cannot be written to" in ran.err
    assert ran.out == ""  # nor is a plan made first, and refused by a rail
    assert taken.content() == before


def test_without_a_file_it_is_data(table: Desk) -> None:
    ran = table.does("snapshot")
    assert json.loads(ran.out)
    assert ran.err == ""


def test_two_snapshots_and_the_layout_are_compared(taken: Desk) -> None:
    changes.move_account(Console(taken.sandbox), "payments-dev", "Old")
    taken.does("snapshot", "-o", "later.json")
    ran = taken.run("diff", "now.json", "later.json", "--exit-code")
    assert ran.code == 2
    assert "payments-dev" in ran.out
    assert taken.run("diff", "now.json", "now.json", "--exit-code").code == 0
    assert taken.run("diff", "later.json", "aws", "--exit-code").code == 0
    assert taken.run("diff", "layout", "layout", "--exit-code").code == 0
    there, back = (
        json.loads(taken.does("diff", *sides, "--format", "json").out)["differences"]
        for sides in (("now.json", "later.json"), ("later.json", "now.json"))
    )
    assert len(there) == len(back) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\udcff", '{"format_version": "9.0"}'])
def test_what_is_no_snapshot_is_said_so(table: Desk, text: str) -> None:
    (table.folder / "s.json").write_bytes(text.encode(errors="surrogateescape"))
    ran = table.run("--snapshot", "s.json", "plan")
    assert ran.code == 1, ran.said
    assert "s.json" in ran.err or "snapshot" in ran.err.lower()
    assert table.run("--snapshot", "none.json", "plan").code == 64


def test_a_rename_that_is_done_is_noted_by_validate_plan_and_doctor_and_is_no_drift(
    done: Desk,
) -> None:
    assert "GK206" not in done.does("validate").out
    done.does("snapshot", "--out", "now.json")
    for command in ("validate", "plan"):
        said = done.does("--snapshot", "now.json", command).said
        assert (
            "note GK206  OU /Workloads/NonProd was /Workloads/Dev, and is renamed already." in said
        )
    assert "--   ou:/Workloads/NonProd" in done.does("doctor").out
    assert "GK206" not in done.run("drift").said
    assert done.run("--snapshot", "now.json", "validate", "--fail-on", "note").code == 3
