"""No target is left with fewer policies of a type than AWS insists on: one SCP at least."""

from collections import Counter
from collections.abc import Iterable

from govkit.kinds.attachment import Attachment
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.judge import Guard
from govkit.plan.room import fixed
from govkit.plan.room import policy_type as type_of
from govkit.policies.types import policy_type

RAIL = "last_policy"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    after = plan.live.after(step.change for step in plan.steps)
    root = plan.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    left = Counter((one.target, type_of(one.policy)) for one in after.all(Attachment))
    for target, key in sorted(_losing(plan)):
        least = policy_type(key).limits_in(partition, wanted.limits.get(key, {})).minimum
        count = left[target, key] + fixed(key)
        if target in after and count < least:
            yield Finding(
                "GK414",
                Severity.ERROR,
                str(target),
                f"{target} would be left with {count} policies of type {key}; AWS lets no "
                f"target be below {least}.",
                "Say full_access: true on it, or attach a guardrail that allows.",
                wanted.origin(target),
                rail=RAIL,
                count=1,
            )


def _losing(plan: Plan) -> set[tuple[Address, str]]:
    return {
        (step.change.before.target, type_of(step.change.before.policy))
        for step in plan.steps
        if isinstance(step.change.before, Attachment) and step.change.after is None
    }


GUARD = Guard(RAIL, _look, override=False)
