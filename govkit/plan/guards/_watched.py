"""What callers in accounts are answered while a plan's steps are taken: accounts that are alike are asked once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from govkit.access.action_index import action_index
from govkit.access.asking import Asking, Party
from govkit.access.chain import Chain
from govkit.access.judge import judge
from govkit.access.verdict import Kind, Verdict
from govkit.kinds._chains import Chains, denies_only, stand_in
from govkit.kinds.account import CLOSED, Account
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
        goal = plan.live.after(step.change for step in plan.steps)
        after = Chains(goal, unbound=self.now.unbound)
        self._closed = {one.address for one in goal.all(Account) if one.state in CLOSED}
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
        asked = tuple(asked)
        named = {account_of(one.principal, self.plan) for one in asked if not one.everywhere}
        if all(not one.everywhere for one in asked):
            everyone = sorted(one for one in named if one is not None)
        else:
            everyone = sorted(self._members(after))
        ids = self.plan.ids.get
        some = [one for one in asked if one.but or one.only is not None]

        def own(given: str) -> tuple[bool, ...]:
            return tuple(one.is_in(given) for one in some)

        firsts = {
            one: (first, one if one in named else None, own(ids(one) or ""))
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
        """Yield the accounts that policies bind, but for those that are closed: nobody works there."""
        left_out = after.unbound | self._closed
        return (one for one in after.accounts if one not in left_out)

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

    def gained(self, change: Change[Resource], kind: Kind) -> Chain | None:
        """Return what a step has added to chains, if it denies only and nothing else has changed.

        None where more has: then nothing is known but by asking the chains themselves.
        """
        if change.takes or change.brings:
            return None
        match change.before, change.after:
            case None, Attachment(policy=held):
                return self.now.alone(held, kind)
            case Policy(document=old), Policy(address=held) if denies_only(old):
                return self.now.alone(held, kind)
            case _:
                return None

    def verdict(self, chains: Chains, kind: Kind, action: str, where: "Place") -> Verdict | None:
        """Return what an account's SCPs or RCPs answer a caller; None where it is not there."""
        return self.answer(chains, chains.of(where.account, kind), action, where)

    def answer(self, chains: Chains, chain: Chain, action: str, where: "Place") -> Verdict | None:
        """Return what a chain answers a caller of an account, where these chains have it."""
        owner = self._party(chains, where.account, where.given)
        if owner is None:
            return None
        who = owner
        if where.caller_account != where.given:
            home = account_of(where.principal, self.plan)
            known = None if home is None else self._party(chains, home, where.caller_account)
            who = known or Party(where.caller_account, self.plan.organization)
        asking = Asking(
            action, where.principal, who, owner, where.resource, where.region, where.told
        )
        reached = action_index().rcp_services if chain.kind is Kind.RCP else None
        return judge(chain, reached).verdict(asking.request)

    def _party(self, chains: Chains, account: Address, given: str) -> Party | None:
        home = chains.home(account)
        if home is None:
            return None
        paths = (f"{stand_in(home.path)}/",) if self.paths_known else None
        return Party(given, self.plan.organization, paths)


@dataclass(frozen=True, slots=True)
class Place:
    """Who asks for what of an account: the account, its ID, the caller's ARN, a resource, the Region.

    The ARN is empty where nothing is known of the caller but that it is of the organization. `told`
    is what else is known of the request; a key without values is absent.
    """

    account: Address
    given: str
    principal: str
    resource: str | None = None
    region: str | None = None
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def entered(self, by: str) -> "Place":
        """Return the place of who assumes the role that stands here."""
        return replace(self, principal=by, resource=self.principal)

    @property
    def caller_account(self) -> str:
        """The ID of the caller's account, or nothing."""
        return self.principal.split(":")[4] if self.principal else ""
