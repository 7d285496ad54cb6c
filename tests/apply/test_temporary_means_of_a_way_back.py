"""A rollback and a kill: what it made for a while is cleared away by the same rollback, run again."""

import json
import signal
from collections.abc import Iterator

import pytest
from swapping import WRITES, swapping, temporary
from terminal import Desk, build, desk

from govkit.cli.tree import sandbox_tree
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.show import show


@pytest.fixture
def table() -> Iterator[Desk]:
    with swapping() as found:
        yield found


def _swapped(table: Desk) -> str:
    """Apply the swap, and return its run."""
    folder = table.folder / ".govkit" / "runs"
    before = {*folder.iterdir()}
    table.does("apply", "--yes")
    (made,) = {*folder.iterdir()} - before
    return made.stem


@pytest.mark.parametrize("write", range(WRITES))
def test_what_a_killed_rollback_made_for_a_while_is_cleared_away_by_the_next(
    table: Desk, write: int
) -> None:
    was = sandbox_tree(show(table.sandbox))
    run = _swapped(table)
    plant(table.sandbox, Fault(Kind.KILL, "write", skip=write))
    assert table.dies("rollback", run, "--yes") == signal.SIGKILL
    clear(table.sandbox)
    table.does("rollback", run, "--yes")
    assert temporary(table) == set()
    assert sandbox_tree(show(table.sandbox)) == was
    told = json.loads(table.does("-l", "before.yaml", "plan", "-f", "json").out)
    assert told["steps"] == []


def _denies(*actions: str, attach: tuple[str, ...]) -> dict[str, object]:
    said = [{"Effect": "Deny", "Action": action, "Resource": "*"} for action in actions]
    return {"policy": {"Version": "2012-10-17", "Statement": said}, "attach": [*attach]}


def _full(found: Desk) -> str:
    """Fill an OU with strangers after a run that had room; return that run, which went without means."""
    rest = {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "limits": {"scp": {"attachments": 4}},
        "ous": {"W": None},
    }
    build({"ous": ["W"], "accounts": {"5" * 12: {"name": "p", "ou": "W"}}}, found.sandbox)
    one, two = ("s3:DeleteBucket", "s3:Get*"), ("s3:DeleteBucket", "s3:Put*")

    def layout(a: tuple[str, ...], b: tuple[str, ...]) -> None:
        guardrails = {"a": _denies(*one, attach=a), "b": _denies(*two, attach=b)}
        found.layout({**rest, "guardrails": guardrails})

    layout(("W",), ())
    found.does("apply", "--yes")
    layout((), ("W",))
    run = _swapped(found)
    console = Console(found.sandbox)
    for number in range(2):
        theirs = json.dumps(_denies(f"sns:Get{number}", attach=())["policy"])
        changes.create_policy(console, f"theirs-{number}", theirs)
        changes.attach(console, f"theirs-{number}", "W")
    return run


FULL_WRITES = 6


@pytest.mark.parametrize("write", range(FULL_WRITES))
def test_so_is_what_only_the_way_back_needed(write: int) -> None:
    with desk() as found:
        run = _full(found)
        told = found.does("rollback", run, "--dry-run").out
        assert told.count("govkit-temporary-") > 0
        assert f"{FULL_WRITES}  " in told
        plant(found.sandbox, Fault(Kind.KILL, "write", skip=write))
        assert found.dies("rollback", run, "--yes") == signal.SIGKILL
        clear(found.sandbox)
        found.does("rollback", run, "--yes")
        assert temporary(found) == set()
        assert "Nothing to do." in found.does("rollback", run, "--yes").err
