"""The credentials at hand belong to the organization that the layout describes."""

from collections.abc import Iterable

from govkit.kinds.root import Root
from govkit.model.address import ROOT
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.judge import Guard

RAIL = "organization"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    if wanted.organization not in {None, plan.organization}:
        yield _elsewhere(
            plan.organization,
            f"The layout describes organization {wanted.organization}, "
            f"and these credentials reach {plan.organization}.",
        )
    root = plan.live.get(ROOT)
    if isinstance(root, Root) and wanted.management_account not in {None, root.management_account}:
        yield _elsewhere(
            root.management_account,
            f"The layout names management account {wanted.management_account}, "
            f"and the organization's is {root.management_account}.",
        )


def _elsewhere(subject: str, message: str) -> Finding:
    hint = "Choose the profile of the right organization, or correct the layout."
    return Finding("GK407", Severity.ERROR, subject, message, hint, rail=RAIL, count=1)


GUARD = Guard(RAIL, _look)
