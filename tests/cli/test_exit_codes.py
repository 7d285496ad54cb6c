"""Every exit status that is promised, each provoked by what it is for."""

import json
import os
import stat
from pathlib import Path

import pytest
import yaml
from terminal import Desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant


def test_0_a_plan_with_changes_and_an_apply(table: Desk) -> None:
    assert table.run("plan").code == 0
    applied = table.run("apply", "--yes")
    assert applied.code == 0
    assert applied.out.endswith("Next: govkit drift\n")
    again = table.run("apply", "--yes")
    assert again.code == 0
    assert "Nothing to do." in again.err
    assert table.run("drift").code == 0


def test_1_what_fails_before_any_write(done: Desk) -> None:
    plant(done.sandbox, Fault(Kind.CONNECTION_LOST, "*", times=10_000))
    assert done.run("--timeout", "0", "plan").code == 1
    clear(done.sandbox)
    (done.folder / "plan.json").write_text("{}")
    assert done.run("apply", "plan.json", "--yes").code == 1


@pytest.mark.parametrize("command", [["rollback"], ["history", "verify"]])
def test_64_a_run_that_there_is_not(table: Desk, done: Desk, command: list[str]) -> None:
    ran = table.run(*command, "20200101T000000Z-00000000")
    assert ran.code == 64
    assert "No such run" in ran.err
    assert "No run is." in ran.err
    assert "govkit history" in ran.err
    assert not (table.folder / ".govkit").exists()
    (path,) = (done.folder / ".govkit" / "runs").iterdir()
    ran = done.run(*command, f"{path.stem[:-1]}x")
    assert ran.code == 64
    assert f'Did you mean "{path.stem}"? The latest is {path.stem}.' in ran.err


def test_2_differences_where_they_are_asked_for(table: Desk, done: Desk) -> None:
    for arguments in (["drift"], ["plan", "--detailed-exitcode"], ["diff", "--exit-code"]):
        assert table.run(*arguments).code == 2, arguments
        assert done.run(*arguments).code == 0, arguments
    assert table.run("diff").code == 0


@pytest.mark.parametrize(
    "arguments",
    [["validate"], ["plan"], ["apply", "--yes"], ["drift"], ["diff"], ["render"], ["show"]],
    ids=lambda arguments: arguments[0],
)
def test_3_a_layout_that_cannot_be_understood(table: Desk, arguments: list[str]) -> None:
    before = table.content()
    text = (table.folder / "org_layout.yaml").read_text()
    (table.folder / "org_layout.yaml").write_text(text + "guardrials: {}\n")
    ran = table.run(*arguments)
    assert ran.code == 3
    assert 'Did you mean "guardrails"?' in ran.err
    assert "org_layout.yaml:" in ran.err
    assert table.content() == before


def test_3_drift_that_could_not_look_everywhere_is_never_in_sync(done: Desk) -> None:
    denied = [
        Fault(Kind.ACCESS_DENIED, operation, times=99)
        for operation in ("ListAWSServiceAccessForOrganization", "ListDelegatedAdministrators")
    ]
    plant(done.sandbox, *denied)
    ran = done.run("drift", "--format", "json")
    told = json.loads(ran.out)
    assert ran.code == 3
    assert not told["in_sync"]
    assert told["incomplete"]


def test_4_a_rail_wins_over_2_and_names_its_override(done: Desk) -> None:
    layout = json.loads(_as_json(done))
    for account in layout["accounts"].values():
        account["ou"] = "Workloads"
    layout["safety"] = {"max_moves": 1}
    done.layout(layout)
    ran = done.run("plan", "--detailed-exitcode")
    assert ran.code == 4
    assert "--allow max_moves=" in ran.err
    used = ran.err.split("--allow max_moves=")[1].split()[0]
    assert done.run("plan", "--allow", f"max_moves={int(used) - 1}").code == 4
    assert done.run("plan", "--allow", f"max_moves={used}", "--detailed-exitcode").code == 2
    before = done.content()
    assert done.run("apply", "--yes").code == 4
    assert done.content() == before


def _as_json(desk: Desk) -> str:
    return json.dumps(yaml.safe_load((desk.folder / "org_layout.yaml").read_text()))


def test_5_stale(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    changes.rename_ou(Console(table.sandbox), "Workloads/Dev", "Elsewhere")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code in {3, 5}
    assert table.content() == before


def test_6_credentials_that_expire_in_the_middle_and_run_again(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.EXPIRED_TOKEN, "AttachPolicy", times=9))
    ran = table.run("apply", "--yes")
    assert ran.code == 6
    assert "AWS does not accept the credentials" in ran.err
    assert "Done: 9 of 21 steps; left: attach " in ran.err
    assert "Run the same command again to finish." in ran.err
    clear(table.sandbox)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


def test_6_stopped_after_the_first_write_and_run_again(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "AttachPolicy", times=9))
    ran = table.run("apply", "--yes")
    assert ran.code == 6
    assert "Not allowed: organizations:AttachPolicy" in ran.err
    assert "Run the same command again to finish." in ran.err
    assert "Done: 9 of 21 steps" in ran.err
    clear(table.sandbox)
    assert table.run("apply", "--yes").code == 0


@pytest.mark.parametrize("kind", [Kind.ACCESS_DENIED, Kind.EXPIRED_TOKEN], ids=lambda kind: kind)
def test_7_denied_or_expired_before_any_write(table: Desk, kind: Kind) -> None:
    before = table.content()
    plant(table.sandbox, Fault(kind, "read", times=99))
    assert table.run("plan").code == 7
    clear(table.sandbox)
    plant(table.sandbox, Fault(kind, "write", times=9))
    assert table.run("apply", "--yes").code == 7
    assert table.content() == before


def test_7_no_credentials_at_all(table: Desk) -> None:
    """Outside the sandbox, with an environment that has none."""
    nothing = {
        "GOVKIT_SANDBOX": "",
        "AWS_CONFIG_FILE": "none",
        "AWS_SHARED_CREDENTIALS_FILE": "none",
    }
    table.environment |= nothing | {"AWS_EC2_METADATA_DISABLED": "true"}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        assert name not in os.environ
    table.environment["AWS_ENDPOINT_URL_ORGANIZATIONS"] = "http://127.0.0.1:9"
    ran = table.run("plan")
    assert ran.code == 7
    assert "No AWS credentials" in ran.err


def test_70_a_bug_is_one_line_and_a_crash_file_without_values(
    table: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret: 555555555555")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("govkit.live.discover.discover", broken)
    monkeypatch.setattr("govkit.cli.reach.discover", broken)
    ran = table.run("plan")
    assert ran.code == 70
    assert "Traceback" not in ran.err
    assert "ZeroDivisionError" in ran.err
    assert "secret" not in ran.said
    (crash,) = tmp_path.glob("govkit-crash-*.json")
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600
    told = json.loads(crash.read_text())
    assert told["error"] == "ZeroDivisionError"
    assert "secret" not in crash.read_text()
    assert "555555555555" not in crash.read_text()


def test_130_interrupted(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it reads; see `test_interrupting` for an apply."""

    def impatient(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("govkit.cli.reach.discover", impatient)
    ran = table.run("plan")
    assert (ran.code, ran.err) == (130, "Interrupted.\n")
