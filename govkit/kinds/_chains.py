"""The chains of control policies above accounts, as the policy engine judges by them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from govkit.access.chain import Chain
from govkit.access.compare import FULL_ACCESS
from govkit.access.difference import Change, difference
from govkit.access.statement import Level, policy
from govkit.access.statement import Policy as Judged
from govkit.access.verdict import Kind
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Change as Step
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.policies.document import Document
from govkit.policies.paths import tokens, with_paths

UNKNOWN_ORGANIZATION, UNKNOWN_ROOT = "o-0000000000", "r-0000"
_ID = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PART_OF_ID = re.compile(r'[:"]\d+[*?]|[:"][*?]+\d')


@lru_cache(maxsize=16)
def _ids_named(documents: tuple[Document, ...]) -> frozenset[str] | None:
    if any(_PART_OF_ID.search(document.text) for document in documents):
        return None
    return frozenset(one for document in documents for one in _ID.findall(document.text))


_TYPES = frozenset(kind.value for kind in Kind)

Documents = Mapping[Address, Document]


class Chains:
    """Who stands where and what is attached, in a state: the chain above any account.

    Documents may be replaced by others (`instead`). A level without any Allow is read together
    with AWS's FullAWSAccess, except where `bare` says that it has been taken away: that something
    is left to allow is another rail's business. The management account has an empty chain;
    `unbound` names it where the state does not know.
    """

    def __init__(
        self,
        state: State,
        *,
        instead: Documents | None = None,
        bare: Callable[[Address], bool] = lambda _: False,
        unbound: Iterable[Address] = (),
    ) -> None:
        self._parents = {one.address: one.parent for one in state.all(OrganizationalUnit)}
        self._homes = {one.address: one.parent for one in state.all(Account)}
        known = (one.address for one in state.all(Account) if one.management)
        self.unbound = frozenset((*known, *unbound))
        self._documents = {
            one.address: (instead or {}).get(one.address, one.document)
            for one in state.all(Policy)
            if one.type in _TYPES
        }
        self._bare = bare
        self._attached: defaultdict[Address, set[Address]] = defaultdict(set)
        for one in state.all(Attachment):
            if one.policy in self._documents:
                self._attached[one.target].add(one.policy)
        self._levels: dict[tuple[Kind, Address], Level] = {}

    def of(self, account: Address, kind: Kind) -> Chain:
        """Return the chain of an account, the root first; of an OU, that of an account in it."""
        if account in self.unbound:
            return Chain(kind, ())
        return Chain(kind, tuple(self._level(target, kind) for target in self.targets(account)))

    def targets(self, account: Address) -> tuple[Address, ...]:
        """Return what stands above an account, the root first, and itself last."""
        found, here = [account], self._homes.get(account, self._parents.get(account))
        while here is not None:
            found.append(here)
            here = self._parents.get(here)
        return tuple(reversed(found))

    @property
    def accounts(self) -> tuple[Address, ...]:
        """All accounts that are there."""
        return tuple(self._homes)

    @property
    def real_paths(self) -> bool:
        """Whether a document names OUs by AWS's own IDs, which names do not answer."""
        return names_real_paths(self._documents.values())

    def home(self, account: Address) -> Address | None:
        """Return the OU that an account is in, or None where it is not there."""
        return self._homes.get(account)

    def holders(self, policy: Address) -> tuple[Address, ...]:
        """Return the targets that a policy is attached to."""
        return tuple(target for target, held in self._attached.items() if policy in held)

    def alone(self, policy: Address, kind: Kind) -> Chain | None:
        """Return a chain that holds one policy beside FullAWSAccess, if it is one that only denies."""
        document = self._documents.get(policy)
        if document is None or _kind(policy) is not kind or not denies_only(document):
            return None
        held = judged(str(policy.path), document)
        return Chain(kind, (Level(str(policy), (_FULL_ACCESS[kind], held)),))

    def take(self, change: Step[Resource]) -> None:
        """Become the chains after a change, with what AWS brings and takes along with it."""
        for address in change.takes:
            self._lose(address)
        if change.after is None:
            self._lose(change.address)
        for gained in (change.after, *change.brings):
            if gained is not None:
                self._gain(gained)

    def _lose(self, address: Address) -> None:
        match address.kind:
            case "attachment":
                path, _, target = address.path.partition("@")
                self._attached[Address.parse(target)].discard(Address("policy", path))
                self._forget(Address.parse(target))
            case "policy":
                self._documents.pop(address, None)
                self._levels.clear()
            case _:
                self._parents.pop(address, None)
                self._homes.pop(address, None)

    def _gain(self, gained: Resource) -> None:
        match gained:
            case Attachment(policy=held, target=target) if held in self._documents:
                self._attached[target].add(held)
                self._forget(target)
            case Policy(address=address, type=kind, document=document) if kind in _TYPES:
                self._documents[address] = document
                self._levels.clear()
            case Account(address=address, parent=parent):
                self._homes[address] = parent
            case OrganizationalUnit(address=address, parent=parent):
                self._parents[address] = parent
            case _:
                return

    def _forget(self, target: Address) -> None:
        for kind in Kind:
            self._levels.pop((kind, target), None)

    def alike(self, accounts: Iterable[Address], ids: Callable[[Address], str | None]) -> "Groups":
        """Return the accounts in groups of those that no policy can tell apart, by their first."""
        named = self._named()
        groups: defaultdict[object, list[Address]] = defaultdict(list)
        for account in accounts:
            told = named is None or ids(account) in named or account in self.unbound
            own = frozenset(self._attached.get(account, ()))
            groups[account if told else (self._homes.get(account), own)].append(account)
        return {found[0]: tuple(found) for found in groups.values()}

    def spelled(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return context keys as the policies write them."""
        said = (
            one
            for level in self._levels.values()
            for held in level.policies
            for one in held.statements
        )
        written = {test.key: test.name or test.key for one in said for test in one.tests}
        return tuple(written.get(key, key) for key in keys)

    def _named(self) -> frozenset[str] | None:
        """Return the account IDs that documents name; None where they name parts of one."""
        return _ids_named(tuple(self._documents.values()))

    def _level(self, target: Address, kind: Kind) -> Level:
        key = (kind, target)
        if key not in self._levels:
            held = sorted(one for one in self._attached.get(target, ()) if _kind(one) is kind)
            found = tuple(judged(str(one.path), self._documents[one]) for one in held)
            allows = any(not said.deny for one in found for said in one.statements)
            if not allows and not (kind is Kind.SCP and self._bare(target)):
                found = (_FULL_ACCESS[kind], *found)
            self._levels[key] = Level(str(target), found)
        return self._levels[key]


Groups = Mapping[Address, tuple[Address, ...]]

_FULL_ACCESS = {
    Kind.SCP: policy("scp/FullAWSAccess", FULL_ACCESS),
    Kind.RCP: policy("rcp/RCPFullAWSAccess", FULL_ACCESS),
}


def _kind(address: Address) -> Kind:
    return Kind(address.path.partition("/")[0])


@lru_cache(maxsize=4096)
def judged(name: str, document: Document) -> Judged:
    """Return a document as the engine reads it, OU tokens as the paths of `org_paths`."""
    real = with_paths(document, {path: stand_in(path) for path in tokens(document)})
    return policy(name, real.value)


def denies_only(document: Document) -> bool:
    """Tell whether a document has no Allow."""
    return all(one.deny for one in judged("guardrail", document).statements)


def stand_in(path: str) -> str:
    """Return what stands for AWS's path of IDs of an OU while only its names are known."""
    steps = "/".join([UNKNOWN_ORGANIZATION, UNKNOWN_ROOT, *path.strip("/").split("/")])
    return steps.rstrip("/")


def names_real_paths(documents: Iterable[Document]) -> bool:
    """Tell whether a document names OUs by AWS's own IDs, which names do not answer."""
    return any(_REAL_PATH.search(document.text) for document in documents)


_REAL_PATH = re.compile(r"o-[a-z0-9]{10,32}/r-[0-9a-z]{4,32}")


@lru_cache(maxsize=1024)
def allows_more(kind: str, before: Document, after: Document) -> bool:
    """Tell whether a document lets a request through that another one denies; also where unsure."""
    full = _FULL_ACCESS[Kind(kind)]
    old, new = (
        Chain(Kind(kind), (Level("target", (full, judged("guardrail", one))),))
        for one in (before, after)
    )
    found = difference(old, new)
    return bool(found.newly_allowed) or found.change is Change.UNKNOWN
