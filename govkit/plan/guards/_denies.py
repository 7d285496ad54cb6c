"""Which accounts get a deny that they did not have, or lose one: by wording, and in doubt by the engine."""

from collections.abc import Iterable, Mapping
from functools import cache

from govkit.kinds._chains import allows_more
from govkit.kinds.account import Account
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.call import Ids
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.plan.covers import may_meet, within
from govkit.plan.effects import InForce, in_force
from govkit.plan.guards._folded import Who, below, folded, named
from govkit.plan.room import ancestors
from govkit.policies.document import Document, Statement, of, statements

_DENYING = ("scp", "rcp")
Denies = frozenset[tuple[str, Statement]]


def newly_denied(plan: Plan) -> tuple[str, ...]:
    """Return the accounts for which something is denied that none of theirs denied before."""
    before, after = _sides(plan)
    return _gaining(plan, before, after)


def newly_allowed(plan: Plan) -> tuple[str, ...]:
    """Return the accounts for which something was denied that none of theirs denies afterwards."""
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
    fewer, many = _Side(less, plan.ids), _Side(more, plan.ids)
    return tuple(
        sorted(
            plan.ids.get(one.address) or str(one.address)
            for one in plan.live.all(Account)
            if not one.management and _gains(fewer, many, one.address)
        )
    )


def _gains(fewer: "_Side", many: "_Side", account: Address) -> bool:
    if fewer.said(account) == many.said(account) and fewer.above(account) == many.above(account):
        return False
    return _more(fewer.of(account), many.of(account))


@cache
def _more(had: Denies, has: Denies) -> bool:
    return any(
        lets_through(layer, _of_layer(has - had, layer), _of_layer(had, layer))
        for layer in _DENYING
    )


def _of_layer(denies: Denies, layer: str) -> frozenset[Statement]:
    return frozenset(one for of, one in denies if of == layer)


@cache
def lets_through(layer: str, said: frozenset[Statement], held: frozenset[Statement]) -> bool:
    """Tell whether something that Denies of a type said is denied by none of others; also where unsure.

    The wording tells most of it; what it leaves in doubt (one statement cut in two, a narrower
    condition) is asked of the engine.
    """
    doubted = [one for one in said if not within(one, held)]
    near = [one for one in held if any(may_meet(one, other) for other in doubted)]
    if not doubted or not near:
        return bool(doubted)
    return allows_more(layer, _document(doubted), _document(near))


def _document(denies: Iterable[Statement]) -> Document:
    said = sorted(denies, key=lambda one: one.canonical)
    return of({"Version": "2012-10-17", "Statement": [dict(one.value) for one in said]})


class _Side:
    """The Deny statements that are in force for each account in one state."""

    def __init__(self, state: State, ids: Ids) -> None:
        self._state = state
        self._ids = ids
        self._force = in_force(state)
        self._denies = _denies_of(state)
        self._said: dict[InForce, Denies] = {}
        self._named: dict[InForce, frozenset[str]] = {}
        self._above: dict[Address, frozenset[str]] = {}
        self._folded: dict[tuple[InForce, Who], Denies] = {}

    def said(self, account: Address) -> Denies:
        """Return what the policies in force for an account deny, by layer."""
        policies = self._force.get(account, frozenset())
        if policies not in self._said:
            found = (self._denies.get(one, frozenset()) for one in policies)
            said = frozenset[tuple[str, Statement]]().union(*found)
            self._said[policies] = said
            self._named[policies] = named(one for _, one in said)
        return self._said[policies]

    def above(self, account: Address) -> frozenset[str]:
        """Return the OUs above an account, as documents name what is below them."""
        home = self._state.get(account)
        parent = home.parent if isinstance(home, Account) else account
        if parent not in self._above:
            paths = (parent, *ancestors(parent, self._state))
            self._above[parent] = frozenset(below(one.path) for one in paths)
        return self._above[parent]

    def of(self, account: Address) -> Denies:
        """Return what of that concerns the account itself: once for all whom nothing tells apart."""
        said, policies = self.said(account), self._force.get(account, frozenset())
        words, given = self._named[policies], self._ids.get(account) or ""
        who = Who(given if given in words else "", self.above(account) & words)
        if (policies, who) not in self._folded:
            folds = ((layer, folded(one, layer, who)) for layer, one in said)
            found = frozenset((layer, one) for layer, one in folds if one is not None)
            self._folded[policies, who] = found
        return self._folded[policies, who]


def _denies_of(state: State) -> Mapping[Address, Denies]:
    return {
        policy.address: frozenset(
            (policy.type, one)
            for one in statements(policy.document)
            if one.value.get("Effect") == "Deny"
        )
        for policy in state.all(Policy)
        if policy.type in _DENYING and policy.temporary is None
    }
