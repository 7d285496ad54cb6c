"""What SCPs answer callers in accounts while a plan's steps are taken: accounts that are alike are asked once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from govkit.access.asking import Asking, Party
from govkit.access.judge import judge
from govkit.access.verdict import Kind, Verdict
from govkit.kinds._chains import Chains, stand_in
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.plan import Plan
from govkit.model.resource import Resource
from govkit.plan.guards._callers import Caller, account_of


class Watched:
    """The groups of accounts in which callers live, before and while the steps are taken."""

    def __init__(self, plan: Plan, asked: Iterable[Caller]) -> None:
        self.plan = plan
        self.before, self.now = Chains(plan.live), Chains(plan.live)
        after = Chains(
            plan.live.after(step.change for step in plan.steps), unbound=self.now.unbound
        )
        self.paths_known = not any(chains.real_paths for chains in (self.before, after))
        self.of = dict(self._groups(after, asked))
        self.touched: defaultdict[Address, set[Address]] = defaultdict(set)
        for first in self.of:
            for chains in (self.before, after):
                for target in chains.targets(first):
                    self.touched[target].add(first)

    def _groups(
        self, after: Chains, asked: Iterable[Caller]
    ) -> Iterator[tuple[Address, tuple[Address, ...]]]:
        named = {account_of(one.principal, self.plan) for one in asked if not one.everywhere}
        if all(not one.everywhere for one in asked):
            everyone = [one for one in named if one is not None]
        else:
            everyone = sorted(self._members(after))
        ids = self.plan.ids.get
        firsts = {
            one: (first, one if one in named else None)
            for first, alike in after.alike(everyone, ids).items()
            for one in alike
        }
        for alike in self.before.alike(everyone, ids).values():
            together: defaultdict[object, list[Address]] = defaultdict(list)
            for one in alike:
                together[firsts[one]].append(one)
            for found in together.values():
                yield found[0], tuple(found)

    def _members(self, after: Chains) -> Iterator[Address]:
        return (one for one in after.accounts if one not in after.unbound)

    def concerned(self, change: Change[Resource]) -> Iterable[Address]:
        """Return the groups, by their first, for which a step may change what holds."""
        match change.subject:
            case Attachment(target=target):
                targets: tuple[Address, ...] = (target,)
            case Policy(address=address):
                targets = self.now.holders(address)
            case Account(address=address):
                targets = (address,)
            case _:
                targets = ()
        return sorted({first for target in targets for first in self.touched.get(target, ())})

    def verdict(self, chains: Chains, action: str, where: "Place") -> Verdict | None:
        """Return what SCPs answer a caller of an account; None where the account is not there."""
        home = chains.home(where.account)
        if home is None:
            return None
        paths = (f"{stand_in(home.path)}/",) if self.paths_known else None
        party = Party(where.given, self.plan.organization, paths)
        asking = Asking(action, where.principal, party, party, None, where.region)
        return judge(chains.of(where.account, Kind.SCP)).verdict(asking.request)


@dataclass(frozen=True, slots=True)
class Place:
    """A caller in an account: the account, its ID, the principal's ARN there, and the Region."""

    account: Address
    given: str
    principal: str
    region: str | None
