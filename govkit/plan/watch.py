"""Watches the two laws while steps are taken: no gap in a guard, no outage by ordering.

Both are told at the level of statements. A request that is denied before and after a plan is
denied in between as long as no Deny of before and no Deny of after that could both concern it are
away at the same time; a request that is allowed before and after is not denied as long as every
Deny in force is one of before or of after. For what is allowed, the same holds at each level.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.covers import may_meet, within
from govkit.plan.room import policy_type
from govkit.policies.document import Document, Statement, statements

Statements = frozenset[Statement]
NOTHING: Statements = frozenset()
GUARDING = frozenset({"scp", "rcp"})  # the types that decide about requests


class Breach(NamedTuple):
    """A law that a state breaks for some accounts: `gap` or `outage`, and by which statements."""

    law: str
    accounts: tuple[Address, ...]
    statements: tuple[Statement, ...]


class Said(NamedTuple):
    """What policies say together."""

    denies: Statements
    allows: Statements


@dataclass(frozen=True, slots=True)
class Bank:
    """What holds for a group of accounts: every Deny above them, and what each level allows."""

    denies: Statements
    levels: tuple[Statements, ...]


class Ground:
    """Who stands where, and what is attached; changes as steps are taken and taken back."""

    def __init__(self, state: State) -> None:
        self.parents: dict[Address, Address] = {
            one.address: one.parent for one in state.all(OrganizationalUnit)
        }
        self.homes: dict[Address, Address] = {one.address: one.parent for one in state.all(Account)}
        self.documents: dict[Address, Document] = {
            one.address: one.document for one in state.all(Policy) if one.type in GUARDING
        }
        self.heard: dict[Address, Said] = {}
        self.attached: defaultdict[Address, set[Address]] = defaultdict(set)
        for one in state.all(Attachment):
            if policy_type(one.policy) in GUARDING:
                self.attached[one.target].add(one.policy)

    def copy(self) -> "Ground":
        """Return the same ground, to be changed without this one noticing."""
        other = Ground.__new__(Ground)
        other.parents, other.homes = dict(self.parents), dict(self.homes)
        other.documents, other.heard = dict(self.documents), dict(self.heard)
        other.attached = defaultdict(set, {at: set(held) for at, held in self.attached.items()})
        return other

    def take(self, before: Resource | None, after: Resource | None) -> None:
        """Change the ground from one version of a thing to the other."""
        if before is not None and after is None:
            self._lose(before)
        elif after is not None:
            self._gain(after)

    def _lose(self, gone: Resource) -> None:
        match gone:
            case Attachment(policy=policy, target=target):
                self.attached[target].discard(policy)
                self.heard.pop(target, None)
            case Account(address=address):
                self.homes.pop(address, None)
            case OrganizationalUnit(address=address):
                self.parents.pop(address, None)
            case Policy(address=address):
                self.documents.pop(address, None)
                self.heard.clear()
            case _:
                return

    def _gain(self, come: Resource) -> None:
        match come:
            case Attachment(policy=policy, target=target) if policy_type(policy) in GUARDING:
                self.attached[target].add(policy)
                self.heard.pop(target, None)
            case Account(address=address, parent=parent):
                self.homes[address] = parent
            case OrganizationalUnit(address=address, parent=parent):
                self.parents[address] = parent
            case Policy(address=address, type=kind, document=document) if kind in GUARDING:
                self.documents[address] = document
                self.heard.clear()
            case _:
                return

    def chain(self, account: Address) -> tuple[Address, ...]:
        """Return the targets above an account, the root first, and itself last."""
        found = [account]
        here = self.homes.get(account)
        while here is not None:
            found.append(here)
            here = self.parents.get(here)
        return tuple(reversed(found))

    def bank(self, account: Address) -> Bank:
        """Return what holds for an account now."""
        said = [self._said(target) for target in self.chain(account)]
        return Bank(NOTHING.union(*(one.denies for one in said)), tuple(one.allows for one in said))

    def _said(self, target: Address) -> Said:
        """Return what is said at a target, remembered until something there changes."""
        if target not in self.heard:
            self.heard[target] = self._listened(target)
        return self.heard[target]

    def _listened(self, target: Address) -> Said:
        return _together(
            tuple(
                self.documents[policy]
                for policy in sorted(self.attached.get(target, ()))
                if policy in self.documents
            )
        )


@cache
def _together(documents: tuple[Document, ...]) -> Said:
    found = [one for document in documents for one in statements(document)]
    return Said(
        frozenset(one for one in found if one.value.get("Effect") == "Deny"),
        frozenset(one for one in found if one.value.get("Effect") == "Allow"),
    )


class Watch:
    """Follows a plan step by step and says which law a state breaks, for which accounts.

    Accounts that live in the same place, do not move and have nothing of their own are looked at
    once, together. The management account is bound by no SCP and is left out.
    """

    def __init__(self, before: State, changes: Sequence[Change[Resource]]) -> None:
        self._then, self._soon = Ground(before), Ground(before.after(changes))
        self.ground = self._then.copy()
        exempt = frozenset(one.address for one in before.all(Account) if one.management)
        self.groups = _groups(self._then, self._soon, exempt)
        self._held_by = _holders(self._then, self._soon)
        self._below = self._residents(self._then, self._soon)
        self._ends: dict[Address, tuple[Bank, Bank]] = {}

    def begin(self) -> None:
        """Go back to before the first step."""
        self.ground = self._then.copy()

    def ends(self, account: Address) -> tuple[Bank, Bank]:
        """Return what holds for an account before and after all steps."""
        if account not in self._ends:
            self._ends[account] = (self._then.bank(account), self._soon.bank(account))
        return self._ends[account]

    def _residents(self, *grounds: Ground) -> Mapping[Address, tuple[Address, ...]]:
        below: defaultdict[Address, set[Address]] = defaultdict(set)
        for ground, account in product(grounds, self.groups):
            for target in ground.chain(account):
                below[target].add(account)
        return {target: tuple(sorted(accounts)) for target, accounts in below.items()}

    def taken(self, change: Change[Resource]) -> tuple[Breach, ...]:
        """Take a step and return what it breaks."""
        self._take(change)
        return tuple(
            breach for account in self.concerned(change) for breach in self._breaches(account)
        )

    def passed(self, change: Change[Resource], first: Address | None) -> Address | None:
        """Take a step if it breaks no law; return the account for which it does, and do not, else.

        `first` is looked at first: whoever stood in the way probably still does.
        """
        self._take(change)
        accounts = self.concerned(change)
        for account in accounts if first is None else (first, *accounts):
            if any(self._breaches(account)):
                self.took_back(change)
                return account
        return None

    def _take(self, change: Change[Resource]) -> None:
        self.ground.take(change.before, change.after)
        for brought in change.brings:
            self.ground.take(None, brought)

    def took_back(self, change: Change[Resource]) -> None:
        """Take a step back."""
        for brought in change.brings:
            self.ground.take(brought, None)
        self.ground.take(change.after, change.before)

    def concerned(self, change: Change[Resource]) -> Iterable[Address]:
        """Return the accounts, one per group, for which a step may change what holds."""
        match change.subject:
            case Attachment(target=target):
                return self._below.get(target, ())
            case Policy(address=address):
                found = {
                    account
                    for target in self._held_by.get(address, ())
                    for account in self._below.get(target, ())
                }
                return sorted(found)
            case Account(address=address):
                return (address,) if address in self.groups else ()
            case _:
                return ()

    def _breaches(self, account: Address) -> Iterator[Breach]:
        if account not in self.ground.homes:
            return
        now, (then, soon) = self.ground.bank(account), self.ends(account)
        everyone = self.groups[account]
        gap = _lapsed(then.denies, soon.denies, now.denies)
        if gap:
            yield Breach("gap", everyone, gap)
        known = then.denies | soon.denies
        extra = [one for one in now.denies - known if not within(one, known)]
        if extra:
            yield Breach("outage", everyone, tuple(sorted(extra, key=str)))
        elif missing := _disallowed(then, now, soon):
            yield Breach("outage", everyone, missing)


def _lapsed(then: Statements, soon: Statements, now: Statements) -> tuple[Statement, ...]:
    """Return the statements that are away on both sides and could concern one request."""
    if then <= now or soon <= now:
        return ()
    lost = [one for one in then - now if not within(one, now)]
    awaited = [one for one in soon - now if not within(one, now)]
    return tuple(
        sorted({one for one in lost if any(may_meet(one, other) for other in awaited)}, key=str)
    )


def _disallowed(then: Bank, now: Bank, soon: Bank) -> tuple[Statement, ...]:
    """Return what some level does not allow now, and allowed before as well as after."""
    if len(then.levels) != len(now.levels) or len(soon.levels) != len(now.levels):
        ends = (then, soon)
        return () if any(now.levels == end.levels for end in ends) else _moving(then, now, soon)
    lapsed: set[Statement] = set()
    for before, here, after in zip(then.levels, now.levels, soon.levels, strict=True):
        lapsed.update(_lapsed(before, after, here))
    return tuple(sorted(lapsed, key=str))


def _moving(then: Bank, now: Bank, soon: Bank) -> tuple[Statement, ...]:
    """Compare an account on the way between levels with the end that has as many."""
    end = then if len(then.levels) == len(now.levels) else soon
    if len(end.levels) != len(now.levels):
        return ()
    lapsed: set[Statement] = set()
    for wanted, here in zip(end.levels, now.levels, strict=True):
        lapsed.update(wanted - here)
    return tuple(sorted(lapsed, key=str))


def _groups(
    now: Ground, soon: Ground, exempt: frozenset[Address]
) -> Mapping[Address, tuple[Address, ...]]:
    """Return one account per group of those to which the same happens, with the whole group."""
    found: defaultdict[object, list[Address]] = defaultdict(list)
    for account, home in now.homes.items():
        if account not in soon.homes or account in exempt:
            continue
        own = now.attached.get(account) or soon.attached.get(account)
        alone = own or soon.homes[account] != home
        found[account if alone else home].append(account)
    return {accounts[0]: tuple(sorted(accounts)) for accounts in found.values()}


def _holders(*grounds: Ground) -> Mapping[Address, set[Address]]:
    held: defaultdict[Address, set[Address]] = defaultdict(set)
    for ground in grounds:
        for target, policies in ground.attached.items():
            for policy in policies:
                held[policy].add(target)
    return held
