"""Not many accounts may be created in one plan: an account is hard to get rid of."""

from collections.abc import Iterable

from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import too_many
from govkit.plan.guards.max_moves import created_accounts
from govkit.plan.judge import Guard

RAIL = "max_creates"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    created = sorted(map(str, created_accounts(plan)))
    return too_many(RAIL, "GK403", "Accounts created", created, wanted.safety.max_creates)


GUARD = Guard(RAIL, _look)
