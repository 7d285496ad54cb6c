"""Golden stories: a layout, an organization, the plan that must come of it, and what it leaves behind.

One folder per story. `story.yaml` says what it is about and describes the organization (`live`, as
`terminal.build` reads it); `before.yaml` is a layout applied first, `clicks` are what somebody did
in the console since, `plan` are arguments, `exit` and `drift` the exit statuses expected of `plan`
and, in the end, of `drift`. After a change of behaviour that is wanted, write what is expected anew
and read the difference: GOVKIT_UPDATE_GOLDEN=1 pytest tests/golden
"""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from terminal import Desk, build, desk

from govkit import __version__
from govkit.cli.tree import sandbox_tree
from govkit.plan.document import reviewed
from govkit.report import schema
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.show import show

HERE = Path(__file__).parent
STORIES = sorted(path.parent for path in HERE.glob("*/story.yaml"))
UPDATE = "GOVKIT_UPDATE_GOLDEN" in os.environ
EVERY_RAIL = tuple(f"--allow=max_{what}=100" for what in ("deletes", "moves", "creates"))
PLAN = Draft202012Validator(schema("plan"))
DRIFT = Draft202012Validator(schema("drift"))


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        yield found


@pytest.mark.parametrize("folder", STORIES, ids=lambda folder: folder.name)
def test_a_story_goes_as_it_is_told(folder: Path, table: Desk) -> None:
    story = yaml.safe_load((folder / "story.yaml").read_text())
    _begin(folder, story, table)
    arguments, status = story.get("plan", []), story.get("exit", 0)
    ran = table.run("plan", "--write", "json=plan.json", *arguments)
    assert ran.code == status, ran.said
    _expect(folder / "plan.txt", ran.said)
    if status != 3:
        _expect(folder / "plan.json", _checked((table.folder / "plan.json").read_text()))
    if status:
        _changes_nothing(table, arguments, status)
    else:
        _ends_well(folder, story, table, arguments)


@pytest.mark.nightly
@pytest.mark.parametrize("folder", STORIES, ids=lambda folder: folder.name)
def test_a_story_killed_at_any_write_ends_as_it_is_told(folder: Path) -> None:
    story = yaml.safe_load((folder / "story.yaml").read_text())
    if story.get("exit", 0):
        return
    for write in range(100):
        with desk() as table:
            _begin(folder, story, table)
            plant(table.sandbox, Fault(Kind.KILL, "write", skip=write))
            if table.dies("apply", "--yes", *story.get("plan", [])) != signal.SIGKILL:
                return
            clear(table.sandbox)
            table.does("apply", "--yes", *story.get("plan", []))
            told = sandbox_tree(show(table.sandbox))
            assert _unnumbered(told) == _unnumbered((folder / "after.txt").read_text()), write
            again = table.does("plan", "--format", "json")
            assert json.loads(again.out)["steps"] == [], write


def _unnumbered(tree: str) -> str:
    return re.sub(r"\b\d{12}\b", "ID", tree)


def test_every_story_says_what_it_is_about() -> None:
    told = [yaml.safe_load((folder / "story.yaml").read_text())["about"] for folder in STORIES]
    assert len(set(told)) == len(told) >= 45
    assert all(sentence.endswith(".") for sentence in told)


def _begin(folder: Path, story: dict[str, Any], table: Desk) -> None:
    shutil.copytree(folder, table.folder, dirs_exist_ok=True)
    build(story["live"], table.sandbox)
    (table.folder / "plan.json").unlink(missing_ok=True)
    if (folder / "before.yaml").exists():
        table.does("-l", "before.yaml", "apply", "--yes", *EVERY_RAIL)
    for click, *told in story.get("clicks", ()):
        getattr(changes, click)(Console(table.sandbox), *told)


def _checked(text: str) -> str:
    """Return a plan as it is compared: valid, true to its fingerprint, and of any version."""
    plan = json.loads(text)
    PLAN.validate(plan)
    assert reviewed(text, "plan.json").fingerprint == plan["fingerprint"]
    assert plan["govkit_version"] == __version__
    return text.replace(f'"govkit_version": "{__version__}"', '"govkit_version": "*"')


def _changes_nothing(table: Desk, arguments: list[str], status: int) -> None:
    before = table.content()
    assert table.run("apply", "--yes", *arguments).code == status
    assert table.content() == before


def _ends_well(folder: Path, story: dict[str, Any], table: Desk, arguments: list[str]) -> None:
    planned = json.loads((table.folder / "plan.json").read_text())
    before = table.content()
    table.does("apply", "--yes", *arguments)
    assert (table.content() == before) == (planned["steps"] == [])
    _expect(folder / "after.txt", sandbox_tree(show(table.sandbox)))
    again = table.does("plan", "--format", "json", "--detailed-exitcode")
    assert json.loads(again.out)["steps"] == []
    drift = table.run("drift", "--format", "json")
    assert drift.code == story.get("drift", 0), drift.said
    DRIFT.validate(json.loads(drift.out))
    if drift.code:
        _expect(folder / "drift.txt", table.run("drift").said)


def _expect(path: Path, text: str) -> None:
    if UPDATE:
        path.write_text(text)
    assert path.exists(), f"{path.name} is missing: GOVKIT_UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text()
