"""Not many accounts may move in one plan."""

from collections.abc import Iterable

from govkit.kinds.account import Account
from govkit.model.address import Address
from govkit.model.change import Action
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard

RAIL = "max_moves"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    created = created_accounts(plan)
    moved = [
        str(step.address)
        for step in plan.steps
        if isinstance(step.change.before, Account)
        and step.verb == "move"
        and step.address not in created
    ]
    return too_many(RAIL, "GK402", "Accounts moved", moved, wanted.safety.max_moves)


def created_accounts(plan: Plan) -> frozenset[Address]:
    """Return the accounts that the plan makes, which leave the root by a move of their own."""
    return frozenset(
        step.address
        for step in plan.steps
        if isinstance(step.change.after, Account) and step.change.action is Action.CREATE
    )


GUARD = Guard(RAIL, _look)
