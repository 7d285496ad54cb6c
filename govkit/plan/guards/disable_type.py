"""No policy type is ever disabled: AWS would detach every policy of it, everywhere, for good."""

from collections.abc import Iterable

from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.judge import Guard

RAIL = "disable_type"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:  # noqa: ARG001 - a rail's signature
    for step in plan.steps:
        gone = step.change.before
        if isinstance(gone, EnabledPolicyType) and step.change.after is None:
            yield Finding(
                "GK415",
                Severity.ERROR,
                str(gone.address),
                f"The plan would disable policy type {gone.type}, and AWS would detach every "
                "policy of it everywhere.",
                "Detach what should go, one by one; disable the type in the console.",
                rail=RAIL,
                count=1,
            )


GUARD = Guard(RAIL, _look, override=False)
