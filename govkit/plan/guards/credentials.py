"""Credentials are touched by a stage that somebody reviewed and counted, and by nothing else."""

from collections.abc import Iterable

from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard

RAIL = "credentials"
_KINDS = frozenset({"access_key", "login_profile", "credential_stage", "spare_user"})


def _look(plan: Plan, _: Wanted) -> Iterable[Finding]:
    touched = [f"{step.verb} {step.address}" for step in plan.steps if step.address.kind in _KINDS]
    return too_many(RAIL, "GK429", "Steps that touch credentials", touched, 0)


GUARD = Guard(RAIL, _look)
