"""Not many policies and OUs may go in one plan, nor attachments without something that holds the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Action
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.plan.ground import is_allow, is_deny
from govkit.plan.guards._denies import lets_through
from govkit.plan.guards._remark import too_many
from govkit.plan.judge import Guard
from govkit.plan.room import GUARDING, ancestors, policy_type
from govkit.policies.document import statements

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
    """Yield detachments from places where what the policy held is not held any more."""
    after = plan.live.after(step.change for step in plan.steps)
    attached: defaultdict[Address, list[Policy]] = defaultdict(list)
    for one in after.all(Attachment):
        if isinstance(policy := after.get(one.policy), Policy):
            attached[one.target].append(policy)
    for step in plan.steps:
        gone = step.change.before
        if not isinstance(gone, Attachment) or step.change.after is not None or step.temporary:
            continue
        places = (gone.target, *ancestors(gone.target, after))
        if gone.target in after and not _held(gone, plan, [attached[one] for one in places]):
            yield str(step.address)


def _held(gone: Attachment, plan: Plan, left: Sequence[Sequence[Policy]]) -> bool:
    """Tell whether all that a policy held at a place is held there, or above, by those left.

    That is each Deny, and for an Allow that something is left there which allows.
    """
    was, layer = plan.live.get(gone.policy), policy_type(gone.policy)
    if not isinstance(was, Policy):
        return any(one.type == layer for one in left[0])
    others = [one for level in left for one in level if one.type == layer]
    if layer not in GUARDING:
        return any(one.document == was.document for one in others)
    said = statements(was.document)
    now = [one for other in others for one in statements(other.document)]
    here = (one for other in left[0] for one in statements(other.document) if other.type == layer)
    if any(map(is_allow, said)) and not any(map(is_allow, here)):
        return False
    return not lets_through(
        layer, frozenset(filter(is_deny, said)), frozenset(filter(is_deny, now))
    )


GUARD = Guard(RAIL, _look)
