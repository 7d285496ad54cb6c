"""Ctrl-C during an apply finishes the call in flight; the second run completes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

import pytest
import yaml
from terminal import GOVKIT, SETTINGS, Desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.log import events
from govkit.sandbox.making import configure
from govkit.sandbox.settings import Settings
from govkit.store.journal import read
from govkit.store.local import LocalStore

SLOW = replace(SETTINGS, latency_seconds=0.03)


@pytest.fixture(autouse=True)
def _heeded() -> Iterator[None]:
    """Let what is started here heed its signals, also where the tests run under nohup or behind `&`."""
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, signal.default_int_handler) for one in stopping}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


def _begin(table: Desk, *options: str, settings: Settings = SLOW) -> "subprocess.Popen[str]":
    configure(table.sandbox, settings)
    return _started(table, "apply", "--yes", *options)


def _started(table: Desk, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [GOVKIT, *arguments],
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
    """AWS takes its time over a call, so it is in flight still when the second one comes."""
    process = _begin(table)
    _until(process.stderr, "[ 2/21]")
    configure(table.sandbox, replace(SETTINGS, latency_seconds=20.0))
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _until(process.stderr, "once more to stop at once")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in err
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    assert f"Run {journal.stem} is not finished. Next: govkit apply\n" in err
    told = read(journal)
    assert (told.broken, told.torn, told.entries[-1]["outcome"]) == (None, False, "interrupted")
    configure(table.sandbox, SETTINGS)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


_FOR_LONG = 1000


@pytest.mark.parametrize("command", ["plan", "drift", "apply"])
def test_ctrl_c_ends_the_waiting_of_reads_that_are_throttled(table: Desk, command: str) -> None:
    """They are repeated in threads of their own, for five minutes if nobody tells them."""
    plant(table.sandbox, Fault(Kind.THROTTLE, "read", times=_FOR_LONG))
    process = _started(table, command)
    _until(process.stderr, "AWS asks for fewer calls")
    time.sleep(3.0)  # by now they wait for seconds
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("Interrupted.\n")


def test_ctrl_c_while_a_write_waits_to_be_repeated_ends_there_and_the_call_was_not_made(
    table: Desk,
) -> None:
    plant(table.sandbox, Fault(Kind.THROTTLE, "AttachPolicy", times=_FOR_LONG))
    process = _begin(table)
    _until(process.stderr, "AttachPolicy: AWS asks for fewer calls")
    time.sleep(3.0)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "Interrupted: 9 of 21 steps done, 12 left." in out
    assert "Next: govkit apply (what is done is not done twice)" in out
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    *_, calling, refused, end = read(journal).entries
    assert (calling["entry"], calling["operation"]) == ("calling", "AttachPolicy")
    assert (refused["entry"], refused["code"]) == ("refused", "Interrupted")
    assert (end["entry"], end["outcome"]) == ("end", "interrupted")
    clear(table.sandbox)
    configure(table.sandbox, SETTINGS)
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out


def test_ctrl_c_while_an_account_is_created_ends_the_waiting_and_the_next_run_waits_for_the_same(
    table: Desk,
) -> None:
    forever = replace(
        SETTINGS, log_calls=True, create_account_polls=10**6, create_account_seconds=5.0
    )
    process = _begin(table, settings=forever)
    _until(process.stderr, "AWS is at it")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=3)
    assert process.returncode == 130
    assert "Interrupted: " in out
    table.does("apply", "--yes")
    assert "No changes." in table.does("plan").out
    asked = [one["params"] for one in events(table.sandbox) if one["operation"] == "CreateAccount"]
    assert len(asked) == len({one["Email"] for one in asked}) == 2


def test_the_second_ctrl_c_waits_for_no_answer_that_never_comes(table: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(30)
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none"}
        table.environment |= {"AWS_ENDPOINT_URL": url, "GOVKIT_SANDBOX": "", **keys}
        process = _started(table, "plan")
        asked, _ = mute.accept()
        with asked:
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert err.endswith("Interrupted.\n")
    assert "Traceback" not in err


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


def test_an_apply_whose_terminal_is_gone_finishes_the_call_in_flight(table: Desk) -> None:
    process = _begin(table)
    _until(process.stderr, "[ 4/21]")
    assert process.stderr is not None
    process.stderr.close()
    process.send_signal(signal.SIGHUP)
    process.stderr = None
    process.communicate(timeout=30)
    assert process.returncode == 130
    (journal,) = (table.folder / ".govkit" / "runs").iterdir()
    told = [entry["entry"] for entry in read(journal).entries]
    assert told.count("calling") == told.count("answered") < 21
    assert read(journal).entries[-1]["outcome"] == "interrupted"


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
def test_a_command_that_only_reads_is_cancelled_like_by_ctrl_c(
    table: Desk, by: signal.Signals
) -> None:
    configure(table.sandbox, replace(SETTINGS, latency_seconds=0.5, log_calls=True))
    process = _started(table, "plan")
    end = time.monotonic() + 30
    while not (table.sandbox / "calls.jsonl").exists():  # it reads
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(by)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")


@pytest.mark.parametrize("arguments", [["--version"], ["schema"]], ids=" ".join)
@pytest.mark.parametrize(
    ("to", "codes", "says"),
    [
        (">&-", {0}, ""),
        ("| true", {0, 1}, ""),  # whether it was still read is a matter of luck
        (">/dev/full", {1}, "The output cannot be written\n  stdout: No space left on device.\n"),
    ],
)
def test_an_output_that_goes_nowhere_is_no_bug(
    bare: Desk, arguments: list[str], to: str, codes: set[int], says: str
) -> None:
    ran = _in_a_shell(bare, f'"$@" {to}; exit ${{PIPESTATUS[0]}}', *arguments)
    assert ran.stderr == says
    assert ran.returncode in codes


def test_streams_that_were_closed_take_no_file_of_ours(table: Desk) -> None:
    ran = _in_a_shell(table, '"$@" <&- >&- 2>&-', "apply", "--yes")
    assert ran.returncode == 0
    assert "No changes." in table.does("plan").out


_PRESSED_TWICE = """
import sys

