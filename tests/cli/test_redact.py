"""--redact: no account ID and no e-mail address in anything that is said or written."""

import re
from pathlib import Path

import pytest
from terminal import Desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant

ID = re.compile(r"(?<![0-9a-fA-F])\d{12}(?![0-9a-fA-F])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")

COMMANDS = [
    ["plan"],
    ["plan", "--calls"],
    ["plan", "--format", "json"],
    ["plan", "--format", "markdown"],
    ["plan", "--write", "json=a.json", "--write", "markdown=a.md", "--write", "text=a.txt"],
    ["drift", "--write", "json=a.json", "--write", "markdown=a.md", "--write", "text=a.txt"],
    ["drift", "--format", "json"],
    ["diff", "--write", "json=a.json", "--write", "markdown=a.md"],
    ["diff", "--format", "json"],
    ["show"],
    ["show", "--live"],
    ["show", "limits", "--live"],
    ["show", "payments-prod"],
    ["show", "555555555555"],
    ["show", "222222222222"],
    ["show", "search@example.com"],
    ["render"],
    ["validate"],
    ["validate", "--format", "json"],
    ["history"],
    ["doctor"],
    ["account", "ids"],
    ["apply", "--yes"],
    ["--verbose", "plan", "--only", "account:nobody"],
    ["--sandbox", "999999999999", "plan"],
    ["sandbox", "show"],
    ["sandbox", "change", "move", "555555555555", "Old"],
    ["sandbox", "change", "move", "nobody@example.com", "Old"],
]


def _assert_nothing_told(ran_said: str, folder: Path) -> None:
    texts = {"said": ran_said} | {p.name: p.read_text() for p in folder.glob("a.*")}
    for name, text in texts.items():
        assert not ID.search(text), (name, ID.findall(text))
        assert not EMAIL.search(text), (name, EMAIL.findall(text))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_id_and_no_address_is_told(table: Desk, arguments: list[str]) -> None:
    ran = table.run("--redact", *arguments)
    assert ran.code in {0, 2, 64, 1}, ran.said
    assert ran.said
    _assert_nothing_told(ran.said, table.folder)


def test_errors_are_redacted_too(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "MoveAccount", times=9))
    ran = table.run("apply", "--yes", "--redact")
    assert ran.code == 6
    _assert_nothing_told(ran.said, table.folder)


def test_a_layout_that_is_wrong_is_redacted_too(table: Desk) -> None:
    path = table.folder / "org_layout.yaml"
    path.write_text(
        path.read_text() + "  x: {id: '555555555555', ou: /nowhere, email: a@example}\n"
        "accounts2:\n  y: {id: '123456789012', email: someone@example.com}\n"
    )
    ran = table.run("plan", "--redact")
    assert ran.code == 3
    _assert_nothing_told(ran.said, table.folder)


def test_the_same_account_is_the_same_word_in_one_run(table: Desk) -> None:
    changes.move_account(Console(table.sandbox), "payments-prod", "Old")
    ran = table.run("drift", "--redact", "--format", "json")
    assert ran.code == 2
    _assert_nothing_told(ran.said, table.folder)
