"""Every target keeps an SCP that allows something: without one, nothing below it works."""

from collections import defaultdict
from collections.abc import Iterable

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.root import Root
from govkit.model.address import Address
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import remark
from govkit.plan.judge import Guard
from govkit.plan.room import policy_type
from govkit.plan.watch import given
from govkit.policies.document import statements

RAIL = "full_access"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:  # noqa: ARG001 - a rail's signature
    """Look at the targets that lose an SCP by the plan, and at those governed by the layout."""
    after = plan.live.after(step.change for step in plan.steps)
    if EnabledPolicyType("scp").address not in plan.live:
        return
    held: defaultdict[Address, list[Address]] = defaultdict(list)
    for attachment in after.all(Attachment):
        if policy_type(attachment.policy) == "scp":
            held[attachment.target].append(attachment.policy)
    allowing = {policy.address for policy in after.all(Policy) if _allows(policy)}
    losing = {
        step.change.before.target
        for step in plan.steps
        if isinstance(step.change.before, Attachment) and step.change.after is None
    }
    gifts = given(plan.live, [step.change for step in plan.steps])
    for target in sorted(losing | _governed(plan.ours)):
        if target in after and allowing.isdisjoint(held[target]) and not gifts(target):
            yield remark(RAIL, "GK409", str(target), _message(target, lost=target in losing))


def _governed(ours: State) -> set[Address]:
    return {one.address for one in ours if isinstance(one, Root | OrganizationalUnit | Account)}


def _message(target: Address, *, lost: bool) -> str:
    now = "would be left without" if lost else "has not got"
    advice = "" if lost else " Say full_access: true on it, or attach a guardrail that allows."
    return (
        f"{target} {now} an SCP that allows anything: "
        f"every request of every account below it {'would be' if lost else 'is'} denied.{advice}"
    )


def _allows(policy: Policy) -> bool:
    return policy.type == "scp" and any(
        statement.value.get("Effect") == "Allow" for statement in statements(policy.document)
    )


GUARD = Guard(RAIL, _look)