class Pressed:
    def find_spec(self, name, path, target=None):
        if name in {"govkit.cli.app", "govkit.cli.stop"}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
from govkit.cli.main import run
run()
"""


def test_twice_while_it_imports_is_told_once_and_without_a_traceback() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PRESSED_TWICE], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (130, "Interrupted.\n")


_PRESSED_IN_A_DESTRUCTOR = """
import os, signal, sys
from govkit.apply import execute
from govkit.cli.main import run
from govkit.flow import plan

class Pressed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass

def during(do):
    def done(*given, **named):
        Pressed()
        return do(*given, **named)
    return done

if sys.argv.pop(1) == "while it reads":
    plan.compared = during(plan.compared)
else:
    execute.Crossing._settle = during(execute.Crossing._settle)
run()
"""


@pytest.mark.parametrize("when", ["while it reads", "while it writes"])
def test_ctrl_c_in_a_destructor_is_not_lost(table: Desk, when: str) -> None:
    """Python drops what is raised there, and writes a traceback."""
    configure(table.sandbox, SLOW)
    ran = subprocess.run(
        [sys.executable, "-c", _PRESSED_IN_A_DESTRUCTOR, when, "apply", "--yes"],
        cwd=table.folder,
        env={**os.environ, **table.variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 130, ran.stdout + ran.stderr
    assert ran.stdout.count("Interrupted") + ran.stderr.count("Interrupted") == 1
    assert "Traceback" not in ran.stderr
    table.does("apply", "--yes")


def _in_a_shell(table: Desk, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/bash", "-c", script, "bash", GOVKIT, *arguments],
        cwd=table.folder,
        env={**os.environ, **table.variables},
        capture_output=True,
        text=True,
        check=False,
    )
