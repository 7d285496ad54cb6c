"""Not many accounts may lose a deny in one plan."""

from collections.abc import Iterable

from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._denies import newly_allowed
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard

RAIL = "max_accounts_newly_allowed"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    accounts = newly_allowed(plan)
    limit = wanted.safety.max_accounts_newly_allowed
    return too_many(RAIL, "GK405", "Accounts that lose a deny", accounts, limit)


GUARD = Guard(RAIL, _look)
