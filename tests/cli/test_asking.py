"""apply asks at a terminal, and never where there is none; what is severe must be typed."""

import os
import pty
import select
import subprocess
import time
from datetime import UTC, datetime

import pytest
import yaml
from terminal import GOVKIT, Desk
from walk import sandbox_api

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.store.lease import Lease
from govkit.store.s3 import S3Store
from govkit.store.store import Holder

ENOUGH = 30.0


class _Person:
    """Somebody at a terminal: reads what is said there, and types."""

    def __init__(self, table: Desk, *arguments: str) -> None:
        self.screen, theirs = pty.openpty()
        self.seen = ""
        self.process = subprocess.Popen(
            [GOVKIT, *arguments],
            cwd=table.folder,
            env={**os.environ, **table.variables, "TERM": "xterm"},
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def sees(self, words: str) -> None:
        end = time.monotonic() + ENOUGH
        while words not in self.seen:
            ready, _, _ = select.select([self.screen], [], [], 0.1)
            if ready:
                try:
                    self.seen += os.read(self.screen, 4096).decode(errors="replace")
                except OSError:
                    break
            assert time.monotonic() < end, self.seen
        assert words in self.seen, self.seen

    def types(self, line: str) -> None:
        self.seen = ""
        os.write(self.screen, f"{line}\n".encode())

    def leaves(self) -> int:
        end = time.monotonic() + ENOUGH
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.screen], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.screen, 4096).decode(errors="replace")
                except OSError:
                    break
        code = self.process.wait(ENOUGH)
        os.close(self.screen)
        return code


def _layout(table: Desk, **changes: object) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    table.layout({**layout, **changes})


def test_what_is_severe_must_be_typed(table: Desk) -> None:
    """A guardrail at the root and an OU that goes: each is asked for by its path."""
    person = _Person(table, "apply")
    person.sees("Type / to go on")
    person.types("/")
    person.sees("Type /Old to go on")
    person.types("/Old")
    assert person.leaves() == 0
    assert "No changes." in table.does("plan").out


def test_what_is_severe_in_one_place_is_typed_once_and_named(table: Desk) -> None:
    guardrails = yaml.safe_load((table.folder / "org_layout.yaml").read_text())["guardrails"]
    guardrails["keep-keys"]["attach"].append("/")
    _layout(table, guardrails=guardrails)
    person = _Person(table, "apply")
    person.sees(
        "attach SCP keep-keys to the root, attach tag policy cost-tags to the root are severe."
    )
    person.types("/")
    person.sees("delete OU /Old is severe.")
    person.types("/Old")
    assert person.leaves() == 0


@pytest.mark.parametrize("answers", [["yes"], ["/", "Old"]])
def test_anything_else_that_is_typed_does_nothing(table: Desk, answers: list[str]) -> None:
    before = table.content()
    person = _Person(table, "apply")
    for answer in answers:
        person.sees("to go on")
        person.types(answer)
    person.sees("Nothing was done.")
    assert person.leaves() == 1
    assert table.content() == before


def test_what_is_not_severe_is_asked_for_once(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    done.layout({**layout, "ous": {**layout["ous"], "Later": None}})
    before = done.content()
    person = _Person(done, "apply")
    person.sees("Do this step?")
    person.types("n")
    assert person.leaves() == 1
    assert done.content() == before
    person = _Person(done, "apply")
    person.sees("[y/N]")
    person.types("y")
    assert person.leaves() == 0
    assert done.content() != before


def test_what_changed_while_the_question_stood_leads_to_a_new_plan(done: Desk) -> None:
    done.does("sandbox", "change", "move", "payments-dev", "/")
    person = _Person(done, "apply")
    person.sees("Do this step?")
    done.does("sandbox", "change", "move", "payments-dev", "Workloads")
    person.types("y")
    person.sees("The plan is stale")
    person.sees("govkit plan")
    assert person.leaves() == 5
    assert "--out" not in person.seen


def test_without_a_terminal_there_is_no_question_and_nothing_hangs(table: Desk) -> None:
    before = table.content()
    for stdin in (subprocess.DEVNULL, subprocess.PIPE):
        ran = subprocess.run(
            [GOVKIT, "apply"],
            cwd=table.folder,
            env={**os.environ, **table.variables},
            stdin=stdin if stdin == subprocess.DEVNULL else None,
            input=None if stdin == subprocess.DEVNULL else "y\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=ENOUGH,
        )
        assert ran.returncode == 64
        assert "govkit apply --yes" in ran.stderr
    assert table.content() == before


def test_a_closure_must_be_typed(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["accounts"]["payments-dev"]["close"] = True
    done.layout(layout)
    before = done.content()
    person = _Person(done, "apply")
    person.sees("close account payments-dev is severe. Type payments-dev to go on")
    person.types("y")
    person.sees("Nothing was done.")
    assert person.leaves() == 1
    assert done.content() == before
    person = _Person(done, "apply")
    person.sees("Type payments-dev to go on")
    person.types("payments-dev")
    assert person.leaves() == 0
    assert done.content() != before


def test_the_brake_asks_once(done: Desk) -> None:
    pulling = ("detach", "keep-buckets", "--from", "/Workloads", "--reason", "INC-7")
    before = done.content()
    person = _Person(done, *pulling)
    person.sees("Detach keep-buckets (p-")
    person.types("n")
    person.sees("Nothing was done.")
    assert person.leaves() == 1
    assert done.content() == before
    person = _Person(done, *pulling)
    person.sees("[y/N]")
    person.types("y")
    assert person.leaves() == 0
    assert done.content() != before


@pytest.fixture
def elsewhere(table: Desk) -> S3Store:
    """A store in S3 whose lock joe's run on another machine took a moment ago."""
    changes.create_bucket(Console(table.sandbox), "acme-govkit")
    _layout(table, store="s3://acme-govkit")
    store = S3Store("s3://acme-govkit", sandbox_api(table.sandbox))
    joe = Holder("govkit apply", "joe", "runner", 12, "2026-11-23T10:00:00+00:00")
    Lease(store.objects, joe).take(datetime.now(UTC))
    return store


def _years_go_by(table: Desk) -> None:
    path = table.sandbox / "s3.json"
    year = datetime.now(UTC).strftime('"LastModified": "%Y')
    path.write_text(path.read_text().replace(year, '"LastModified": "2020'))


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_unlock_asks_before_it_takes_a_dead_ones_lock_away(
    table: Desk, elsewhere: S3Store, answer: str, code: int
) -> None:
    _years_go_by(table)
    person = _Person(table, "unlock")
    person.sees("joe on runner (process 12)")
    person.sees("Take the lock away?")
    person.types(answer)
    assert person.leaves() == code
    assert (elsewhere.held(datetime.now(UTC)) is None) == (code == 0)


def test_unlock_takes_no_lock_that_is_alive(table: Desk, elsewhere: S3Store) -> None:
    person = _Person(table, "unlock")
    person.sees("joe on runner (process 12)")
    assert person.leaves() == 1
    assert "Take the lock away?" not in person.seen
    assert elsewhere.held(datetime.now(UTC)) is not None


def test_unlock_takes_a_dead_ones_lock_away_unasked_where_it_is_told_to(
    table: Desk, elsewhere: S3Store
) -> None:
    _years_go_by(table)
    ran = table.does("unlock", "--yes")
    assert "joe on runner (process 12)" in ran.err
    assert elsewhere.held(datetime.now(UTC)) is None
