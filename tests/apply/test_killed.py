"""Killed anywhere, run again, done: nothing is done twice, and no account is created twice."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from journey import LAYOUT, LIVE
from terminal import Desk, build, desk

from govkit.cli.tree import sandbox_tree
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.show import show
from govkit.store.history import runs
from govkit.store.journal import read
from govkit.store.local import LocalStore

WRITES = 21  # what the journey's apply makes; `test_the_journey_has_so_many_writes` counts them
CREATIONS = (14, 15)  # which of them create accounts


@pytest.fixture(scope="module")
def template() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        yield found


@pytest.fixture(scope="module")
def goal(template: Desk) -> str:
    """Return what an apply that nobody disturbs leaves behind."""
    with desk() as undisturbed:
        _copied(template, undisturbed)
        undisturbed.does("apply", "--yes")
        return _shape(undisturbed)


def _copied(template: Desk, to: Desk) -> Desk:
    shutil.copytree(template.folder, to.folder, dirs_exist_ok=True)
    return to


def _shape(table: Desk) -> str:
    """Return the organization without IDs: those of accounts depend on who was created first."""
    return re.sub(r"\b\d{12}\b", "ID", sandbox_tree(show(table.sandbox)))


def _accounts(table: Desk) -> list[str]:
    rows = json.loads(table.content())["accounts"].values()
    return sorted(row["Email"] for row in rows)


KILLS = [
    *((Kind.KILL, write) for write in range(WRITES)),
    # Killed right after a write is killed right before the next, but for the line in the journal.
    *((Kind.KILL_AFTER, write) for write in sorted({*range(2, WRITES, 4), *CREATIONS})),
]


@pytest.mark.parametrize(("kind", "write"), KILLS)
def test_an_apply_killed_at_any_write_is_finished_by_the_next(
    template: Desk, goal: str, kind: Kind, write: int
) -> None:
    with desk() as table:
        _copied(template, table)
        plant(table.sandbox, Fault(kind, "write", skip=write))
        assert table.dies("apply", "--yes") == signal.SIGKILL
        clear(table.sandbox)  # who is killed cannot take the fault away
        (killed,) = runs(LocalStore(table.folder / ".govkit"))
        assert (killed.outcome, killed.broken) == ("killed", None)
        table.does("apply", "--yes")
        assert _shape(table) == goal
        assert len(_accounts(table)) == len(set(_accounts(table))) == 6
        assert "No changes." in table.does("plan").out


def test_the_journey_has_so_many_writes(template: Desk) -> None:
    with desk() as table:
        _copied(template, table)
        table.does("apply", "--yes")
        (journal,) = (table.folder / ".govkit" / "runs").iterdir()
        made = [one["operation"] for one in read(journal).entries if one["entry"] == "calling"]
        assert len(made) == WRITES
        assert {made[index] for index in CREATIONS} == {"CreateAccount"}


@pytest.mark.parametrize("poll", range(3))
def test_killed_while_aws_is_at_an_account_it_is_waited_for_and_not_created_again(
    template: Desk, goal: str, poll: int
) -> None:
    with desk() as table:
        _copied(template, table)
        plant(table.sandbox, Fault(Kind.KILL, "DescribeCreateAccountStatus", skip=poll))
        assert table.dies("apply", "--yes") == signal.SIGKILL
        clear(table.sandbox)
        again = table.does("apply", "--yes")
        assert poll > 1 or "AWS is at it already" in again.err
        assert _shape(table) == goal
        assert len(_creations(table)) == 2


def _creations(table: Desk) -> list[str]:
    """Return the ID of every creation that was ever asked of this sandbox."""
    return sorted(json.loads(table.content())["creations"])


def test_killed_over_and_over_it_gets_there(template: Desk, goal: str) -> None:
    with desk() as table:
        _copied(template, table)
        deaths = 0
        for _ in range(2 * WRITES):
            plant(table.sandbox, Fault(Kind.KILL, "write", skip=2))
            if table.dies("apply", "--yes") != signal.SIGKILL:
                break
            clear(table.sandbox)
            deaths += 1
        assert deaths >= WRITES // 3
        assert _shape(table) == goal
        assert len(_creations(table)) == 2


def test_what_a_journal_does_not_name_was_not_called(template: Desk) -> None:
    with desk() as table:
        _copied(template, table)
        plant(table.sandbox, Fault(Kind.KILL, "write", skip=5))
        before = table.content()
        assert table.dies("apply", "--yes") == signal.SIGKILL
        entries = read(next((table.folder / ".govkit" / "runs").iterdir())).entries
        last = [entry for entry in entries if entry["entry"] in {"calling", "answered"}]
        assert [entry["entry"] for entry in last] == ["calling", "answered"] * 5 + ["calling"]
        assert table.content() != before
        assert _private(table.folder / ".govkit" / "runs")


def _private(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
