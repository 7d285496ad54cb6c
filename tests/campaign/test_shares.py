"""Roles that carry a plan out by turns: what AWS was told is read afterwards, by other means than ours."""

from dataclasses import replace
from typing import Any

import pytest
from campaign.laws import Ground, Lapse, lapses
from campaign.scenario import LAYOUT, LIVE
from journey import deny
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox.log import events

TURNS = 8


def _by_turns(table: Desk, *tasks: str) -> list[Lapse]:
    """Let roles apply their shares by turns until nothing is left, and return what broke a law."""
    start = Ground.of(table.content())
    for turn in range(TURNS):
        ran = table.does("apply", "--yes", "--authority", tasks[turn % len(tasks)])
        if "left" not in ran.out.splitlines()[-1]:
            break
    assert "No changes." in table.does("plan").out
    return lapses(start, _writes(table))


def _writes(table: Desk) -> list[Any]:
    told = events(table.sandbox)
    return [one for one in told if not one["read_only"] and one["error"] is None]


@pytest.mark.parametrize("first", ["policies", "structure"])
def test_forty_steps_by_turns_open_no_gap(first: str) -> None:
    with desk() as table:
        build(LIVE, table.sandbox, replace(SETTINGS, log_calls=True))
        table.layout(LAYOUT)
        second = "structure" if first == "policies" else "policies"
        assert _by_turns(table, first, second) == []


KEEP, SIDE = deny("Keep", "s3:DeleteBucket"), deny("Side", "ec2:RunInstances")
MOVE: dict[str, Any] = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "ous": {"Old": None, "New": None, "Else": None},
    "accounts": {"one": {"id": "444444444444", "ou": "New"}},
    "guardrails": {
        "keep": {"policy": KEEP, "attach": ["New"]},
        "side": {"policy": SIDE, "attach": []},
    },
}


def _ours(name: str, says: Any, at: str) -> dict[str, Any]:
    return {
        "says": says,
        "attach": [at],
        "tags": {"govkit:layout": "main", "govkit:guardrail": name},
    }


def _moving(table: Desk) -> None:
    """Build an organization in which one account moves and takes its guard along; another loses one."""
    build(
        {
            "ous": ["Old", "New", "Else"],
            "accounts": {
                "444444444444": {"name": "one", "ou": "Old"},
                "555555555555": {"name": "two", "ou": "Else"},
            },
            "policies": {"keep": _ours("keep", KEEP, "Old"), "side": _ours("side", SIDE, "Else")},
        },
        table.sandbox,
        replace(SETTINGS, log_calls=True),
    )
    table.layout(MOVE)


def test_the_guard_of_the_old_place_waits_for_the_other_roles_move_and_nothing_else_does() -> None:
    """Taken off by a share that plans for its own steps alone, it would leave the account unguarded."""
    with desk() as table:
        _moving(table)
        ran = table.does("apply", "--yes", "--authority", "policies")
        left = [one.strip() for one in ran.out.partition("Left to do\n")[2].splitlines()]
        assert left[:2] == [
            "move account one from OU /Old to OU /New",
            "detach SCP keep from OU /Old",
        ]
        assert [(one["operation"], one["params"]["TargetId"][:3]) for one in _writes(table)] == [
            ("AttachPolicy", "ou-"),
            ("DetachPolicy", "ou-"),
        ]
        assert "Next: govkit apply --authority structure" in ran.out
        start = Ground.of(table.content())
        before = len(_writes(table))
        for task in ("structure", "policies"):
            table.does("apply", "--yes", "--authority", task)
        assert "No changes." in table.does("plan").out
        assert lapses(start, _writes(table)[before:]) == []


def _policy(attach: Any) -> str:
    found: str = attach["params"]["PolicyId"]
    return found


def test_a_share_that_would_have_gone_on_is_found_out() -> None:
    """Were the reading blind, the tests above could not fail."""
    with desk() as table:
        _moving(table)
        start = Ground.of(table.content())
        table.does("apply", "--yes")
        attach, move, *rest = _writes(table)
        detach = next(one for one in rest if one["params"].get("PolicyId") == _policy(attach))
        found = lapses(start, [attach, detach, move])
        assert {one.law for one in found} == {"gap"}
