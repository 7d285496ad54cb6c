"""What changes mean for accounts: which policies come into force or go, and what that denies or allows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.plan import Answer, Effect
from govkit.model.state import State
from govkit.plan.room import policy_type

if TYPE_CHECKING:
    from govkit.plan.answers import Fates
    from govkit.plan.places import Chains, Weights

InForce = frozenset[Address]
What = tuple[InForce, InForce, InForce]
_NOTHING: What = (frozenset(), frozenset(), frozenset())


def effects(
    before: State, after: State, ids: Ids, weights: "Weights | None" = None
) -> tuple[Effect, ...]:
    """Return, per group of accounts to which the same happens, what they gain and lose.

    A policy is in force for an account when it is attached to it or above it. Accounts are given
    by ID, or by `account:KEY` while they have none. SCPs and RCPs never bind the management
    account (AWS: "SCPs don't affect users or roles in the management account"). With `weights`,
    what the accounts are newly denied and allowed is told, too.
    """
    fates = None if weights is None else _fates(before, after, weights)
    groups: defaultdict[object, _Group] = defaultdict(_Group)
    for account, what in _whats(before, after, ids):
        key = None
        if fates is not None and fates.changed(account):
            key = fates.before.chains(account), fates.after.chains(account)
        if any(what) or key is not None:
            group = groups[what, None if fates is None or key is None else fates.shape(account)]
            group.what = what
            group.accounts.append(account)
            if key is not None:
                group.samples.setdefault(key, account)
    census = _Census(after)
    found = [_effect(group, ids, fates, census) for group in groups.values()]
    return tuple(sorted(filter(_matters, found), key=lambda effect: effect.accounts))


@dataclass(slots=True)
class _Group:
    """Accounts to which the same happens; `samples` has one for each pair of chains among them."""

    what: What = _NOTHING
    accounts: list[Address] = field(default_factory=list)
    samples: "dict[tuple[Chains, Chains], Address]" = field(default_factory=dict)


def _fates(before: State, after: State, weights: "Weights") -> "Fates":
    from govkit.plan.answers import Fates
    from govkit.plan.places import Places

    return Fates(Places(before, weights), Places(after, weights))


def _whats(before: State, after: State, ids: Ids) -> Iterable[tuple[Address, What]]:
    then, now = in_force(before), in_force(after)
    exempt, edited = _management(before), _edited(before, after)
    for account, policies in now.items():
        had = then.get(account, frozenset())
        if had == policies and edited.isdisjoint(had):
            yield account, _NOTHING
            continue
        what = (policies - had, had - policies, policies & had & edited)
        yield account, _binding(*what) if ids.get(account) == exempt else what


def _effect(group: _Group, ids: Ids, fates: "Fates | None", census: "_Census") -> Effect:
    who = tuple(sorted(ids.get(one) or str(one) for one in group.accounts))
    answer = Answer()
    if fates is not None and group.samples:
        answer = fates.answer(sorted(group.samples.values()))
    gains, loses, changes = map(_sorted, group.what)
    return Effect(who, gains, loses, changes, census.home(group.accounts), answer)


def _matters(effect: Effect) -> bool:
    return bool(effect.gains or effect.loses or effect.changes or effect.answer != Answer())


class _Census:
    """How many accounts live at and below each OU."""

    def __init__(self, state: State) -> None:
        self._parents = {one.address: one.parent for one in state.all(OrganizationalUnit)}
        self._homes = {one.address: one.parent for one in state.all(Account)}
        self._exempt = {one.address for one in state.all(Account) if one.management}
        self._all = self._counted(self._homes)
        self._bound = self._counted(self._homes.keys() - self._exempt)

    def home(self, accounts: Iterable[Address]) -> str | None:
        """Return the OU of which these are all accounts, if there is one: the nearest to them.

        The management account is missed only among others that it is one of.
        """
        listed = list(accounts)
        every = self._bound if self._exempt.isdisjoint(listed) else self._all
        counts = self._counted(listed)
        here: Address | None = self._homes[listed[0]]
        while here is not None:
            if counts[here] == len(listed):
                return here.path if every[here] == len(listed) else None
            here = self._parents.get(here)
        return None

    def _counted(self, accounts: Iterable[Address]) -> Counter[Address]:
        counts: Counter[Address] = Counter()
        for parent, number in Counter(self._homes[one] for one in accounts).items():
            here: Address | None = parent
            while here is not None:
                counts[here] += number
                here = self._parents.get(here)
        return counts


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
            known[target] = above if not own or own <= above else above | own
        return known[target]

    parents |= {account.address: account.parent for account in state.all(Account)}
    return {account.address: on_the_way_to(account.address) for account in state.all(Account)}


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
