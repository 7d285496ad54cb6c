"""Which accounts get a deny that they did not have, or lose one, as far as statements tell."""

from collections.abc import Iterator, Mapping

from govkit.kinds.account import Account
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.plan.covers import within
from govkit.plan.effects import InForce, in_force
from govkit.plan.guards._folded import Who, folded
from govkit.plan.room import ancestors
from govkit.policies.document import Statement, statements

_DENYING = ("scp", "rcp")
Denies = frozenset[tuple[str, Statement]]


def newly_denied(plan: Plan) -> tuple[str, ...]:
    """Return the accounts that get a Deny statement which none of theirs covered before."""
    before, after = _sides(plan)
    return _gaining(plan, before, after)


def newly_allowed(plan: Plan) -> tuple[str, ...]:
    """Return the accounts that lose a Deny statement which none of theirs covers afterwards."""
    before, after = _sides(plan)
    return _gaining(plan, after, before)


def _sides(plan: Plan) -> tuple[State, State]:
    return plan.live, plan.live.after(step.change for step in plan.steps)


def _gaining(plan: Plan, less: State, more: State) -> tuple[str, ...]:
    """Return by ID the accounts with a Deny in `more` that is not in `less`.

    Policies that change places or names and say the same count for nothing, and so does a test in
    which only other accounts are excused; neither do the management account, which SCPs and RCPs
    do not bind, and accounts that the plan makes, which have nothing to lose.
    """
    there = [one for one in plan.live.all(Account) if not one.management]
    fewer, many = _Side(less), _Side(more)
    return tuple(
        sorted(
            plan.ids.get(one.address) or str(one.address)
            for one in there
            if fewer.said(one.address) != many.said(one.address)
            and _gains(fewer.of(one.address, plan), many.of(one.address, plan))
        )
    )


def _gains(had: Denies, has: Denies) -> bool:
    return any(not within(one, _of_layer(had, layer)) for layer, one in has - had)


def _of_layer(denies: Denies, layer: str) -> Iterator[Statement]:
    return (one for of, one in denies if of == layer)


class _Side:
    """The Deny statements that are in force for each account in one state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._force = in_force(state)
        self._denies = _denies_of(state)
        self._known: dict[InForce, Denies] = {}

    def said(self, account: Address) -> Denies:
        """Return what the policies in force for an account deny, by layer."""
        policies = self._force.get(account, frozenset())
        if policies not in self._known:
            found = (self._denies.get(one, frozenset()) for one in policies)
            self._known[policies] = frozenset[tuple[str, Statement]]().union(*found)
        return self._known[policies]

    def of(self, account: Address, plan: Plan) -> Denies:
        """Return what of that concerns the account itself."""
        above = frozenset(one.path for one in ancestors(account, self._state))
        who = Who(plan.ids.get(account) or "", above)
        folds = ((layer, folded(one, layer, who)) for layer, one in self.said(account))
        return frozenset((layer, one) for layer, one in folds if one is not None)


def _denies_of(state: State) -> Mapping[Address, Denies]:
    return {
        policy.address: frozenset(
            (policy.type, one)
            for one in statements(policy.document)
            if one.value.get("Effect") == "Deny"
        )
        for policy in state.all(Policy)
        if policy.type in _DENYING
    }
