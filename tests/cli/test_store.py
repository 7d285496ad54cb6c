"""The store: S3 as good as a folder; whose the lock is; journals checked; everything read back."""

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from terminal import GOVKIT, SETTINGS, Desk, desk
from walk import sandbox_api

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.log import events
from govkit.sandbox.making import configure
from govkit.store.local import LocalStore
from govkit.store.s3 import S3Store

NOW = datetime.now(UTC)
PLACE = "s3://acme-govkit/main"


def _runs(table: Desk) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(table.run("history", "-f", "json").out)["runs"]
    return runs


def _in_s3(table: Desk) -> Desk:
    changes.create_bucket(Console(table.sandbox), "acme-govkit")
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    table.layout({**layout, "store": PLACE})
    return table


@pytest.fixture
def cloud(table: Desk) -> Desk:
    """A desk with everything still to do, and its store in S3."""
    return _in_s3(table)


def _s3(table: Desk) -> S3Store:
    return S3Store(PLACE, sandbox_api(table.sandbox))


def _older(table: Desk, key: str) -> None:
    """Let an object have been written long ago."""
    path = table.sandbox / "s3.json"
    kept = json.loads(path.read_text())
    kept["objects"][f"acme-govkit/main/{key}"]["LastModified"] = "2026-01-01T00:00:00.000Z"
    path.write_text(json.dumps(kept))


# --- S3 ----------------------------------------------------------------------------------------


def test_the_whole_loop_goes_with_a_store_in_s3(cloud: Desk) -> None:
    assert "No runs yet." in cloud.does("history").out
    cloud.does("apply", "--yes", "--change", "SEC-4821")
    (run,) = _runs(cloud)
    assert (run["outcome"], run["done"], run["steps"]) == ("done", 21, 21)
    assert run["who"].startswith("arn:aws:sts::111111111111:assumed-role/")
    assert "No changes." in cloud.does("plan").out
    cloud.run("drift")
    ran = cloud.does("rollback", run["id"], "--yes", "--allow", "max_deletes=20")
    assert "Applied: " in ran.out
    assert [one["command"] for one in _runs(cloud)] == ["apply", f"rollback {run['id']}"]
    assert cloud.does("history", "verify").out.endswith("follows from the one before it.\n")
    assert not (cloud.folder / ".govkit").exists()


def test_a_killed_holder_keeps_the_lock_until_it_expires(cloud: Desk) -> None:
    plant(cloud.sandbox, Fault(Kind.KILL_AFTER, "AttachPolicy"))
    assert cloud.dies("apply", "--yes") == signal.SIGKILL
    clear(cloud.sandbox)
    ran = cloud.run("apply", "--yes")
    assert ran.code == 1
    assert "Somebody else is applying" in ran.err
    assert "the lock was renewed" in ran.err
    assert [one["outcome"] for one in _runs(cloud)] == ["running"]  # as far as its lock tells
    _older(cloud, "lock")
    assert [one["outcome"] for one in _runs(cloud)] == ["killed"]
    cloud.does("apply", "--yes")
    assert "No changes." in cloud.does("plan").out
    assert cloud.does("history", "verify").code == 0


def test_a_lock_that_is_alive_is_never_taken_away_and_an_expired_one_after_asking(
    cloud: Desk,
) -> None:
    plant(cloud.sandbox, Fault(Kind.KILL, "AttachPolicy"))
    assert cloud.dies("apply", "--yes") == signal.SIGKILL
    clear(cloud.sandbox)
    for options in ((), ("--yes",)):
        ran = cloud.run("unlock", *options)
        assert ran.code == 1
        assert "runs `govkit apply` since" in ran.err
        assert re.search(r"renewed \d+ s ago and expires in \d+ s unless it is renewed", ran.err)
        assert "The lock is held by a run that is alive" in ran.err
        assert cloud.run("apply", "--yes").code == 1
    _older(cloud, "lock")
    assert cloud.run("unlock").code == 64
    ran = cloud.does("unlock", "--yes")
    assert "and has expired" in ran.err
    assert "is free" in ran.err
    cloud.does("apply", "--yes")


