"""What was written is given time before what guarded until now goes."""

from collections.abc import Iterator
from typing import Any

import pytest
from terminal import Desk, build, desk
from walk import Walk, sandbox_api

from govkit.apply.events import Calling
from govkit.apply.patience import Patience
from govkit.flow.apply import Job, carried_out, new_run
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
    walk = Walk(sandbox_api(table.sandbox), table.folder)
    made, both = walk.plan(_layout("New"))
    told: list[str] = []
    events = carried_out(
        Job(made, both),
        made.steps,
        api=walk.api,
        store=LocalStore(table.folder / "store"),
        run_name=new_run(),
        patience=Patience(sleep=lambda seconds: told.append(f"{seconds:g} s"), settle=5.0),
        stop=lambda: False,
    )
    for event in events:
        told += [event.call.operation] if isinstance(event, Calling) else []
    assert told == [
        "AttachPolicy",
        "5 s",
        "MoveAccount",
        "MoveAccount",
        "5 s",
        "DetachPolicy",
    ]
