"""`--only` and a kill: what a part's plan made for a while is cleared away by the same part's next plan.

What is left out is not touched even for a while, and what another part left behind still holds.
"""

import json
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from swapping import LEFT, STORY, WRITES, swapping, temporary
from terminal import Desk, build, desk

from govkit.cli.tree import sandbox_tree
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.show import show


def denies(action: str, *attach: str) -> dict[str, Any]:
    said = {"Effect": "Deny", "Action": action, "Resource": "*"}
    return {"policy": {"Version": "2012-10-17", "Statement": [said]}, "attach": list(attach)}


FULL = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "limits": {"scp": {"attachments": 3}},
    "ous": {"W": None, "Else": None},
}
GOES, COMES = denies("s3:PutBucketAcl", "W"), denies("s3:PutBucket*", "W")


@pytest.fixture
def full() -> Iterator[Desk]:
    """A full OU: `goes` makes way for `comes`, and `host` stays there, as does FullAWSAccess."""
    with desk() as found:
        build(
            {"ous": ["W", "Else"], "accounts": {"5" * 12: {"name": "p", "ou": "W"}}}, found.sandbox
        )
        _layout(found, goes=GOES, host=denies("s3:DeleteBucket", "W"))
        found.does("apply", "--yes")
        _layout(
            found,
            goes={**GOES, "attach": []},
            host=denies("s3:DeleteBucket", "W"),
            comes=COMES,
            other=denies("sns:*", "Else"),
        )
        yield found


def _layout(table: Desk, **guardrails: Any) -> None:
    table.layout({**FULL, "guardrails": guardrails})


def _steps(table: Desk, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(table.run("plan", "-f", "json", *arguments).out)[
        "steps"
    ]
    return found


def _says(table: Desk, name: str) -> str:
    policies = json.loads(table.content())["policies"].values()
    (content,) = [one["Content"] for one in policies if one["Name"] == name]
    return str(content)


def _killed(table: Desk, write: int, *arguments: str) -> None:
    plant(table.sandbox, Fault(Kind.KILL, "write", skip=write))
    assert table.dies("apply", "--yes", *arguments) == signal.SIGKILL
    clear(table.sandbox)


def _seen(table: Desk) -> str:
    return sandbox_tree(show(table.sandbox))


def _part(*guardrails: str) -> list[str]:
    return [f"--only=guardrail:{one}" for one in guardrails]


JOINED = _part("goes", "comes", "host")
JOINED_WRITES = 5


def test_the_part_has_so_many_writes_and_joins_two_documents(full: Desk) -> None:
    steps = _steps(full, *JOINED)
    assert len(steps) == JOINED_WRITES
    assert [one["address"] for one in steps].count("policy:scp/host") == 2


@pytest.mark.parametrize("write", range(JOINED_WRITES))
def test_a_joined_document_of_a_part_is_as_it_was_after_any_kill(full: Desk, write: int) -> None:
    unkilled = shutil.copytree(full.sandbox, full.folder / "unkilled")
    full.does("--sandbox", "unkilled", "apply", "--yes", *JOINED)
    _killed(full, write, *JOINED)
    full.does("apply", "--yes", *JOINED)
    assert _seen(full) == sandbox_tree(show(unkilled))
    assert _steps(full, *JOINED) == []
    assert _says(full, "host") == json.dumps(
        denies("s3:DeleteBucket")["policy"], separators=(",", ":")
    )


@pytest.mark.parametrize("write", range(3))
def test_what_is_left_out_is_not_touched_even_for_a_while(full: Desk, write: int) -> None:
    """Nobody would bring it in order: the next plan of the part leaves it out as well."""
    part, was = _part("goes", "comes"), _says(full, "host")
    assert "policy:scp/host" not in [one["address"] for one in _steps(full, *part)]
    _killed(full, write, *part)
    assert _says(full, "host") == was
    full.does("apply", "--yes", *part)
    assert _steps(full, *part) == []
    assert "policy:scp/other" in [one["address"] for one in _steps(full)]


SWAP = ["--only=ou:Prod", "--only=ou:Dev"]


@pytest.fixture
def swap() -> Iterator[Desk]:
    with swapping() as found:
        yield found


@pytest.mark.parametrize("write", range(WRITES))
def test_temporary_policies_of_a_part_are_cleared_away_after_any_kill(
    swap: Desk, write: int
) -> None:
    """In whatever order the selectors are told."""
    assert len(_steps(swap, *SWAP)) == WRITES
    _killed(swap, write, *SWAP)
    swap.does("apply", "--yes", *reversed(SWAP))
    assert _seen(swap) == (STORY / "after.txt").read_text()
    assert temporary(swap) == set()
    assert _steps(swap) == []


@pytest.mark.parametrize("write", [3, LEFT, 11])
def test_the_plan_file_of_a_part_is_finished_after_a_kill(swap: Desk, write: int) -> None:
    swap.does("plan", *SWAP, "--out", "swap.json")
    _killed(swap, write, "swap.json")
    swap.does("apply", "--yes", "swap.json")
    assert (temporary(swap), _steps(swap)) == (set(), [])


def test_what_a_part_left_behind_holds_while_another_part_is_done(swap: Desk) -> None:
    """It stands for what the first did not come to finish; the plan of everything clears it away."""
    _killed(swap, LEFT, *SWAP)
    left = temporary(swap)
    assert len(left) == 2
    for other in (["--only=guardrail:one"], ["--only=ou:Prod"], ["--only=account:search"]):
        told = [one["address"] for one in _steps(swap, *other)]
        assert not any(name in address for name in left for address in told)
    swap.does("apply", "--yes")
    assert (temporary(swap), _steps(swap)) == (set(), [])


def test_what_the_plan_of_everything_left_behind_is_for_that_to_clear_away(swap: Desk) -> None:
    _killed(swap, LEFT)
    left = temporary(swap)
    told = [one["address"] for one in _steps(swap, *SWAP)]
    assert not any(name in address for name in left for address in told)
    swap.does("apply", "--yes")
    assert (temporary(swap), _steps(swap)) == (set(), [])
