"""What earlier runs left behind: creations that AWS is at, and writes that reads may not show yet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from govkit.store.history import covers, last, runs, with_holder
from govkit.store.lately import begun, written
from govkit.store.local import LocalStore
from govkit.store.store import Held, Holder

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORGANIZATION = "o-exampleorgid"
MADE = {"CreateAccountStatus": {"Id": "car-1"}}


def _run(folder: Path, name: str, ended: datetime, *entries: dict[str, Any], **begin: Any) -> None:
    journal = LocalStore(folder).journal(name)
    time = ended.isoformat()
    journal.write({"entry": "begin", "time": time, "organization": ORGANIZATION, **begin})
    for entry in entries:
        journal.write({"time": time, **entry})
    journal.close()


def _answered(address: str, answer: Any = MADE) -> dict[str, Any]:
    return {"entry": "answered", "address": address, "answer": answer}


def _done(address: str, verb: str = "create", before: Any = None) -> dict[str, Any]:
    return {"entry": "step_done", "address": address, "verb": verb, "before": before}


END = {"entry": "end", "outcome": "done"}


def test_an_unfinished_creation_is_known_whatever_ended_well_since(tmp_path: Path) -> None:
    """A run of something else, done, is no sign that the older one's requests came to an end."""
    _run(tmp_path, "1", NOW - timedelta(hours=3), _answered("account:a"))
    _run(tmp_path, "2", NOW - timedelta(hours=2), _done("ou:/B"), END)
    _run(tmp_path, "3", NOW - timedelta(hours=1), _answered("account:b"))
    found = begun(LocalStore(tmp_path), ORGANIZATION, NOW)
    assert found == {"account:a": MADE, "account:b": MADE}


def test_a_creation_that_a_later_run_saw_the_end_of_is_over(tmp_path: Path) -> None:
    _run(tmp_path, "1", NOW, _answered("account:a"), _answered("account:b"))
    _run(tmp_path, "2", NOW, _done("account:a"))
    assert begun(LocalStore(tmp_path), ORGANIZATION, NOW) == {"account:b": MADE}


def test_the_latest_answer_counts(tmp_path: Path) -> None:
    _run(tmp_path, "1", NOW, _answered("account:a", {"old": 1}))
    _run(tmp_path, "2", NOW, _answered("account:a"))
    assert begun(LocalStore(tmp_path), ORGANIZATION, NOW) == {"account:a": MADE}


def test_what_another_organization_was_asked_is_nothing_to_us(tmp_path: Path) -> None:
    _run(tmp_path, "1", NOW, _answered("account:a"), organization="o-anotherorgid")
    assert begun(LocalStore(tmp_path), ORGANIZATION, NOW) == {}


@pytest.mark.parametrize(("days", "known"), [(6, 1), (8, 0)])
def test_after_a_week_what_was_begun_is_there_or_failed(
    tmp_path: Path, days: int, known: int
) -> None:
    _run(tmp_path, "1", NOW - timedelta(days=days), _answered("account:a"))
    assert len(begun(LocalStore(tmp_path), ORGANIZATION, NOW)) == known


def test_what_was_written_lately_is_told_with_how_it_was(tmp_path: Path) -> None:
    """A call whose answer nobody saw may have taken, too."""
    old = {"kind": "trusted_access", "service": "ram.amazonaws.com"}
    calling = {"entry": "calling", "address": "trusted_access:x", "verb": "enable", "before": None}
    _run(tmp_path, "1", NOW - timedelta(hours=1), _done("ou:/A"))
    _run(tmp_path, "2", NOW - timedelta(minutes=4), _done("trusted_access:y", "disable", old), END)
    _run(tmp_path, "3", NOW + timedelta(minutes=2), calling)  # a clock that is ahead of ours
    found = written(LocalStore(tmp_path), ORGANIZATION, NOW)
    assert {(one.address, one.verb, str(one.before)) for one in found} == {
        ("trusted_access:x", "enable", "None"),
        ("trusted_access:y", "disable", str(old)),
    }


def test_a_call_with_which_a_run_died_is_told_from_one_that_was_answered(tmp_path: Path) -> None:
    calling = {"entry": "calling", "verb": "create", "before": None}
    first, last = ({**calling, "address": f"account:{name}"} for name in "ab")
    waiting = {"entry": "waiting", "address": "account:b"}
    _run(tmp_path, "1", NOW, first, _answered("account:a"), last, waiting)
    _run(tmp_path, "2", NOW, {**first, "address": "account:c"}, {"entry": "refused"}, END)
    found = {
        one.address: one.unanswered for one in written(LocalStore(tmp_path), ORGANIZATION, NOW)
    }
    assert found == {"account:a": False, "account:b": True, "account:c": False}


