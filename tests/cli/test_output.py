"""What goes where: data on stdout, all else on stderr, colour and files as they were asked for."""

import json
import os
import stat
import subprocess

import pytest
from jsonschema import Draft202012Validator
from terminal import GOVKIT, Desk

from govkit.report import schema

ESCAPE = "\x1b["


def _shell(table: Desk, line: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S602 - a pipe of a shell is what is tried
        line,
        shell=True,
        executable="/bin/bash",
        cwd=table.folder,
        env={**os.environ, **table.variables, "GOVKIT": GOVKIT},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command", ["plan --format json", "render", "schema", "sandbox show", "--help"]
)
def test_a_reader_that_leaves_early_makes_no_traceback(template: Desk, command: str) -> None:
    ran = _shell(template, f"set -o pipefail; {GOVKIT} {command} | head -c 1 > /dev/null; true")
    assert ran.returncode == 0
    assert not ran.stderr or ran.stderr.endswith("Next: govkit plan\n")


def test_a_reader_that_leaves_early_stops_no_apply(table: Desk) -> None:
    ran = _shell(
        table, f"{GOVKIT} apply --yes 2>&1 >/dev/null | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    assert ran.returncode == 0
    assert "No changes." in table.does("plan").out


def test_a_full_device_is_no_traceback(template: Desk) -> None:
    ran = _shell(template, f"{GOVKIT} plan > /dev/full")
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr


def test_colour_is_for_terminals_and_who_asks(template: Desk) -> None:
    assert ESCAPE not in template.does("plan").said
    assert ESCAPE in template.does("--color", "always", "plan").out
    assert ESCAPE in template.does("plan", "--color=always").out
    template.environment["NO_COLOR"] = "1"
    try:
        assert ESCAPE not in template.does("plan").said
        assert ESCAPE in template.does("--color", "always", "plan").out
    finally:
        del template.environment["NO_COLOR"]


def test_files_are_never_coloured_and_belong_to_their_owner(table: Desk) -> None:
    table.does("--color", "always", "plan", "--write", "text=a.txt", "--write", "json=a.json")
    assert ESCAPE not in (table.folder / "a.txt").read_text()
    assert (table.folder / "a.txt").read_text() == table.does("plan").out
    assert (table.folder / "a.json").read_text() == table.does("plan", "-f", "json").out
    for name in ("a.txt", "a.json"):
        assert stat.S_IMODE((table.folder / name).stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_an_error(table: Desk) -> None:
    for arguments in (["--write", "json=none/a.json"], ["--out", "none/a.json"], ["--out", "."]):
        ran = table.run("plan", *arguments)
        assert ran.code == 1
        assert "cannot be written" in ran.err


def test_an_existing_file_keeps_its_mode_and_is_replaced_whole(table: Desk) -> None:
    path = table.folder / "kept.json"
    path.write_text("before")
    path.chmod(0o640)
    table.does("plan", "--out", "kept.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert json.loads(path.read_text())["format_version"] == "1.0"
    assert not list(table.folder.glob(".kept*"))


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("plan", "plan"),
        ("drift", "drift"),
        ("diff", "differences"),
        ("history", "history"),
        ("validate", "findings"),
    ],
)
def test_json_keeps_its_published_schema(
    finished: Desk, template: Desk, command: str, name: str
) -> None:
    for desk in (finished, template):
        told = json.loads(desk.run(command, "--format", "json").out)
        Draft202012Validator(schema(name)).validate(told)
    published = json.loads(template.does("schema", name).out)
    assert published == schema(name)


@pytest.mark.parametrize("command", ["plan", "drift", "diff", "history", "validate"])
def test_markdown_and_text_end_with_a_newline(finished: Desk, command: str) -> None:
    for format_ in ("text", "markdown", "json"):
        out = finished.run(command, "--format", format_).out
        assert out.endswith("\n")
        assert not out.endswith("\n\n")


def test_progress_and_notes_are_not_data(template: Desk) -> None:
    ran = template.does("plan", "--format", "json")
    assert ran.err == ""
    json.loads(ran.out)


def test_calls_are_shown_where_they_are_asked_for(template: Desk) -> None:
    assert "organizations:CreateAccount" not in template.does("plan").out
    shown = template.does("plan", "--calls").out
    assert shown.count("organizations:CreateAccount") == 2
    assert '"$id"' in shown
