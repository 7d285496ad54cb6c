"""Not many policies, OUs or attachments may go away in one plan without a replacement."""

from collections import Counter
from collections.abc import Iterable, Iterator

from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Action
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard
from govkit.plan.room import ancestors, policy_type

RAIL = "max_deletes"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    gone = [*_deleted(plan), *_unreplaced(plan)]
    return too_many(RAIL, "GK401", "Deletes", gone, wanted.safety.max_deletes)


def _deleted(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        gone = step.change.before if step.change.action is Action.DELETE else None
        if isinstance(gone, Policy | OrganizationalUnit) and not step.temporary:
            yield str(step.address)


def _unreplaced(plan: Plan) -> Iterator[str]:
    """Yield detachments from places that get nothing of the type instead, and lose what it did."""
    attached: Counter[tuple[Address, str]] = Counter(
        (item.target, policy_type(item.policy))
        for step in plan.steps
        if isinstance(item := step.change.after, Attachment) and not step.temporary
    )
    after = plan.live.after(step.change for step in plan.steps)
    for step in plan.steps:
        gone = step.change.before
        if not isinstance(gone, Attachment) or step.change.after is not None or step.temporary:
            continue
        if gone.target not in after or _still_in_force(gone, plan):
            continue
        place = (gone.target, policy_type(gone.policy))
        if attached[place]:
            attached[place] -= 1
        else:
            yield str(step.address)


def _still_in_force(gone: Attachment, plan: Plan) -> bool:
    return any(
        Attachment(gone.policy, above).address in plan.desired
        for above in ancestors(gone.target, plan.desired)
    )


GUARD = Guard(RAIL, _look)
