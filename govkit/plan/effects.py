"""What changes mean for accounts: which policies come into force for whom, and which no longer are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.plan import Effect
from govkit.model.state import State
from govkit.plan.room import policy_type

InForce = frozenset[Address]


def effects(before: State, after: State, ids: Ids) -> tuple[Effect, ...]:
    """Return, per group of accounts to which the same happens, what they gain and lose.

    A policy is in force for an account when it is attached to it or above it. Accounts are given
    by ID, or by `account:KEY` while they have none. SCPs and RCPs never bind the management
    account (AWS: "SCPs don't affect users or roles in the management account").
    """
    then, now = in_force(before), in_force(after)
    exempt = _management(before)
    edited = _edited(before, after)
    groups: defaultdict[tuple[InForce, InForce, InForce], list[str]] = defaultdict(list)
    for account, policies in now.items():
        had = then.get(account, frozenset())
        what = (policies - had, had - policies, policies & had & edited)
        if ids.get(account) == exempt:
            what = _binding(*what)
        if any(what):
            groups[what].append(ids.get(account) or str(account))
    return tuple(
        sorted(
            (Effect(tuple(sorted(who)), *map(_sorted, what)) for what, who in groups.items()),
            key=lambda effect: effect.accounts,
        )
    )


def _management(state: State) -> str | None:
    root = state.get(ROOT)
    return root.management_account if isinstance(root, Root) else None


def _binding(*sets: InForce) -> tuple[InForce, InForce, InForce]:
    gains, loses, changes = (
        frozenset(one for one in policies if policy_type(one) not in {"scp", "rcp"})
        for policies in sets
    )
    return gains, loses, changes


def in_force(state: State) -> Mapping[Address, InForce]:
    """Return for each account the policies attached to it or above it."""
    attached: defaultdict[Address, set[Address]] = defaultdict(set)
    for attachment in state.all(Attachment):
        attached[attachment.target].add(attachment.policy)
    parents = {unit.address: unit.parent for unit in state.all(OrganizationalUnit)}
    known: dict[Address, InForce] = {ROOT: frozenset(attached[ROOT])}

    def on_the_way_to(target: Address) -> InForce:
        if target not in known:
            above = on_the_way_to(parents[target]) if target in parents else frozenset()
            own = attached.get(target)
            known[target] = above | own if own else above
        return known[target]

    return {
        account.address: on_the_way_to(account.parent) | attached.get(account.address, frozenset())
        for account in state.all(Account)
    }


def accounts_below(
    state: State, targets: Iterable[Address], *, bound: bool
) -> Mapping[Address, int]:
    """Return for each target how many accounts are at or below it.

    `bound` leaves the management account out, which SCPs and RCPs do not bind.
    """
    parents = {unit.address: unit.parent for unit in state.all(OrganizationalUnit)}
    counts: Counter[Address] = Counter()
    for account in state.all(Account):
        if bound and account.management:
            continue
        counts[account.address] += 1
        here: Address | None = account.parent
        while here is not None:
            counts[here] += 1
            here = parents.get(here)
    return {target: counts[target] for target in targets}


def _edited(before: State, after: State) -> InForce:
    return frozenset(
        policy.address
        for policy in after.all(Policy)
        if isinstance(was := before.get(policy.address), Policy) and was.document != policy.document
    )


def _sorted(addresses: Iterable[Address]) -> tuple[str, ...]:
    return tuple(sorted(map(str, addresses)))