def test_an_apply_whose_lock_was_taken_away_stops_before_its_next_write(cloud: Desk) -> None:
    configure(cloud.sandbox, replace(SETTINGS, latency_seconds=0.05))
    process = subprocess.Popen(
        [GOVKIT, "apply", "--yes"],
        cwd=cloud.folder,
        env={**os.environ, **cloud.variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "[ 3/21]" in line:
            break
    store = _s3(cloud)
    held = store.held(NOW)
    assert held is not None
    assert store.objects.put_over("lock", b'{"holder": null}', held.mark)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 6
    assert "The lock is lost" in err
    assert "is held by nobody now" in err
    configure(cloud.sandbox, SETTINGS)
    cloud.does("apply", "--yes")
    assert "No changes." in cloud.does("plan").out


def test_without_its_bucket_nothing_is_planned_or_done(cloud: Desk) -> None:
    layout = yaml.safe_load((cloud.folder / "org_layout.yaml").read_text())
    cloud.layout({**layout, "store": "s3://nothing-here"})
    before = cloud.content()
    for command in (["apply", "--yes"], ["history"], ["unlock"]):
        ran = cloud.run(*command)
        assert ran.code == 1
        assert "The store's bucket does not exist" in ran.err
    cloud.layout({**layout, "store": "gs://nothing-here"})
    for command in (["validate"], ["plan"], ["apply", "--yes"], ["history"], ["unlock"]):
        ran = cloud.run(*command)
        assert ran.code == 3
        assert '"gs://nothing-here" is not a folder' in ran.err
    assert cloud.content() == before


def test_s3_that_refuses_the_journal_before_the_first_call_lets_no_call_be_made(
    cloud: Desk,
) -> None:
    before = cloud.content()
    plant(cloud.sandbox, Fault(Kind.ACCESS_DENIED, "PutObject", skip=2, times=9))
    assert cloud.run("apply", "--yes").code == 7
    assert cloud.content() == before
    clear(cloud.sandbox)
    plant(cloud.sandbox, Fault(Kind.ACCESS_DENIED, "PutObject", skip=9, times=9))
    _older(cloud, "lock")
    assert cloud.run("apply", "--yes").code == 6
    clear(cloud.sandbox)
    _older(cloud, "lock")
    cloud.does("apply", "--yes")


@pytest.mark.parametrize("kind", [Kind.CONNECTION_LOST, Kind.CONNECTION_LOST_AFTER])
@pytest.mark.parametrize(("puts", "gets"), [(5, 2), (6, 3), (7, 3)])
def test_after_an_outage_of_s3_the_next_apply_finishes_the_run(
    cloud: Desk, kind: Kind, puts: int, gets: int
) -> None:
    """Before a call, after its answer, and after its step: no line is known to be there or not."""
    plant(cloud.sandbox, Fault(kind, "PutObject", skip=puts, times=999))
    plant(cloud.sandbox, Fault(Kind.CONNECTION_LOST, "GetObject", skip=gets, times=999))
    ran = cloud.run("--timeout", "0", "apply", "--yes")
    assert ran.code == 6, ran.said
    clear(cloud.sandbox)
    _older(cloud, "lock")
    cloud.does("apply", "--yes")
    assert "No changes." in cloud.does("plan").out
    first, second = _runs(cloud)
    assert (first["finished_by"], second["outcome"]) == (second["id"], "done")
    assert cloud.does("history", "verify").out.endswith("follows from the one before it.\n")


def test_a_snapshot_asks_no_store_in_s3(cloud: Desk) -> None:
    cloud.does("apply", "--yes")
    cloud.does("snapshot", "-o", "now.json")
    before = (cloud.sandbox / "s3.json").stat().st_mtime_ns
    plant(cloud.sandbox, Fault(Kind.ACCESS_DENIED, "*", times=99))
    ran = cloud.run("drift", "--snapshot", "now.json")
    assert "From a snapshot" in ran.err
    assert ran.code in {0, 2}
    assert (cloud.sandbox / "s3.json").stat().st_mtime_ns == before


# --- unlock ------------------------------------------------------------------------------------


def test_a_free_lock_needs_no_unlocking(table: Desk) -> None:
    assert "Nobody holds the lock of" in table.does("unlock").err
    table.does("apply", "--yes")
    assert "Nobody holds the lock of" in table.does("unlock", "--yes").err


@pytest.mark.parametrize("place", [None, "typo/.govkit", PLACE])
def test_a_store_that_is_not_there_yet_is_said_to_be_so_and_not_made_by_looking(
    table: Desk, place: str | None
) -> None:
    if place is not None:
        _in_s3(table)
        layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
        table.layout({**layout, "store": place})
    where = PLACE if place == PLACE else str((table.folder / (place or ".govkit")).resolve())
    said = f"There is no store at {where} yet."
    for _ in range(2):
        assert said in table.does("history").out
        assert said in table.does("history", "verify").out
        assert said in table.does("unlock").err
    for command in (["history"], ["history", "verify"]):
        told = json.loads(table.does(*command, "-f", "json").out)
        assert (told["store"], told["exists"], told["runs"]) == (where, False, [])
    table.does("apply", "--yes")
    for command in (["history"], ["history", "verify"]):
        told = json.loads(table.does(*command, "-f", "json").out)
        assert (told["store"], told["exists"], len(told["runs"])) == (where, True, 1)
    assert "There is no store" not in table.does("unlock").err


def test_a_lock_that_is_held_here_is_not_taken_away(table: Desk) -> None:
    store = LocalStore((table.folder / ".govkit").resolve())
    with store.locked("govkit apply", datetime.now(UTC)):
        ran = table.run("unlock", "--yes")
        assert ran.code == 1
        assert f"(process {os.getpid()}) runs `govkit apply`" in ran.err
        assert "The lock is held by a run that is alive" in ran.err
        assert table.run("apply", "--yes").code == 1


# --- history verify ----------------------------------------------------------------------------


def test_journals_that_hold_together_are_said_to(done: Desk) -> None:
    (run,) = _runs(done)
    ran = done.does("history", "verify")
    assert f"{run['id']}  " in ran.out
    assert "lines hold" in ran.out
    assert "1 journal in" in ran.out
    told = json.loads(done.does("history", "verify", run["id"], "-f", "json").out)
    assert (told["runs"][0]["broken"], told["runs"][0]["ended"]) == (None, True)
    assert done.run("history", "verify", "nonesuch").code == 64
    assert done.run("history", "verify", "-f", "yaml").code == 64


def test_a_journal_that_was_touched_is_named_with_its_line(done: Desk) -> None:
    (journal,) = (done.folder / ".govkit" / "runs").iterdir()
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join([*lines[:4], *lines[5:]]))
    ran = done.run("history", "verify")
    assert ran.code == 1
    assert f"BROKEN at {journal.name}:5; 4 lines hold before it" in ran.out
    assert ran.out.endswith(": 1 broken.\n")
    journal.write_text("".join(lines[:4]) + '{"n":')
    assert "the last one is torn" in done.does("history", "verify").out


def test_a_journal_whose_last_lines_were_cut_off_is_said_to_have_no_end(done: Desk) -> None:
    """The lines that are left cannot tell whether a kill or a hand ended them."""
    (journal,) = (done.folder / ".govkit" / "runs").iterdir()
    assert "no end" not in done.does("history", "verify").out
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-3]))
    assert "lines hold; there is no end" in done.does("history", "verify").out


