"""Which accounts get a deny that they did not have, or lose one, as far as statements tell."""

from collections.abc import Mapping

from govkit.kinds.policy import Policy
from govkit.model.plan import Effect, Plan
from govkit.model.state import State
from govkit.policies.document import statements

_DENYING = ("scp", "rcp")


def newly(plan: Plan, *, denied: bool) -> tuple[str, ...]:
    """Return the accounts that gain a Deny statement (`denied`), or lose one.

    Accounts that the plan makes have nothing to lose and are not counted.
    """
    after = plan.live.after(step.change for step in plan.steps)
    then, now = _denies(plan.live), _denies(after)
    return tuple(
        account
        for effect in plan.effects
        if _touched(effect, *((then, now) if denied else (now, then)), gained=denied)
        for account in effect.accounts
        if not account.startswith("account:")
    )


def _touched(
    effect: Effect,
    less: Mapping[str, frozenset[str]],
    more: Mapping[str, frozenset[str]],
    *,
    gained: bool,
) -> bool:
    new = effect.gains if gained else effect.loses
    return any(more.get(policy) for policy in new) or any(
        more.get(policy, frozenset()) - less.get(policy, frozenset()) for policy in effect.changes
    )


def _denies(state: State) -> Mapping[str, frozenset[str]]:
    return {
        str(policy.address): _deny_statements(policy)
        for policy in state.all(Policy)
        if policy.type in _DENYING
    }


def _deny_statements(policy: Policy) -> frozenset[str]:
    return frozenset(
        statement.canonical
        for statement in statements(policy.document)
        if statement.value.get("Effect") == "Deny"
    )
