"""A person sits at the terminal: what they are asked, and what happens while they think about it."""

import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from terminal import GOVKIT, Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console

SAYS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}
LAYOUT = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "ous": {"NonProd": {"was": "Dev"}, "New": None},
    "accounts": {"payments": {"id": "555555555555", "ou": "New"}},
    "guardrails": {"keep": {"policy": SAYS, "attach": ["New"]}},
}
STEPS = 5


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        accounts = {"555555555555": {"name": "payments", "ou": "Dev"}}
        build({"ous": ["Dev"], "accounts": accounts}, found.sandbox)
        found.layout(LAYOUT)
        yield found


@dataclass
class Asked:
    """A command at a terminal: what it said so far, and its exit status in the end."""

    process: "subprocess.Popen[bytes]"
    terminal: int
    said: str = ""
    code: int = field(default=-1)

    def until(self, words: str) -> None:
        end = time.monotonic() + 60
        while words not in self.said:
            assert time.monotonic() < end, self.said
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.said += os.read(self.terminal, 4096).decode()

    def answer(self, words: str) -> None:
        os.write(self.terminal, f"{words}\n".encode())
        end = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < end, self.said
            if select.select([self.terminal], [], [], 0.05)[0]:
                self.said += os.read(self.terminal, 4096).decode()
        while select.select([self.terminal], [], [], 0)[0]:
            self.said += os.read(self.terminal, 4096).decode()
        self.code = self.process.returncode


@contextmanager
def asked(table: Desk, *arguments: str, shown: bool = False) -> Iterator[Asked]:
    """Run a command at a terminal, which shows its data as well, or has them sent elsewhere."""
    terminal, theirs = os.openpty()
    process = subprocess.Popen(
        [GOVKIT, *arguments],
        cwd=table.folder,
        env={**os.environ, **table.variables, "NO_COLOR": "1", "TERM": "dumb"},
        stdin=theirs,
        stderr=theirs,
        stdout=theirs if shown else subprocess.DEVNULL,
    )
    try:
        yield Asked(process, terminal)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
        os.close(theirs)


def _runs(table: Desk) -> list[Path]:
    return list((table.folder / ".govkit").glob("runs/*.jsonl"))


def test_who_says_yes_gets_what_they_saw(table: Desk) -> None:
    with asked(table, "apply") as person:
        person.until(f"Do these {STEPS} steps?")
        person.answer("y")
    assert person.code == 0, person.said
    assert "Verified" in person.said
    assert "No changes." in table.does("plan").out


def test_who_says_no_has_changed_nothing(table: Desk) -> None:
    before = table.content()
    with asked(table, "apply") as person:
        person.until("steps?")
        person.answer("n")
    assert person.code == 1
    assert (table.content(), _runs(table)) == (before, [])


@pytest.mark.parametrize("reviewed", [False, True], ids=["planned now", "from a plan file"])
def test_what_changed_while_somebody_was_asked_is_stale_before_the_first_write(
    table: Desk,
    reviewed: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Minutes may pass until they answer; the last step's thing is looked at, too, not only the first's."""
    if reviewed:
        table.does("plan", "--out", "plan.json")
    with asked(table, "apply", *(["plan.json"] if reviewed else [])) as person:
        person.until("steps?")
        changes.move_account(Console(table.sandbox), "payments", "/")
        before = table.content()
        person.answer("y")
    assert person.code == 5, person.said
    assert "The plan is stale" in person.said
    assert "move account:payments: expected" in person.said
    assert "Nothing was written." in person.said
    assert (table.content(), _runs(table)) == (before, [])


def test_a_type_that_is_disabled_while_somebody_is_asked_is_stale_before_the_first_write(
    table: Desk,
) -> None:
    """AWS would take the OU and the policy, and refuse only to attach it."""
    with asked(table, "apply") as person:
        person.until("steps?")
        changes.disable_type(Console(table.sandbox), "scp")
        before = table.content()
        person.answer("y")
    assert person.code == 5, person.said
    relied = "attach attachment:scp/keep@ou:/New relies on policy_type:scp: expected"
    assert relied in person.said
    assert (table.content(), _runs(table)) == (before, [])


def test_what_somebody_did_meanwhile_just_as_planned_is_done_already(table: Desk) -> None:
    with asked(table, "apply") as person:
        person.until("steps?")
        changes.create_ou(Console(table.sandbox), "New")
        person.answer("y")
    assert person.code == 0, person.said
    assert "already so" in person.said
    assert "No changes." in table.does("plan").out


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_refuses_a_plan_is_told_once_to_who_sees_both(table: Desk, command: str) -> None:
    """In the plan, and again in the error where that is all that somebody sees."""
    table.layout({**LAYOUT, "ous": {"NonProd": {"was": "Dev", "protect": True}, "New": None}})
    sentence = "ou:/NonProd is protected, and the plan would rename it."
    for shown in (True, False):
        with asked(table, command, shown=shown) as person:
            person.until("To let it pass:\r\n")
            person.answer("")
        assert person.code == 4
        assert person.said.count(sentence) == 1
        assert person.said.count("--allow protect=") == (3 if shown else 1)