def test_a_run_that_is_not_as_the_next_one_found_it_is_named(done: Desk) -> None:
    (first,) = (done.folder / ".govkit" / "runs").iterdir()
    done.does("sandbox", "change", "move", "payments-dev", "/")
    done.does("apply", "--yes")
    assert "; not linked" not in done.does("history", "verify").out
    told = json.loads(done.does("history", "verify", "-f", "json").out)["runs"]
    lines = first.read_text().splitlines(keepends=True)
    assert [one["follows"] for one in told] == [
        None,
        {"run": first.stem, "lines": len(lines), "hold": len(lines), "state": "holds"},
    ]
    assert [one["linked"] for one in told] == [True, True]
    first.write_text("".join(lines[:-1]))
    ran = done.run("history", "verify")
    assert ran.code == 1
    assert (
        f"BROKEN before it, at run {first.stem}: of the {len(lines)} lines that it had, "
        f"{len(lines) - 1} hold" in ran.out
    )
    assert ran.out.endswith(": 1 broken.\n")
    first.write_text("".join([*lines[:-1], lines[-1].replace("done", "stopped", 1)]))
    ran = done.run("history", "verify", first.stem)
    assert ran.code == 1
    assert f"the last of the {len(lines)} that it had is another now" in ran.out
    first.unlink()
    ran = done.run("history", "verify")
    assert ran.code == 1
    assert f"BROKEN before it, at run {first.stem}: it is gone" in ran.out


