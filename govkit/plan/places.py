"""Where accounts stand, and which chain of SCPs and of RCPs binds each; changes as steps are taken."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from govkit.access.identity import Identity
from govkit.access.ledger import Ledger, Numbers
from govkit.access.scales import Budget, Named, Scales
from govkit.access.verdict import Kind
from govkit.kinds.account import Account
from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address, parent_path
from govkit.model.call import Ids
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.meet import org_paths
from govkit.plan.room import policy_type
from govkit.policies.document import Document, of
from govkit.policies.paths import tokens, with_paths

LAYERS = ("scp", "rcp")
_EVERYTHING = of(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_ANYBODY = "000000000000"  # stands for all accounts that no policy tells apart
_NONE: set[Address] = set()
WORK = 2_500  # statements compared in one plan: about two seconds


class Weights:
    """What the engine remembers during one command: documents, chains, and how they compare.

    `refused` are new targets from which FullAWSAccess is taken away again.
    """

    def __init__(self, live: State, ids: Ids, wanted: Wanted | None = None) -> None:
        budget = Budget(WORK)
        self.scales: Mapping[str, Scales] = {
            layer: Scales(Ledger(Kind(layer)), budget) for layer in LAYERS
        }
        governed = wanted.full_access if wanted is not None else {}
        self.refused = frozenset(target for target, holds in governed.items() if not holds)
        self.there = frozenset(
            {ROOT}
            | {one.address for one in live.all(OrganizationalUnit)}
            | {one.address for one in live.all(Account)}
        )
        # AWS never takes the last SCP away: where there is none at all, the type is not enabled,
        # or nobody looked, and FullAWSAccess is on everything as soon as it is.
        self.bare = not any(policy_type(one.policy) == "scp" for one in live.all(Attachment))
        root = live.get(ROOT)
        self.organization = root.organization if isinstance(root, Root) else ""
        self.partition = root.partition if isinstance(root, Root) else "aws"
        self.ids = ids
        self._ids = {path: given for given, path in org_paths(live, ids).items()}

    def number(self, layer: str, document: Document) -> int:
        """Return the number of a document, in which OUs stand by their IDs as far as they have any."""

        def read() -> Mapping[str, object]:
            paths = {path: self._path(path) for path in tokens(document)}
            return with_paths(document, paths).value

        return self.scales[layer].ledger.document(document.canonical, read)

    def identity(self, layer: str, account: Address, home: Address) -> Identity:
        """Return what every request of an account says of it, as far as that is known."""
        path = self._path(home.path) if self._ids else ""
        given = self.ids.get(account) if account.kind == "account" else None
        return Identity(Kind(layer), given or "", self.organization, path)

    def apart(self, layer: str, account: Address) -> str:
        """Return an account's ID where some policy tells it apart from the others."""
        given = self.ids.get(account) or ""
        return given if self.scales[layer].ledger.tells_apart(given) else ""

    def _path(self, path: str) -> str:
        """Return an OU's path of IDs; one that is yet to be made stands there by its name."""
        known = self._ids.get(path)
        if known is not None:
            return known
        if path == ROOT.path:
            return "o-organization/r-root"
        return f"{self._path(parent_path(path))}/{path.rpartition('/')[2]}"

    def implied(self, target: Address) -> bool:
        """Tell whether AWS has attached FullAWSAccess to a target without anybody saying so."""
        return target not in self.refused and (self.bare or target not in self.there)


@dataclass(frozen=True, slots=True)
class Chains:
    """The numbers of the chains that bind an account."""

    scp: int
    rcp: int

    def of(self, layer: str) -> int:
        return self.scp if layer == "scp" else self.rcp


