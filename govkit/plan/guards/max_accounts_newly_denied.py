"""Not many accounts may get a deny that they did not have in one plan."""

from collections.abc import Iterable

from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._denies import newly_denied
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard

RAIL = "max_accounts_newly_denied"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    accounts = newly_denied(plan)
    limit = wanted.safety.max_accounts_newly_denied
    return too_many(RAIL, "GK404", "Accounts that get a new deny", accounts, limit)


GUARD = Guard(RAIL, _look)
