"""Creating accounts: whatever happened before, each is made once, and nobody else's is taken for ours."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

from govkit.errors import GovkitError
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.making import configure

NAME, EMAIL = "search-prod", "search@example.com"


@pytest.fixture
def table() -> Iterator[Desk]:
    """A desk where two accounts are to be made, which takes AWS a few looks."""
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        configure(found.sandbox, replace(SETTINGS, create_account_polls=3, seed="a"))
        yield found


def _rows(table: Desk, name: str) -> list[dict[str, Any]]:
    return list(json.loads(table.content())[name].values())


def _named(table: Desk) -> list[str]:
    rows = _rows(table, "accounts")
    return sorted(row["Email"] for row in rows if row["Name"] == NAME)


def test_somebody_elses_account_of_the_same_name_is_not_taken_for_ours(table: Desk) -> None:
    """AWS is at theirs when ours is to be begun; it shows the name, and no e-mail address."""
    begun = {"AccountName": NAME, "Email": "theirs@example.com"}
    Console(table.sandbox).call("began an account", "CreateAccount", **begun)
    ran = table.does("apply", "--yes")
    assert "AWS is at it already" in ran.err
    assert _named(table) == [EMAIL, "theirs@example.com"]
    assert "No changes." in table.does("plan").out


def test_an_attempt_that_failed_before_is_not_taken_for_ours(table: Desk) -> None:
    with pytest.raises(GovkitError, match="EMAIL_ALREADY_EXISTS"):
        changes.create_account(Console(table.sandbox), NAME, "aws+audit@example.com")
    table.does("apply", "--yes")
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


def test_an_address_that_is_somebody_elses_stops_with_its_reason_and_makes_nothing(
    table: Desk,
) -> None:
    changes.create_account(Console(table.sandbox), "Another", EMAIL)
    ran = table.run("apply", "--yes")
    assert ran.code != 0
    emails = [row["Email"] for row in _rows(table, "accounts")]
    assert emails.count(EMAIL) == 1
    assert _named(table) == []


@pytest.mark.parametrize("journal", ["there", "gone"])
@pytest.mark.parametrize("kind", [Kind.KILL_AFTER, Kind.CONNECTION_LOST_AFTER])
def test_a_creation_that_was_begun_is_never_begun_again(
    table: Desk, kind: Kind, journal: str
) -> None:
    plant(table.sandbox, Fault(kind, "CreateAccount"))
    if kind is Kind.KILL_AFTER:
        assert table.dies("apply", "--yes") == signal.SIGKILL
        clear(table.sandbox)
        if journal == "gone":
            for path in (table.folder / ".govkit" / "runs").iterdir():
                path.unlink()
    table.does("apply", "--yes")
    assert len(_rows(table, "creations")) == 2
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


def test_a_creation_is_known_by_the_request_that_the_journal_names(table: Desk) -> None:
    """Somebody began accounts of the same name before and after us: by name, theirs is found."""
    theirs = {"AccountName": NAME, "Email": "theirs@example.com"}
    change = ("CreateAccount", theirs)
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "CreateAccount", skip=1, change=change))
    plant(table.sandbox, Fault(Kind.KILL, "DescribeCreateAccountStatus"))
    assert table.dies("apply", "--yes") == signal.SIGKILL
    clear(table.sandbox)
    more = {"AccountName": NAME, "Email": "theirs2@example.com"}
    Console(table.sandbox).call("began an account", "CreateAccount", **more)
    configure(table.sandbox, replace(SETTINGS, create_account_polls=3, seed="a", log_calls=True))
    table.does("apply", "--yes")
    assert _named(table) == [EMAIL]  # nobody asked after theirs, which are not done yet
    assert len(_rows(table, "creations")) == 4
    log = map(json.loads, (table.sandbox / "calls.jsonl").read_text().splitlines())
    made = [call["params"]["Email"] for call in log if call["operation"] == "CreateAccount"]
    assert EMAIL not in made
    assert "No changes." in table.does("plan").out
