"""Temporary policies are tagged, cleared away by their own plan, and by the next where that died."""

import json
import signal
from collections.abc import Iterator

import pytest
from swapping import LEFT, STORY, WRITES, swapping, temporary
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


def _killed(table: Desk, write: int, *arguments: str) -> None:
    plant(table.sandbox, Fault(Kind.KILL, "write", skip=write))
    assert table.dies("apply", "--yes", *arguments) == signal.SIGKILL
    clear(table.sandbox)


def _steps(table: Desk, *arguments: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(table.run("plan", "--format", "json", *arguments).out)[
        "steps"
    ]
    return found


def test_the_swap_has_so_many_writes(table: Desk) -> None:
    assert len(_steps(table)) == WRITES


@pytest.mark.parametrize("write", range(1, WRITES, 2))
def test_what_a_killed_run_left_behind_is_cleared_away_by_the_next(table: Desk, write: int) -> None:
    _killed(table, write)
    table.does("apply", "--yes")
    assert sandbox_tree(show(table.sandbox)) == (STORY / "after.txt").read_text()
    assert temporary(table) == set()
    assert _steps(table) == []


@pytest.mark.parametrize("write", [3, LEFT, 11])
def test_a_reviewed_plan_is_finished_by_its_file_after_a_kill(table: Desk, write: int) -> None:
    table.does("plan", "--out", "swap.json")
    _killed(table, write, "swap.json")
    table.does("apply", "--yes", "swap.json")
    assert temporary(table) == set()
    assert _steps(table) == []


def test_what_is_left_behind_is_said_and_trips_no_rail(table: Desk) -> None:
    _killed(table, LEFT)
    assert len(temporary(table)) == 2
    with (table.folder / "org_layout.yaml").open("a") as layout:
        layout.write("safety: {max_deletes: 2}\n")
    told = table.does("plan").out
    assert told.count("temporary, and left behind by a plan that was not finished") == 4
    assert "Orphans" not in told


def test_another_layouts_temporary_policy_is_left_alone(table: Desk) -> None:
    _killed(table, LEFT)
    path = table.folder / "org_layout.yaml"
    structure = path.read_text().partition("guardrails")[0]
    path.write_text(structure.replace("version: 1\n", "version: 1\nlayout: other\n"))
    assert not any("temporary" in step["address"] for step in _steps(table))


def test_a_temporary_policy_that_somebody_detached_is_deleted_all_the_same(table: Desk) -> None:
    _killed(table, LEFT)
    names = sorted(temporary(table))
    changes.detach(Console(table.sandbox), names[0], "payments" if "11ca" in names[0] else "search")
    table.does("apply", "--yes")
    assert temporary(table) == set()


FENCE, ALLOWS = "s3:DeleteBucket", "s3:*"


def _guardrail(effect: str, action: str, *attach: str) -> dict[str, object]:
    said = {"Effect": effect, "Action": action, "Resource": "*"}
    return {"policy": {"Version": "2012-10-17", "Statement": [said]}, "attach": list(attach)}


@pytest.mark.parametrize("write", range(2))
def test_an_orphan_is_as_it_was_after_a_run_that_was_killed(write: int) -> None:
    """A full OU gives an allow list up; what stands beside it is not in the layout any more."""
    rest = {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "limits": {"scp": {"attachments": 2}},
    }
    before = {"fence": _guardrail("Deny", FENCE, "W"), "allow": _guardrail("Allow", ALLOWS, "W")}
    after = {"allow": _guardrail("Allow", ALLOWS)}
    with desk() as found:
        build({"ous": ["W"], "accounts": {"5" * 12: {"name": "pay", "ou": "W"}}}, found.sandbox)
        found.layout({**rest, "ous": {"W": {"full_access": False}}, "guardrails": before})
        found.does("apply", "--yes", "--allow", "full_access=1")
        was = _says(found, "fence")
        found.layout({**rest, "ous": {"W": {"full_access": True}}, "guardrails": after})
        _killed(found, write)
        found.does("apply", "--yes")
        assert _says(found, "fence") == was
        assert _steps(found) == []


def _says(table: Desk, name: str) -> str:
    policies = json.loads(table.content())["policies"].values()
    (content,) = [one["Content"] for one in policies if one["Name"] == name]
    return str(content)


@pytest.mark.parametrize("write", range(5))
def test_the_only_scp_of_a_target_makes_way_for_another_one_of_the_same_name(write: int) -> None:
    """AWS lets no target be without one, and no two policies have one name."""
    named = {**_guardrail("Allow", ALLOWS, "W"), "name": "what-is-allowed"}
    rest = {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "ous": {"W": {"full_access": False}},
    }
    with desk() as found:
        build({"ous": ["W"], "accounts": {"5" * 12: {"name": "pay", "ou": "W"}}}, found.sandbox)
        found.layout({**rest, "guardrails": {"old": named}})
        found.does("apply", "--yes", "--allow", "full_access=1")
        found.layout({**rest, "guardrails": {"old": {"absent": True}, "new": named}})
        _killed(found, write)
        found.does("apply", "--yes")
        assert (_steps(found), temporary(found)) == ([], set())
        assert '"what-is-allowed"' in found.content().decode()
