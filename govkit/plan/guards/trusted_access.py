"""What AWS takes only with a service's trusted access has it at the end of the plan: policy types, delegations."""

from collections.abc import Iterable, Iterator

from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.trusted_access import KIND, TrustedAccess
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.guards._remark import remark
from govkit.plan.judge import Guard
from govkit.policies.types import policy_type

RAIL = "trusted_access"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:  # noqa: ARG001 - a rail's signature
    if KIND.name in plan.unseen:  # AWS will tell
        return
    after = plan.live.after(step.change for step in plan.steps)
    trusted = {one.service for one in after.all(TrustedAccess)}
    yield from _still_needed(plan, after)
    for step in plan.steps:
        enabled = step.change.after
        if isinstance(enabled, DelegatedAdministrator) and enabled.service not in trusted:
            yield remark(
                RAIL,
                "GK412",
                str(enabled.address),
                f"AWS delegates {enabled.service} only where it has trusted access: list it under "
                "services: trusted_access:.",
            )
        if not isinstance(enabled, EnabledPolicyType):
            continue
        kind = policy_type(enabled.type)
        for service in kind.needs_access:
            if service not in trusted:
                yield remark(
                    RAIL,
                    "GK412",
                    str(enabled.address),
                    f"AWS enables policy type {enabled.type} only where {service} has trusted "
                    f"access: list it under services: trusted_access:.",
                )


def _still_needed(plan: Plan, after: State) -> Iterator[Finding]:
    """Yield what AWS does not let anybody disable: access that an enabled policy type needs."""
    enabled = [one.type for one in after.all(EnabledPolicyType)]
    for step in plan.steps:
        gone = step.change.before
        if not isinstance(gone, TrustedAccess) or step.change.after is not None:
            continue
        for key in enabled:
            if gone.service in policy_type(key).needs_access:
                yield remark(
                    RAIL,
                    "GK412",
                    str(gone.address),
                    f"AWS does not disable trusted access of {gone.service} while policy type {key} "
                    "is enabled, and govkit disables no type: take absent: true away.",
                )


GUARD = Guard(RAIL, _look)
