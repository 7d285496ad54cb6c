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
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ROOT, Address
from govkit.model.change import Change
from govkit.model.plan import Premise
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.covers import everything, may_meet, within
from govkit.plan.room import GUARDING, policy_type
from govkit.plan.settings import Setting, settings
from govkit.policies.document import Document, Statement, statements

AnyChange: TypeAlias = Change[Resource]
Said: TypeAlias = Statement | Setting
Lost: TypeAlias = tuple[Address, Said]
_T = TypeVar("_T")


def premises(live: State, changes: Sequence[AnyChange]) -> tuple[tuple[Premise, ...], ...]:
    """Return, for each change in its turn, what else must be as it was reviewed.

    An attachment relies on its type being enabled, and on what its policy says. What takes a guard
    away (a detachment, a policy that says less, an account that leaves an OU) relies on the
    attachments and policies by which the same is denied, or allowed, all the same: as far as that
    is meant to last. Of types that decide about no requests, it relies on what sets the same
    (`plan/settings.py`), and a detachment on what the plan put in its place on the same target.
    """
    here, end = _Ground(live), _Ground(live.after(changes))
    return tuple(tuple(_relied(change, here, end)) for change in changes)


def _relied(change: AnyChange, here: "_Ground", end: "_Ground") -> list[Premise]:
    lost = tuple(_lost(change, here))
    here.take(change)
    found: dict[Address, Premise] = {}
    if isinstance(change.after, Attachment):
        enabled = EnabledPolicyType(policy_type(change.after.policy))
        found[enabled.address] = Premise(enabled, ("type",))
        _note(found, here.says(change.after.policy))
    for attachment in _instead(change, here, end):
        _hold_to(found, attachment, here)
    for place, said in lost:
        for attachment in _kept(place, said, here, end):
            if attachment.address != change.address:
                _hold_to(found, attachment, here)
    for attachment in _entered(change, here, end):
        _hold_to(found, attachment, here)
    found.pop(change.address, None)
    return [found[address] for address in sorted(found)]


def _hold_to(found: dict[Address, Premise], one: Attachment, here: "_Ground") -> None:
    found[one.address] = Premise(one, ("policy", "target"))
    _note(found, here.says(one.policy))


def _instead(change: AnyChange, here: "_Ground", end: "_Ground") -> Iterator[Attachment]:
    """Yield what this plan put where a policy goes whose type decides about no requests."""
    gone = change.before
    if isinstance(gone, Attachment) and change.after is None:
        kind = policy_type(gone.policy)
        for one in here.put.get(gone.target, ()):
            stays = one in end.attached.get(gone.target, ())
            if kind not in GUARDING and stays and policy_type(one) == kind:
                yield Attachment(one, gone.target)


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
            yield from ((target, one) for one in here.said(policy))
        case Policy() as before, Policy() as after if before.document != after.document:
            gone = _unsaid(before, after)
            for target in sorted(here.holders[before.address]) if gone else ():
                yield from ((target, one) for one in gone)
        case Account() as before, Account() as after if before.parent != after.parent:
            staying = set(here.above(after.parent))
            for target in here.above(before.parent):
                if target not in staying:
                    for policy in sorted(here.attached[target]):
                        denies = filter(_denies, here.said(policy))
                        yield from ((after.address, one) for one in denies)
        case _:
            return


def _unsaid(before: Policy, after: Policy) -> list[Said]:
    """Return what a policy does not say any more."""
    if before.type not in GUARDING:
        return [*sorted(settings(before) - settings(after))]
    kept = _spoken(after.document)
    whole = [one for one in _spoken(before.document) if not within(one, kept)]
    return [part for one in whole for part in _parts(one) if not within(part, kept)]


def _kept(place: Address, said: Said, here: "_Ground", end: "_Ground") -> Iterable[Attachment]:
    """Return what keeps something in force: one that says all of it, or several that say a part."""
    whole = _keeping(place, said, here, end)
    if whole or isinstance(said, Setting) or not _is_deny(said):
        return whole
    return [one for part in _parts(said) for one in _keeping(place, part, here, end)]


def _keeping(place: Address, said: Said, here: "_Ground", end: "_Ground") -> Iterable[Attachment]:
    """Return the attachments by which a place keeps what was said, now and in the end."""
    if place not in end:
        return ()
    if not _denies(said):
        stay = [one for one in here.at(place) if one.policy in end.attached[place]]
        return [one for one in stay if any(map(_is_allow, here.statements(one.policy)))]
    now = here.covering(here.above(place), said)
    if now and end.covering(end.above(place), said):
        lasting = [one for one in now if one.policy in end.attached[one.target]]
        return (lasting or now)[:1]
    below = here.covering(here.inside(place), said)
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
        self.put: defaultdict[Address, list[Address]] = defaultdict(list)  # by steps, at targets
        self._above: dict[Address, tuple[Address, ...]] = {}
        self._inside: dict[Address, list[Address]] = {}
        for one in state.all(Attachment):
            self._take(None, one)

    def __contains__(self, place: Address) -> bool:
        return place == ROOT or place in self.parents

    def take(self, change: AnyChange) -> None:
        """Go on to how things are after a change."""
        self._inside.clear()
        if isinstance(change.after, Attachment):
            self.put[change.after.target].append(change.after.policy)
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
        if known is not None and not known.aws_managed:
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
        if place.kind == "account":  # there is nothing below it; thousands may move
            return []
        if place not in self._inside:
            guarded = [target for target, count in self.guarded.items() if count > 0]
            self._inside[place] = sorted(one for one in guarded if place in self.above(one)[1:])
        return self._inside[place]

    def says(self, policy: Address) -> Policy | None:
        return self.policies.get(policy)

    def statements(self, policy: Address) -> tuple[Statement, ...]:
        """Return what a policy says about requests; nothing where its type is not about them."""
        found = self.policies.get(policy)
        return _spoken(found.document) if found is not None and found.type in GUARDING else ()

    def said(self, policy: Address) -> Iterable[Said]:
        """Return all that a policy says: about requests, or what it sets."""
        found = self.policies.get(policy)
        if found is None or found.type in GUARDING:
            return self.statements(policy)
        return sorted(settings(found))

    def says_all(self, policy: Address, said: Said) -> bool:
        """Tell whether a policy says all of something."""
        found = self.policies.get(policy)
        if isinstance(said, Setting):
            return found is not None and said in settings(found)
        return _says(self.statements(policy), said)

    def at(self, target: Address) -> list[Attachment]:
        return [Attachment(one, target) for one in sorted(self.attached.get(target, ()))]

    def covering(self, targets: Iterable[Address], said: Said) -> list[Attachment]:
        """Return the attachments at the targets that say all of something."""
        return [
            one for target in targets for one in self.at(target) if self.says_all(one.policy, said)
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


def _denies(said: Said) -> bool:
    """Tell what holds once it is said at any level above; an Allow must be said at each."""
    return isinstance(said, Setting) or _is_deny(said)


def _is_deny(statement: Statement) -> bool:
    return bool(statement.value.get("Effect") == "Deny")


def _is_allow(statement: Statement) -> bool:
    return bool(statement.value.get("Effect") == "Allow")
