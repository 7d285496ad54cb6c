"""What was written is given time before what guarded until now goes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from terminal import Desk, build, desk
from walk import Walk, sandbox_api

from govkit.apply.events import Calling
from govkit.apply.patience import Patience
from govkit.errors import ApplyStopped
from govkit.flow.apply import Job, carried_out, new_run, remembered
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.store.journal import Journal
from govkit.store.local import LocalStore

SAYS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}
ACCOUNTS = {"444444444444": "network", "555555555555": "payments"}


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        accounts = {ident: {"name": name, "ou": "Old"} for ident, name in ACCOUNTS.items()}
        build({"ous": ["Old", "New"], "accounts": accounts}, found.sandbox)
        found.layout(_layout("Old"))
        found.does("apply", "--yes")
        yield found


def _layout(home: str) -> dict[str, Any]:
    return {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "ous": {"Old": None, "New": None},
        "accounts": {name: {"id": ident, "ou": home} for ident, name in ACCOUNTS.items()},
        "guardrails": {"keep": {"policy": SAYS, "attach": [home]}},
    }


def test_new_guards_settle_before_accounts_move_under_them_and_moves_before_the_old_ones_go(
    table: Desk,
) -> None:
    assert _waits_and_calls(table, _layout("New")) == [
        "AttachPolicy",
        "5 s",
        "MoveAccount",
        "MoveAccount",
        "5 s",
        "DetachPolicy",
    ]


def test_a_statement_settles_in_its_new_policy_before_the_old_one_stops_saying_it(
    table: Desk,
) -> None:
    two, one, none = (_says(*which) for which in ((0, 1), (1,), (2,)))
    table.layout(_guarded(two, none))
    table.does("apply", "--yes")
    moved = _says(2, 0)
    assert _waits_and_calls(table, _guarded(one, moved)) == ["UpdatePolicy", "5 s", "UpdatePolicy"]


def test_contents_that_rely_on_nobody_else_are_written_one_after_another(table: Desk) -> None:
    table.layout(_guarded(_says(0), _says(1)))
    table.does("apply", "--yes")
    wanted = _guarded(_says(0, 2), _says(1, 3))
    assert _waits_and_calls(table, wanted) == ["UpdatePolicy", "UpdatePolicy"]


_ACTIONS = ("s3:DeleteBucket", "ec2:RunInstances", "iam:CreateUser", "sns:CreateTopic")


def _says(*which: int) -> dict[str, Any]:
    denied = [{"Effect": "Deny", "Action": _ACTIONS[one], "Resource": "*"} for one in which]
    return {"Version": "2012-10-17", "Statement": denied}


def _guarded(keep: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    said = {"keep": keep, "other": other}
    guardrails = {key: {"policy": one, "attach": ["Old"]} for key, one in said.items()}
    return {**_layout("Old"), "guardrails": guardrails}


def test_what_a_run_wrote_that_was_stopped_settles_in_the_next_one(table: Desk) -> None:
    """Resumed at once, the new guard may hold nowhere yet; what was written long ago does."""
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "MoveAccount"))
    with pytest.raises(ApplyStopped):
        _waits_and_calls(table, _layout("New"))
    resumed = _waits_and_calls(table, _layout("New"))
    assert resumed == ["5 s", "MoveAccount", "MoveAccount", "5 s", "DetachPolicy"]


def test_who_resumes_later_need_not_wait(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "MoveAccount"))
    with pytest.raises(ApplyStopped):
        _waits_and_calls(table, _layout("New"))
    (journal,) = (table.folder / "store" / "runs").iterdir()
    journal.unlink()
    _written_at(journal, NOW - timedelta(hours=1))
    resumed = _waits_and_calls(table, _layout("New"))
    assert resumed == ["MoveAccount", "MoveAccount", "5 s", "DetachPolicy"]


def _written_at(path: Path, moment: datetime) -> None:
    """Write a journal in which something was written at that moment."""
    journal = Journal(path)
    facts = {"organization": "o-exampleorgid", "time": moment.isoformat()}
    journal.write({"entry": "begin", **facts})
    journal.write(
        {"entry": "step_done", "address": "ou:/X", "verb": "create", "before": None} | facts
    )
    journal.close()


NOW = datetime.now(UTC)


def _waits_and_calls(table: Desk, wanted: dict[str, Any]) -> list[str]:
    walk = Walk(sandbox_api(table.sandbox), table.folder)
    store = LocalStore(table.folder / "store")
    made, both = walk.plan(wanted)
    told: list[str] = []
    events = carried_out(
        remembered(Job(made, both), store),
        made.steps,
        api=walk.api,
        store=store,
        run_name=new_run(),
        patience=Patience(sleep=lambda seconds: told.append(f"{seconds:g} s"), settle=5.0),
        stop=lambda: False,
    )
    for event in events:
        told += [event.call.operation] if isinstance(event, Calling) else []
    return told
