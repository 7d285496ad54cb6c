"""Who stands where and what is attached: as much of a state as decides about requests."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.bank import NOTHING, Bank, Statements
from govkit.plan.room import GUARDING, policy_type
from govkit.policies.document import Document, Statement, parse, statements

SCPS = Address("policy_type", "scp")
_ALL = parse('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
FULL: Statements = frozenset(statements(_ALL))


class Said(NamedTuple):
    """What policies say together."""

    denies: Statements
    allows: Statements


class Ground:
    """Who stands where, and what is attached; changes as steps are taken and taken back.

    While SCPs are not enabled nothing is wanting anywhere; `given` tells the targets to which AWS
    attaches FullAWSAccess out of the plan's sight, when they are made or SCPs are enabled.
    """

    def __init__(self, state: State, given: Callable[[Address], bool]) -> None:
        self.given = given
        self.enabled = SCPS in state
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
        other = Ground(State(), self.given)
        other.enabled = self.enabled
        other.parents, other.homes = dict(self.parents), dict(self.homes)
        other.documents, other.heard = dict(self.documents), dict(self.heard)
        other.attached = defaultdict(set, {at: set(held) for at, held in self.attached.items()})
        return other

    def take(self, change: Change[Resource]) -> None:
        """Change the ground by a step, with what AWS brings along and takes along."""
        if change.after is not None:
            self._gain(change.after)
        elif change.before is not None:
            self._lose(change.before)
        for brought in change.brings:
            self._gain(brought)

    def take_back(self, change: Change[Resource]) -> None:
        """Undo a step."""
        for brought in change.brings:
            self._lose(brought)
        if change.before is not None:
            self._gain(change.before)
        elif change.after is not None:
            self._lose(change.after)

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
            case EnabledPolicyType(address=address) if address == SCPS:
                self.enabled = False
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
            case EnabledPolicyType(address=address) if address == SCPS:
                self.enabled = True
                self.heard.clear()
            case _:
                return

    def chain(self, account: Address) -> tuple[Address, ...]:
        """Return the targets above an account, the root first, and itself last."""
        home = self.homes.get(account)
        return (*(() if home is None else self._up(home)), account)

    def _up(self, target: Address) -> tuple[Address, ...]:
        found = [target]
        while (here := self.parents.get(found[-1])) is not None:
            found.append(here)
        return tuple(reversed(found))

    def above(self, target: Address) -> tuple[Address, ...]:
        """Return the targets above one, the root first."""
        return self.chain(target)[:-1] if target in self.homes else self._up(target)[:-1]

    def bank(self, account: Address) -> Bank:
        """Return what holds for an account now."""
        said = [self.said(target) for target in self.chain(account)]
        return Bank(NOTHING.union(*(one.denies for one in said)), tuple(one.allows for one in said))

    def said(self, target: Address) -> Said:
        """Return what is said at a target, remembered until something there changes."""
        if target not in self.heard:
            self.heard[target] = self._listened(target)
        return self.heard[target]

    def _listened(self, target: Address) -> Said:
        found = _together(
            tuple(
                self.documents[policy]
                for policy in sorted(self.attached.get(target, ()))
                if policy in self.documents
            )
        )
        if not found.allows and (not self.enabled or self.given(target)):
            return Said(found.denies, FULL)
        return found


@cache
def _together(documents: tuple[Document, ...]) -> Said:
    found = [one for document in documents for one in statements(document)]
    return Said(frozenset(filter(is_deny, found)), frozenset(filter(is_allow, found)))


def is_deny(statement: Statement) -> bool:
    """Tell whether a statement denies."""
    return bool(statement.value.get("Effect") == "Deny")


def is_allow(statement: Statement) -> bool:
    """Tell whether a statement allows."""
    return bool(statement.value.get("Effect") == "Allow")
