"""What each step relies on beside its own thing: the policy that it attaches, the guards that stay."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import TypeAlias, TypeVar

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import ROOT, Address
from govkit.model.change import Change
from govkit.model.plan import Premise
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.covers import everything, may_meet, within
from govkit.policies.document import Document, Statement, statements

AnyChange: TypeAlias = Change[Resource]
Lost: TypeAlias = tuple[Address, Statement]
_T = TypeVar("_T")
_DECIDING = frozenset({"scp", "rcp"})


def premises(live: State, changes: Sequence[AnyChange]) -> tuple[tuple[Premise, ...], ...]:
    """Return, for each change in its turn, what else must be as it was reviewed.

    An attachment relies on what its policy says. What takes a guard away (a detachment, a policy
    that says less, an account that leaves an OU) relies on the attachments and policies by which
    the same is denied, or allowed, all the same: as far as that is meant to last.
    """
    here, end = _Ground(live), _Ground(live.after(changes))
    return tuple(tuple(_relied(change, here, end)) for change in changes)


def _relied(change: AnyChange, here: "_Ground", end: "_Ground") -> list[Premise]:
    lost = tuple(_lost(change, here))
    here.take(change)
    found: dict[Address, Premise] = {}
    if isinstance(change.after, Attachment):
        _note(found, here.says(change.after.policy))
    for place, statement in lost:
        for attachment in _kept(place, statement, here, end):
            if attachment.address != change.address:
                _hold_to(found, attachment, here)
    for attachment in _entered(change, here, end):
        _hold_to(found, attachment, here)
    found.pop(change.address, None)
    return [found[address] for address in sorted(found)]


def _hold_to(found: dict[Address, Premise], one: Attachment, here: "_Ground") -> None:
    found[one.address] = Premise(one, ("policy", "target"))
    _note(found, here.says(one.policy))


def _entered(change: AnyChange, here: "_Ground", end: "_Ground") -> Iterator[Attachment]:
    """Yield what allows at the levels that an account comes under by a move."""
    match change.before, change.after:
        case Account() as before, Account() as after if before.parent != after.parent:
            old = set(here.above(before.parent))
            for target in here.above(after.parent):
                if target not in old:
                    yield from _allowing(target, here, end)
        case _:
            return


def _allowing(target: Address, here: "_Ground", end: "_Ground") -> list[Attachment]:
    """Return what allows at a target and is meant to last: one that allows all, or every one."""
    now = [one for one in here.at(target) if any(map(_is_allow, here.statements(one.policy)))]
    lasting = [one for one in now if one.policy in end.attached[target]] or now
    whole = [one for one in lasting if everything(filter(_is_allow, here.statements(one.policy)))]
    return whole[:1] or lasting


def _note(found: dict[Address, Premise], policy: Policy | None) -> None:
    if policy is not None and not policy.aws_managed:  # what is AWS's own never changes
        found[policy.address] = Premise(policy, ("document",))


def _lost(change: AnyChange, here: "_Ground") -> Iterator[Lost]:
    """Yield what a change takes away, and from which place on."""
    match change.before, change.after:
        case Attachment(policy=policy, target=target), None:
            yield from ((target, one) for one in here.statements(policy))
        case Policy() as before, Policy() as after if before.document != after.document:
            kept = _spoken(after.document)
            whole = [one for one in here.statements(before.address) if not within(one, kept)]
            gone = [part for one in whole for part in _parts(one) if not within(part, kept)]
            for target in sorted(here.holders[before.address]) if gone else ():
                yield from ((target, one) for one in gone)
        case Account() as before, Account() as after if before.parent != after.parent:
            staying = set(here.above(after.parent))
            for target in here.above(before.parent):
                if target not in staying:
                    for policy in sorted(here.attached[target]):
                        denies = filter(_is_deny, here.statements(policy))
                        yield from ((after.address, one) for one in denies)
        case _:
            return


def _kept(
    place: Address, statement: Statement, here: "_Ground", end: "_Ground"
) -> Iterable[Attachment]:
    """Return what keeps a statement in force: one that says all of it, or several that say a part."""
    whole = _keeping(place, statement, here, end)
    if whole or not _is_deny(statement):
        return whole
    return [one for part in _parts(statement) for one in _keeping(place, part, here, end)]


def _keeping(
    place: Address, statement: Statement, here: "_Ground", end: "_Ground"
) -> Iterable[Attachment]:
    """Return the attachments by which a place keeps what a statement says, now and in the end."""
    if place not in end:
        return ()
    if not _is_deny(statement):
        stay = [one for one in here.at(place) if one.policy in end.attached[place]]
        return [one for one in stay if any(map(_is_allow, here.statements(one.policy)))]
    now = here.covering(here.above(place), statement)
    if now and end.covering(end.above(place), statement):
        lasting = [one for one in now if one.policy in end.attached[one.target]]
        return (lasting or now)[:1]
    below = here.covering(here.inside(place), statement)
    return [one for one in below if one.policy in end.attached[one.target]]


class _Ground:
    """Who stands below whom, what is attached where, and what it says; changes step by step."""

    def __init__(self, state: State) -> None:
        self.parents: dict[Address, Address] = {
            one.address: one.parent for one in state.all(OrganizationalUnit)
        } | {one.address: one.parent for one in state.all(Account)}
        self.policies: dict[Address, Policy] = {one.address: one for one in state.all(Policy)}
        self.attached: defaultdict[Address, set[Address]] = defaultdict(set)
        self.holders: defaultdict[Address, set[Address]] = defaultdict(set)
        self.guarded: Counter[Address] = Counter()  # by customers' policies; AWS's own deny nothing
        self._above: dict[Address, tuple[Address, ...]] = {}
        self._inside: dict[Address, list[Address]] = {}
        for one in state.all(Attachment):
            self._take(None, one)

    def __contains__(self, place: Address) -> bool:
        return place == ROOT or place in self.parents

    def take(self, change: AnyChange) -> None:
        """Go on to how things are after a change."""
        self._inside.clear()
        self._take(change.before, change.after)
        for brought in change.brings:
            self._take(None, brought)

    def _take(self, before: Resource | None, after: Resource | None) -> None:
        match before if after is None else after:
            case Attachment(policy=policy, target=target):
                for held, one in ((self.attached[target], policy), (self.holders[policy], target)):
                    held.discard(one) if after is None else held.add(one)
                self._guard(policy, target, -1 if after is None else 1)
            case Policy(address=address) as policy:
                _put(self.policies, address, None if after is None else policy)
            case Account(address=address) | OrganizationalUnit(address=address) as placed:
                _put(self.parents, address, None if after is None else placed.parent)
                self._above.clear()
            case _:
                return

    def _guard(self, policy: Address, target: Address, more: int) -> None:
        known = self.policies.get(policy)
        if known is not None and not known.aws_managed and known.type in _DECIDING:
            self.guarded[target] += more

    def above(self, place: Address) -> tuple[Address, ...]:
        """Return a place and what stands above it, nearest first."""
        known = self._above.get(place)
        if known is None:
            parent = self.parents.get(place)
            known = (place,) if parent is None else (place, *self.above(parent))
            self._above[place] = known
        return known

    def inside(self, place: Address) -> list[Address]:
        """Return the targets below a place that customers' policies are attached to."""
        if place not in self._inside:
            guarded = [target for target, count in self.guarded.items() if count > 0]
            self._inside[place] = sorted(one for one in guarded if place in self.above(one)[1:])
        return self._inside[place]

    def says(self, policy: Address) -> Policy | None:
        return self.policies.get(policy)

    def statements(self, policy: Address) -> tuple[Statement, ...]:
        """Return what a policy says about requests; nothing where its type is not about them."""
        found = self.policies.get(policy)
        return _spoken(found.document) if found is not None and found.type in _DECIDING else ()

    def at(self, target: Address) -> list[Attachment]:
        return [Attachment(one, target) for one in sorted(self.attached.get(target, ()))]

    def covering(self, targets: Iterable[Address], statement: Statement) -> list[Attachment]:
        """Return the attachments at the targets that say all that a statement says."""
        return [
            one
            for target in targets
            for one in self.at(target)
            if _says(self.statements(one.policy), statement)
        ]


def _put(table: dict[Address, _T], address: Address, value: _T | None) -> None:
    if value is None:
        table.pop(address, None)
    else:
        table[address] = value


@cache
def _spoken(document: Document) -> tuple[Statement, ...]:
    return tuple(statements(document))


def _says(said: tuple[Statement, ...], one: Statement) -> bool:
    return within(one, (other for other in said if may_meet(one, other)))


@cache
def _parts(statement: Statement) -> tuple[Statement, ...]:
    """Cut a statement into one for each of its actions and resources."""
    whole = {
        name: listed
        for name in ("Action", "Resource")
        if isinstance(listed := statement.value.get(name), list) and len(listed) > 1
    }
    if not whole:
        return (statement,)
    return tuple(
        Statement(
            f"{statement.canonical} {' '.join(part)}",
            index,
            {**statement.value, **{name: [one] for name, one in zip(whole, part, strict=True)}},
        )
        for index, part in enumerate(product(*whole.values()))
    )


def _is_deny(statement: Statement) -> bool:
    return bool(statement.value.get("Effect") == "Deny")


def _is_allow(statement: Statement) -> bool:
    return bool(statement.value.get("Effect") == "Allow")
