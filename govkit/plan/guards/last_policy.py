"""No target is left with fewer policies of a type than AWS insists on, not even on the way: one SCP."""

from collections.abc import Iterable

from govkit.kinds.root import Root
from govkit.model.address import ROOT
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._crowd import emptiest
from govkit.plan.judge import Guard
from govkit.plan.room import fixed
from govkit.policies.types import policy_type

RAIL = "last_policy"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    after = plan.live.after(step.change for step in plan.steps)
    root = plan.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    for (target, key), moment in sorted(emptiest(plan).items(), key=str):
        if target is None:
            continue
        least = policy_type(key).limits_in(partition, wanted.limits.get(key, {})).minimum
        count = moment.count + fixed(key)
        if count < least and (target in after or not moment.to_stay):
            yield Finding(
                "GK414",
                Severity.ERROR,
                str(target),
                f"{target} would be left with {count} policies of type {key}{moment.when}; AWS lets "
                f"no target be below {least}.",
                "Say full_access: true on it, or attach a guardrail that allows.",
                wanted.origin(target),
                rail=RAIL,
                count=1,
            )


GUARD = Guard(RAIL, _look, override=False)
