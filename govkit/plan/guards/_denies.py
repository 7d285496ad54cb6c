"""Which accounts get a deny that they did not have, or lose one, as far as statements tell."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from govkit.kinds.account import Account
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.plan.covers import within
from govkit.plan.effects import InForce, in_force
from govkit.policies.document import Statement, statements

_DENYING = ("scp", "rcp")
Denies = frozenset[Statement]


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

    Policies that change places or names and say the same count for nothing; neither do the
    management account, which SCPs and RCPs do not bind, and accounts that the plan makes, which
    have nothing to lose.
    """
    denied_less, denied_more = _denies_of(less), _denies_of(more)

    @cache
    def gained(fewer: InForce, many: InForce) -> bool:
        had = frozenset(_said(denied_less, fewer))
        return any(not within(one, had) for one in frozenset(_said(denied_more, many)) - had)

    then, now = in_force(less), in_force(more)
    there = [one for one in plan.live.all(Account) if not one.management]
    return tuple(
        sorted(
            plan.ids.get(one.address) or str(one.address)
            for one in there
            if gained(then.get(one.address, frozenset()), now.get(one.address, frozenset()))
        )
    )


def _said(denies: Mapping[Address, Denies], policies: InForce) -> Iterator[Statement]:
    for policy in policies:
        yield from denies.get(policy, ())


def _denies_of(state: State) -> Mapping[Address, Denies]:
    return {
        policy.address: frozenset(_denying(statements(policy.document)))
        for policy in state.all(Policy)
        if policy.type in _DENYING
    }


def _denying(found: Iterable[Statement]) -> Iterator[Statement]:
    return (one for one in found if one.value.get("Effect") == "Deny")