def test_runs_of_before_there_were_links_are_told_and_hold(done: Desk) -> None:
    (path,) = (done.folder / ".govkit" / "runs").iterdir()
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    path.unlink()
    journal = LocalStore(done.folder / ".govkit").journal(path.stem)
    for entry in entries:
        left_out = ("n", "prev", "follows")
        journal.write({name: fact for name, fact in entry.items() if name not in left_out})
    journal.close()
    ran = done.does("history", "verify")
    assert ran.out.endswith("; not linked to the run before: 1.\n")


# --- verifying ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"verb"', '"vfrb"'),
        ('"address":"', '"address":":'),
        ('"before":', '"before":7,"was":'),
        ('"outcome"', '"outcomf"'),
        ('"time"', '"tine"'),
        ('"kind":', '"kinf":'),
    ],
)
def test_a_damaged_journal_is_no_bug_and_keeps_nobody_from_applying(
    done: Desk, was: str, now: str
) -> None:
    """In every line at once, and the chain made anew: what is told there is what nobody would write."""
    (path,) = (done.folder / ".govkit" / "runs").iterdir()
    lines = [line.replace(was, now) for line in path.read_text().splitlines()]
    path.unlink()
    journal = LocalStore(done.folder / ".govkit").journal(path.stem)
    for told in map(json.loads, lines):
        journal.write({name: fact for name, fact in told.items() if name not in ("n", "prev")})
    journal.close()
    done.does("sandbox", "change", "move", "payments-dev", "/")
    for command in (["history"], ["history", "verify"], ["rollback", path.stem, "--dry-run"]):
        ran = done.run(*command)
        assert ran.code in (0, 1, 4), ran.said
        assert "The snapshot" not in ran.said
    done.does("apply", "--yes")
    done.does("drift")


def test_an_apply_says_that_it_read_back_what_it_touched(table: Desk) -> None:
    ran = table.does("apply", "--yes")
    assert "Verified: what 21 steps touched was read back; it is as they left it." in ran.err
    assert "Verified" not in table.does("apply", "--yes").err


@pytest.mark.parametrize("full", [[], ["--full-verify"]], ids=["touched", "everything"])
def test_what_somebody_else_changes_meanwhile_is_seen_where_everything_is_read_back(
    done: Desk, full: list[str]
) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["ous"]["Later"] = None
    done.layout(layout)
    console = Console(done.sandbox)
    call = changes.detach(console, "keep-buckets", "Workloads")
    changes.attach(console, "keep-buckets", "Workloads")
    theirs = ("DetachPolicy", dict(call.params))
    plant(done.sandbox, Fault(Kind.FOREIGN_CHANGE, "CreateOrganizationalUnit", change=theirs))
    ran = done.run("apply", "--yes", *full)
    if not full:
        assert ran.code == 0
        return
    assert ran.code == 6
    assert "Not as it was left" in ran.err
    assert "attachment:scp/keep-buckets@ou:/Workloads" in ran.err
    ran = done.does("apply", "--yes", *full)
    assert "and all that the layout names; nothing differs." in ran.err


