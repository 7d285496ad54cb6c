"""An account is closed in a plan of its own, so that nobody closes one by the way."""

from collections.abc import Iterable

from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import remark
from govkit.plan.judge import Guard

RAIL = "close_alone"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:  # noqa: ARG001 - a rail's signature
    closing = [str(step.address) for step in plan.steps if step.verb == "close"]
    others = len(plan.steps) - len(closing)
    noun = "step" if others == 1 else "steps"
    if closing and others:
        yield remark(
            RAIL,
            "GK408",
            closing[0],
            f"The plan would close {', '.join(closing)} along with {others} other {noun}: "
            "apply those first, or take `close: true` out.",
            len(closing),
        )


GUARD = Guard(RAIL, _look)
