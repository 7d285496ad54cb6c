"""Ctrl-C during an apply finishes the call in flight; the second run completes."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from typing import IO

import pytest
import yaml
from terminal import GOVKIT, SETTINGS, Desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.log import events
from govkit.sandbox.making import configure
from govkit.sandbox.settings import Settings
from govkit.store.journal import read
from govkit.store.local import LocalStore

SLOW = replace(SETTINGS, latency_seconds=0.03)


def _begin(table: Desk, *options: str, settings: Settings = SLOW) -> "subprocess.Popen[str]":
    configure(table.sandbox, settings)
    return subprocess.Popen(
        [GOVKIT, "apply", "--yes", *options],
        cwd=table.folder,
        env={**os.environ, **table.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _until(stream: IO[str] | None, words: str) -> None:
    assert stream is not None
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if words in (line := stream.readline()):
            return
        assert line, "it ended before"
    raise AssertionError(f"{words} did not come")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=lambda by: by.name)
def test_the_call_in_flight_is_finished_and_journaled(table: Desk, by: signal.Signals) -> None:
    process = _begin(table)
    _until(process.stderr, "[ 4/21]")
    process.send_signal(by)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Finishing the call in flight" in err
    assert "nterrupted" in out
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    entries = read(journal).entries
    calls = [entry["entry"] for entry in entries if entry["entry"] in {"calling", "answered"}]
    assert calls.count("calling") == calls.count("answered") < 21
    assert entries[-1]["outcome"] == "interrupted"
    configure(table.sandbox, SETTINGS)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


def test_the_second_ctrl_c_stops_at_once_and_the_next_run_completes(table: Desk) -> None:
    process = _begin(table)
    _until(process.stderr, "[ 2/21]")
    process.send_signal(signal.SIGINT)
    _until(process.stderr, "once more to stop at once")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    assert f"Run {journal.stem} is not finished. Next: govkit apply\n" in err
    told = read(journal)
    assert (told.broken, told.torn, told.entries[-1]["outcome"]) == (None, False, "interrupted")
    configure(table.sandbox, SETTINGS)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


def test_ctrl_c_while_everything_is_read_back_does_not_read_it_over_and_over(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    done.layout({**layout, "ous": {**layout["ous"], "Later": None}})
    console = Console(done.sandbox)
    theirs = changes.detach(console, "keep-buckets", "Workloads")
    changes.attach(console, "keep-buckets", "Workloads")
    differs = ("DetachPolicy", dict(theirs.params))
    plant(done.sandbox, Fault(Kind.FOREIGN_CHANGE, "CreateOrganizationalUnit", change=differs))
    process = _begin(done, "--full-verify", settings=replace(SLOW, log_calls=True))
    _until(process.stderr, "[1/1]")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    names = [event["operation"] for event in events(done.sandbox)]
    assert names[names.index("CreateOrganizationalUnit") :].count("DescribeOrganization") <= 1


def test_a_second_apply_is_refused_while_the_first_goes_on(table: Desk) -> None:
    process = _begin(table)
    _until(process.stderr, "[ 1/21]")
    before = len(LocalStore(table.folder / ".govkit").runs())
    ran = table.run("apply", "--yes")
    assert ran.code == 1
    assert "Somebody else is applying" in ran.err
    assert f"process {process.pid}" in ran.err
    assert len(LocalStore(table.folder / ".govkit").runs()) == before
    assert "running  " in table.does("history").out
    process.kill()
    process.communicate()
    assert "killed  " in table.does("history").out
    configure(table.sandbox, SETTINGS)
    table.does("apply", "--yes")