def test_a_change_after_its_step_is_told_once_and_looked_at_before_it_is_undone(
    table: Desk,
) -> None:
    account, service = "333333333333", "config.amazonaws.com"
    theirs = (
        "DeregisterDelegatedAdministrator",
        {"AccountId": account, "ServicePrincipal": service},
    )
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "DeleteOrganizationalUnit", change=theirs))
    ran = table.run("apply", "--yes", "--full-verify")
    assert ran.code == 6
    assert "Verified" not in ran.err
    assert ran.err.count(f"delegated_administrator:{service}/audit") == 1
    assert "Done: 21 of 21 steps. Run " in ran.err
    look, again = ran.err.index("govkit drift\n"), ran.err.index("Run the same command")
    assert look < again
    assert table.run("drift").code == 2
    assert "nothing differs" in table.does("apply", "--yes", "--full-verify").err


def test_an_apply_that_may_not_read_back_says_that_this_alone_is_left(table: Desk) -> None:
    with desk() as before:  # the same once more, to count the reads up to the last write
        shutil.copytree(table.folder, before.folder, dirs_exist_ok=True)
        configure(before.sandbox, replace(SETTINGS, log_calls=True))
        before.does("apply", "--yes")
        reads = [event["read_only"] for event in events(before.sandbox)]
    written = len(reads) - reads[::-1].index(False)
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "read", skip=sum(reads[:written]), times=99))
    ran = table.run("apply", "--yes")
    clear(table.sandbox)
    assert ran.code == 6
    assert "Not allowed: organizations:" in ran.err
    assert "Done: 21 of 21 steps; left: to read back what they touched. Run " in ran.err
    assert "Verified" not in ran.err
    assert "No changes." in table.does("apply", "--yes").out


@pytest.mark.parametrize(
    ("operation", "code"),
    [("ListAWSServiceAccessForOrganization", 6), ("DescribeResourcePolicy", 0)],
    ids=["named by the layout", "not named by it"],
)
def test_what_nobody_may_look_at_is_not_said_to_be_as_the_layout_has_it(
    done: Desk, operation: str, code: int
) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["ous"]["Later"] = None
    done.layout(layout)
    plant(done.sandbox, Fault(Kind.ACCESS_DENIED, operation, skip=1, times=99))  # the plan may
    ran = done.run("apply", "--yes", "--full-verify")
    assert ran.code == code, ran.said
    if code:
        assert "Not everything could be read back. trusted_access: Not allowed: " in ran.err
        assert "Done: 1 of 1 steps; left: to read back what they touched. Run " in ran.err
    assert ("Verified" in ran.err) is (code == 0)


def test_a_reviewed_plan_verifies_everything_but_what_was_not_reviewed(table: Desk) -> None:
    table.does("plan", "--out", "plan.json")
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    layout["ous"]["Later"] = None
    table.layout(layout)
    ran = table.does("apply", "plan.json", "--yes", "--full-verify")
    assert "nothing differs" in ran.err
    assert "Not in the reviewed plan, and not done" in ran.out


# --- two at once -------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["folder", "s3"])
def test_of_two_applies_at_once_one_does_it_and_the_other_is_refused_or_finds_it_done(
    table: Desk, place: str
) -> None:
    if place == "s3":
        _in_s3(table)
    for _ in range(2):
        both = [
            subprocess.Popen(
                [GOVKIT, "apply", "--yes"],
                cwd=table.folder,
                env={**os.environ, **table.variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=120)[0] for process in both]
        refused = [told for told in said if "Somebody else is applying" in told]
        assert sorted(process.returncode for process in both) == [0] * (2 - len(refused)) + [
            1 for _ in refused
        ]
        assert len(refused) < 2
    assert "No changes." in table.does("plan").out
    assert sum(one["steps"] > 0 for one in _runs(table)) == 1


def test_where_all_journals_are_gone_none_is_said_to_hold(table: Desk) -> None:
    table.does("apply", "--yes")
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    journal.unlink()
    ran = table.does("history", "verify")
    assert ran.out.startswith("No runs to check in ")
    assert "follows" not in ran.out