def test_of_a_long_run_only_the_last_minutes_count(tmp_path: Path) -> None:
    early = {**_done("ou:/A"), "time": (NOW - timedelta(minutes=30)).isoformat()}
    _run(tmp_path, "1", NOW, early, _done("ou:/B"))
    assert [one.address for one in written(LocalStore(tmp_path), ORGANIZATION, NOW)] == ["ou:/B"]


def test_a_journal_without_times_or_lines_is_in_nobodys_way(tmp_path: Path) -> None:
    _run(tmp_path, "1", NOW, _answered("account:a"))
    _run(tmp_path, "2", NOW, {**_done("ou:/A"), "time": "some day"})
    LocalStore(tmp_path).journal("3").close()
    assert begun(LocalStore(tmp_path), ORGANIZATION, NOW) == {"account:a": MADE}
    assert len(written(LocalStore(tmp_path), ORGANIZATION, NOW)) == 1


# --- which run finishes which -------------------------------------------------------------------

ASKED = {"only": [], "baseline": False, "expired": False, "authority": None}
BEGIN = {"organization": ORGANIZATION, "layout": "main", "command": "apply", "not_done": 0}


@pytest.mark.parametrize(
    ("earlier", "later", "finishes"),
    [
        ({}, {}, True),
        ({"only": ["ou:A"]}, {}, True),
        ({"only": ["ou:A"]}, {"only": ["ou:A"]}, True),
        ({"only": ["ou:A"]}, {"only": ["ou:B"]}, False),
        ({}, {"only": ["ou:A"]}, False),
        ({"baseline": True}, {}, False),
        ({}, {"baseline": True}, True),
        ({"expired": True}, {}, False),
        ({"authority": "policies"}, {}, True),
        ({"authority": "policies"}, {"authority": "policies", "not_done": 3}, True),
        ({}, {"authority": "policies", "not_done": 3}, False),
        ({}, {"authority": "policies"}, True),
        ({}, {"command": "rollback 1"}, False),
        ({}, {"organization": "o-anotherorgid"}, False),
        ({}, {"layout": "other"}, False),
        ({"expected": "sha256:1", "not_done": 2}, {"expected": "sha256:1", "not_done": 2}, True),
        ({"expected": "sha256:1"}, {"expected": "sha256:2", "not_done": 2}, False),
        ({}, {"asked": None}, False),
        ({"asked": None}, {}, False),
    ],
)
def test_a_run_finishes_one_that_was_asked_no_more_than_it_did(
    earlier: dict[str, Any],
    later: dict[str, Any],
    finishes: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert covers(_begin(later), _begin(earlier)) is finishes


def _begin(told: dict[str, Any]) -> dict[str, Any]:
    asked = {name: told.get(name, ASKED[name]) for name in ASKED}
    rest = {name: value for name, value in told.items() if name not in ASKED}
    return {**BEGIN, "asked": asked, **rest}


def test_a_run_that_died_before_its_first_line_has_left_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.journal("20261123T110000Z-ff00").close()
    _run(tmp_path, "2", NOW, END, layout="main", command="apply", asked=ASKED, not_done=0)
    killed, done = runs(store)
    assert (killed.outcome, killed.finished_by, done.finished_by) == ("killed", "2", None)
    assert killed.began == "2026-11-23T11:00:00+00:00"  # as its name says
    newest = last(store)
    assert newest is not None
    assert newest.id == "2"
    assert last(LocalStore(tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("since", "live", "outcome"),
    [(-60, True, "running"), (60, True, "killed"), (-60, False, "killed"), (None, True, "killed")],
)
def test_a_run_without_an_end_is_running_while_its_process_holds_the_lock(
    tmp_path: Path, since: int | None, *, live: bool, outcome: str
) -> None:
    """Who holds it since later is another one, which has no journal yet."""
    _run(tmp_path, "1", NOW)
    past = runs(LocalStore(tmp_path))
    began = "" if since is None else (NOW + timedelta(seconds=since)).isoformat()
    holder = None if since is None else Holder("govkit apply", "jane", "laptop", 1, began)
    assert with_holder(past, Held(holder, live, "seen"))[-1].outcome == outcome
    assert with_holder(past, None) == past
    assert with_holder((), Held(holder, live, "seen")) == ()