class Places:
    """Who stands where, and what is attached there."""

    def __init__(self, state: State, weights: Weights) -> None:
        self.weights = weights
        self.parents: dict[Address, Address] = {}
        self.management: set[Address] = set()
        self.policies: dict[Address, tuple[str, int]] = {FULL_ACCESS: self._full_access()}
        self.attached: dict[str, defaultdict[Address, set[Address]]] = {
            layer: defaultdict(set) for layer in LAYERS
        }
        self._residents: defaultdict[Address, set[Address]] = defaultdict(set)
        self._units: defaultdict[Address, set[Address]] = defaultdict(set)
        self._known: dict[str, dict[Address, int]] = {layer: {} for layer in LAYERS}
        for one in state:
            self._gain(one)

    def take(self, change: Change[Resource]) -> None:
        """Let a change be made, with what AWS brings along and takes away."""
        if change.before is not None:
            self._lose(change.before)
        if change.after is not None:
            self._gain(change.after)
        for one in change.brings:
            self._gain(one)
        for address in change.takes:
            policy, _, target = address.path.partition("@")
            gone = Attachment(Address("policy", policy), Address.parse(target))
            self._lose(gone)
        for layer in LAYERS:
            self._known[layer].clear()

    def chains(self, account: Address) -> Chains:
        """Return the chains that bind an account: none binds the management account."""
        if account in self.management:
            return Chains(Ledger.FREE, Ledger.FREE)
        return Chains(self._personal("scp", account), self._personal("rcp", account))

    def identity(self, layer: str, account: Address) -> Identity:
        """Return what every request of an account says of it; an OU stands for whoever comes there."""
        home = self.parents[account] if account.kind == "account" else account
        return self.weights.identity(layer, account, home)

    def asks_who(self, layer: str, account: Address) -> bool:
        """Tell whether an account's chain looks at whose account it is."""
        if account not in self.parents:
            return False
        return self.weights.scales[layer].ledger.asks_who(self.number(layer, account))

    def _personal(self, layer: str, target: Address) -> int:
        number = self.number(layer, target)
        ledger = self.weights.scales[layer].ledger
        if not ledger.asks_who(number):
            return number
        who = self.identity(layer, target)
        alike = who.account and not ledger.tells_apart(who.account)
        return ledger.personal(number, replace(who, account=_ANYBODY) if alike else who)

    def held(self, account: Address) -> set[Address]:
        """Return the SCPs and RCPs attached to an account itself."""
        scps, rcps = (self.attached[layer].get(account) for layer in LAYERS)
        return (scps or _NONE) | rcps if rcps else scps or _NONE

    def levels(self, layer: str, account: Address) -> list[Named]:
        """Return an account's chain by name, the root first."""
        if account in self.management:
            return []
        path: list[Address] = [account]
        while path[-1] in self.parents:
            path.append(self.parents[path[-1]])
        return [(one.path, self._policies(layer, one)) for one in reversed(path)]

    def samples(self, targets: Iterable[Address]) -> set[Address]:
        """Return who stands at and below targets: one account for all that hold the same in a place.

        Where no account stands, the OU itself: for whoever will come there.
        """
        found: set[Address] = set()
        for target in targets:
            bound = {one for one in self._below(target) if one not in self.management}
            found |= bound or ({target} if target.kind != "account" else set())
        return {one for one in found if one in self.parents or one == ROOT}

    def _below(self, target: Address) -> Iterator[Address]:
        left = [target]
        while left:
            here = left.pop()
            if here.kind == "account":
                yield here
                continue
            alike: dict[object, Address] = {}
            for account in sorted(self._residents.get(here, ())):
                held = [frozenset(self.attached[layer].get(account, ())) for layer in LAYERS]
                apart = [self.weights.apart(layer, account) for layer in LAYERS]
                alike.setdefault((*held, *apart, account in self.weights.there), account)
            yield from alike.values()
            left.extend(self._units.get(here, ()))

    def holders(self, policy: Address) -> set[Address]:
        """Return the targets that a policy is attached to."""
        layer = policy_type(policy)
        held = self.attached[layer].items() if layer in LAYERS else ()
        return {target for target, policies in held if policy in policies}

    def number(self, layer: str, target: Address) -> int:
        """Return the number of the chain above a target and on it, whoever is asked."""
        known = self._known[layer]
        found = known.get(target)
        if found is None:
            above = self.parents.get(target)
            number = Ledger.FREE if above is None else self.number(layer, above)
            ledger = self.weights.scales[layer].ledger
            found = known[target] = ledger.chain(number, self._documents(layer, target))
        return found

    def _documents(self, layer: str, target: Address) -> Numbers:
        held = self.attached[layer].get(target, ())
        numbers = {self.policies[one][1] for one in held if one in self.policies}
        if layer == "scp" and self.weights.implied(target):
            numbers.add(self.policies[FULL_ACCESS][1])
        return frozenset(numbers)

    def _policies(self, layer: str, target: Address) -> list[tuple[str, int]]:
        held = set(self.attached[layer].get(target, ()))
        if layer == "scp" and self.weights.implied(target):
            held.add(FULL_ACCESS)
        return [self.policies[one] for one in sorted(held) if one in self.policies]

    def _full_access(self) -> tuple[str, int]:
        return "FullAWSAccess", self.weights.number("scp", _EVERYTHING)

    def _gain(self, come: Resource) -> None:
        match come:
            case Attachment(policy=policy, target=target):
                if policy_type(policy) in LAYERS:
                    self.attached[policy_type(policy)][target].add(policy)
            case Policy(address=address, type=layer, name=name, document=document):
                if layer in LAYERS:
                    self.policies[address] = name, self.weights.number(layer, document)
            case Account(address=address, parent=parent, management=management):
                self.parents[address] = parent
                self._residents[parent].add(address)
                if management:
                    self.management.add(address)
            case OrganizationalUnit(address=address, parent=parent):
                self.parents[address] = parent
                self._units[parent].add(address)
            case _:
                return

    def _lose(self, gone: Resource) -> None:
        match gone:
            case Attachment(policy=policy, target=target):
                if policy_type(policy) in LAYERS:
                    self.attached[policy_type(policy)][target].discard(policy)
            case Policy(address=address):
                if address != FULL_ACCESS:
                    self.policies.pop(address, None)
            case Account(address=address, parent=parent):
                self.parents.pop(address, None)
                self._residents[parent].discard(address)
            case OrganizationalUnit(address=address, parent=parent):
                self.parents.pop(address, None)
                self._units[parent].discard(address)
            case _:
                return
