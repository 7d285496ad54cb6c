"""Watches the two laws while steps are taken: no gap in a guard, no outage by ordering."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from govkit.kinds.account import Account
from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import ROOT, Address
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.bank import Bank
from govkit.plan.ground import SCPS, Ground
from govkit.plan.laws import broken
from govkit.policies.document import Statement

LAWS = frozenset({"gap", "outage"})


class Breach(NamedTuple):
    """A law that a state breaks for some accounts: `gap` or `outage`, and by which statements.

    `allowing` tells an outage for want of an Allow from one by a Deny; `instead` are statements of
    after that would serve as well as those of before.
    """

    law: str
    accounts: tuple[Address, ...]
    statements: tuple[Statement, ...]
    allowing: bool = False
    instead: tuple[Statement, ...] = ()


class Watch:
    """Follows a plan step by step and says which law a state breaks, for which accounts.

    Accounts that live in the same place, do not move and have nothing of their own but AWS's
    FullAWSAccess are looked at once, together. The management account is bound by no SCP and is
    left out. An account that the plan makes has nothing to keep, but enters its OU only once that
    is guarded.
    """

    def __init__(self, before: State, changes: Sequence[Change[Resource]]) -> None:
        gifts = given(before, changes)
        self.then, self.soon = Ground(before, gifts), Ground(before.after(changes), gifts)
        self.ground = self.then.copy()
        exempt = frozenset(one.address for one in before.all(Account) if one.management)
        touched = {one.subject.target for one in changes if isinstance(one.subject, Attachment)}
        self.groups = _groups(self.then, self.soon, exempt, touched)
        self._held_by = _holders(changes, self.then, self.soon)
        self._below = self._residents(self.then, self.soon)
        self._ends: dict[Address, tuple[Bank, Bank]] = {}
        self.looks = 0  # at one account in one state; what a search is measured by

    def begin(self) -> None:
        """Go back to before the first step."""
        self.ground = self.then.copy()

    def ends(self, account: Address) -> tuple[Bank, Bank]:
        """Return what holds for an account before and after all steps."""
        if account not in self._ends:
            soon = self.soon.bank(account)
            made = account not in self.then.homes
            self._ends[account] = (soon if made else self.then.bank(account), soon)
        return self._ends[account]

    def moves(self, account: Address) -> bool:
        """Tell whether an account stands elsewhere after all steps, or is new."""
        return self.then.homes.get(account) != self.soon.homes.get(account)

    def apart(self, account: Address) -> tuple[Address, ...]:
        """Look at each account of a group by itself from now on; return them."""
        everyone = self.groups[account]
        if len(everyone) > 1:
            self.groups |= {one: (one,) for one in everyone}
            self._below = self._residents(self.then, self.soon)
        return everyone

    def hold(self, policy: Address, target: Address) -> None:
        """Learn that a policy is attached to a target on the way."""
        self._held_by[policy].add(target)

    def _residents(self, *grounds: Ground) -> Mapping[Address, tuple[Address, ...]]:
        below: defaultdict[Address, set[Address]] = defaultdict(set)
        for ground, account in product(grounds, self.groups):
            for target in ground.chain(account):
                below[target].add(account)
        return {target: tuple(sorted(accounts)) for target, accounts in below.items()}

    def taken(self, change: Change[Resource]) -> tuple[Breach, ...]:
        """Take a step and return what it breaks."""
        self.ground.take(change)
        return tuple(
            breach for account in self.concerned(change) for breach in self._breaches(account)
        )

    def passed(
        self,
        change: Change[Resource],
        first: Address | None = None,
        laws: frozenset[str] = LAWS,
    ) -> Address | None:
        """Take a step if it breaks none of the laws; return the account for which it does, and do not, else.

        `first` is looked at first: whoever stood in the way probably still does.
        """
        self.ground.take(change)
        accounts = self.concerned(change)
        for account in accounts if first is None else (first, *accounts):
            if any(one.law in laws for one in self._breaches(account)):
                self.ground.take_back(change)
                return account
        return None

    def harm(self, change: Change[Resource]) -> tuple[Breach, ...]:
        """Return what a step would break, without taking it."""
        breaches = self.taken(change)
        self.ground.take_back(change)
        return breaches

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
        if account not in self.ground.homes or self._on_the_doorstep(account):
            return
        self.looks += 1
        then, soon = self.ends(account)
        for one in broken(then, self.ground.bank(account), soon):
            if account in self.then.homes or one.law == "gap":
                yield Breach(one.law, self.groups[account], *one[1:])

    def _on_the_doorstep(self, account: Address) -> bool:
        """Tell a new account that is not yet where it shall be: AWS makes it in the root."""
        if account in self.then.homes:
            return False
        home = self.ground.homes[account]
        return home == ROOT or home != self.soon.homes[account]


def given(before: State, changes: Sequence[Change[Resource]]) -> Callable[[Address], bool]:
    """Return what tells the targets that get FullAWSAccess from AWS while no step speaks of it."""
    came = [brought for change in changes for brought in change.brings]
    told = [one for change in changes for one in (change.before, change.after)]
    governed = {
        one.target
        for one in (*came, *told)
        if isinstance(one, Attachment) and one.policy == FULL_ACCESS
    }
    made = {
        change.address
        for change in changes
        if change.action is Action.CREATE and isinstance(change.after, OrganizationalUnit | Account)
    }
    everywhere = SCPS not in before
    return lambda target: target not in governed and (everywhere or target in made)


def _groups(
    now: Ground, soon: Ground, exempt: frozenset[Address], touched: set[Address]
) -> dict[Address, tuple[Address, ...]]:
    """Return the first account of each group of those to which the same happens, with the whole group."""
    found: defaultdict[object, list[Address]] = defaultdict(list)
    for account, home in soon.homes.items():
        if account in exempt:
            continue
        held, later = now.attached.get(account, set()), soon.attached.get(account, set())
        own = account in touched or held != later or held - {FULL_ACCESS}
        alone = own or now.homes.get(account) != home
        found[account if alone else (home, bool(held))].append(account)
    return {min(accounts): tuple(sorted(accounts)) for accounts in found.values()}


def _holders(
    changes: Iterable[Change[Resource]], *grounds: Ground
) -> defaultdict[Address, set[Address]]:
    held: defaultdict[Address, set[Address]] = defaultdict(set)
    for ground in grounds:
        for target, policies in ground.attached.items():
            for policy in policies:
                held[policy].add(target)
    for change in changes:
        if isinstance(change.subject, Attachment):
            held[change.subject.policy].add(change.subject.target)
    return held
