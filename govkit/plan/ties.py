"""Which steps come after which for the sake of the laws and of room, so that a share of a plan is safe, too.

Two steps are tied where some account, and some request, could feel both, and they do not both allow
more or both allow less. Take any steps with all that they are tied to, and need: for each account
and request these are the first steps of the proved order, and some of the next that go one way. What
is allowed then lies between two proved states, so that no such choice opens a gap or shuts anybody out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.plan.bank import Statements
from govkit.plan.covers import everything, may_meet, within
from govkit.plan.ground import FULL, is_allow, is_deny
from govkit.plan.room import GUARDING, Place, Room, least, place_of
from govkit.plan.watch import Watch
from govkit.policies.document import Document, Statement, statements

AnyChange: TypeAlias = Change[Resource]
_LESS, _EITHER, _MORE = -1, 0, 1  # what a step does to what is allowed
_ENTERS = 2  # a new account comes to where the laws begin to hold for it


@dataclass(frozen=True, slots=True)
class _Felt:
    """What requests feel of a step, None for any of them, and which way it goes."""

    statements: Statements | None
    way: int


def ties(
    watch: Watch, room: Room, changes: Sequence[AnyChange], waits: Sequence[Iterable[int]]
) -> tuple[tuple[int, ...], ...]:
    """Return the earlier positions that each change is tied to, but for those that follow from others.

    `waits` are those that it waits for anyhow. `watch` was made for these changes.
    """
    found = [set[int]() for _ in changes]
    _by_account(watch, changes, found)
    _by_room(room, changes, found)
    return tuple(_fewest(found, waits))


def _by_account(watch: Watch, changes: Sequence[AnyChange], found: list[set[int]]) -> None:
    senses = _Senses(watch, changes)
    earlier: defaultdict[Address, list[int]] = defaultdict(list)
    felt: dict[int, _Felt] = {}
    for index, change in enumerate(changes):
        mine = senses.felt(change)
        if mine is None:
            continue
        felt[index] = mine
        accounts = [*watch.concerned(change)]
        before = {other for account in accounts for other in earlier[account]}
        found[index] |= {one for one in before if senses.tied(felt[one], mine)}
        for account in accounts:
            earlier[account].append(index)


@dataclass
class _Senses:
    """Knows what every policy says at any time, and at which targets it is at any time."""

    watch: Watch
    changes: Sequence[AnyChange]
    _says: dict[Address, Statements] = field(default_factory=dict)
    _meeting: dict[tuple[Statements, Statements], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        texts: defaultdict[Address, set[Document]] = defaultdict(set)
        self._at: defaultdict[Address, set[Address]] = defaultdict(set)
        for ground in (self.watch.then, self.watch.soon):
            for policy, document in ground.documents.items():
                texts[policy].add(document)
            for target, policies in ground.attached.items():
                self._at[target] |= policies
        self._levelled: set[Address] = set()
        for change in self.changes:
            match change.subject:
                case Policy(address=address, type=kind) if kind in GUARDING:
                    found = (one for one in (change.before, change.after) if one is not None)
                    texts[address] |= {one.document for one in found if isinstance(one, Policy)}
                case Attachment(policy=policy, target=target):
                    self._at[target].add(policy)
                case _:
                    continue
        for policy, documents in texts.items():
            self._says[policy] = frozenset(one for text in documents for one in statements(text))
        for change in self.changes:
            if isinstance(change.subject, Attachment) and self._allows(change.subject.policy):
                self._levelled.add(change.subject.target)

    def felt(self, change: AnyChange) -> _Felt | None:
        """Return what is felt of a step; None where it changes nothing that is allowed."""
        match change.before, change.after:
            case (None, Attachment() as one) | (Attachment() as one, None):
                return self._of_attachment(one, come=change.before is None)
            case Policy(type=kind) as before, Policy() as after if kind in GUARDING:
                return self._of_content(before, after)
            case _, Account() as after if change.action is Action.UPDATE:
                return self._of_move(change.before, after)
            case _:
                return None

    def tied(self, one: _Felt, other: _Felt) -> bool:
        """Tell whether the other, later one must not be taken without the one.

        A new account enters only after all that it feels; what follows asks nothing of one that
        stays outside.
        """
        if _ENTERS in (one.way, other.way):
            return other.way == _ENTERS
        if one.way == other.way != _EITHER:
            return False
        if one.statements is None or other.statements is None:
            return True
        pair = one.statements, other.statements
        if pair not in self._meeting:
            self._meeting[pair] = any(may_meet(a, b) for a in pair[0] for b in pair[1])
        return self._meeting[pair]

    def _of_attachment(self, one: Attachment, *, come: bool) -> _Felt | None:
        if place_of(one)[1] not in GUARDING:
            return None
        said = self._said(one.policy)
        way = _direction(said) if come else -_direction(said)
        # Where AWS's own Allow is out of the plan's sight, the first of ours takes its place.
        ground = self.watch.then
        hidden = way and not all(map(is_deny, said))
        if hidden and (not ground.enabled or ground.given(one.target)):
            way = _EITHER
        return _Felt(said, way)

    def _of_content(self, before: Policy, after: Policy) -> _Felt | None:
        if before.document == after.document:
            return None
        old, new = (frozenset(statements(one.document)) for one in (before, after))
        way, said = _direction(self._said(before.address)), old ^ new
        if all(within(one, new) for one in old):
            return _Felt(said, way)
        if all(within(one, old) for one in new):
            return _Felt(said, -way)
        return _Felt(said, _EITHER)

    def _of_move(self, before: Resource | None, after: Account) -> _Felt | None:
        if not isinstance(before, Account) or before.parent == after.parent:
            return None
        then, soon = self.watch.then, self.watch.soon
        if after.address not in then.homes:
            return _Felt(None, _ENTERS)
        left, come = (set(ground.chain(after.address)) for ground in (then, soon))
        places = left ^ come
        if any(place in self._levelled or not self._allows_all(place) for place in places):
            return _Felt(None, _EITHER)
        said = (self._said(policy) for place in places for policy in self._at[place])
        return _Felt(frozenset(filter(is_deny, frozenset[Statement]().union(*said))), _EITHER)

    def _allows_all(self, place: Address) -> bool:
        return all(
            everything(ground.said(place).allows) or not ground.attached.get(place)
            for ground in (self.watch.then, self.watch.soon)
        )

    def _said(self, policy: Address) -> Statements:
        return self._says.get(policy, FULL)

    def _allows(self, policy: Address) -> bool:
        return any(map(is_allow, self._said(policy)))


def _direction(said: Statements) -> int:
    """Return what more of a policy does to what is allowed."""
    if all(map(is_deny, said)):
        return _LESS
    return _MORE if all(map(is_allow, said)) else _EITHER


def _by_room(room: Room, changes: Sequence[AnyChange], found: list[set[int]]) -> None:
    """Tie what comes to a full target to what leaves it, and what leaves one to what must not be its last."""
    comes: defaultdict[Place, list[int]] = defaultdict(list)
    goes: defaultdict[Place, list[int]] = defaultdict(list)
    for index, change in enumerate(changes):
        if isinstance(change.subject, Attachment) and place_of(change.subject)[1] in GUARDING:
            sort = comes if change.before is None else goes
            sort[place_of(change.subject)].append(index)
    held = room.held()
    for place in comes.keys() & goes.keys():
        if held[place] + len(comes[place]) > room.allowed(place[1]):
            _after(comes[place], goes[place], found)
        if held[place] - len(goes[place]) < least(place[1]):
            _after(goes[place], comes[place], found)


def _after(later: Iterable[int], earlier: Sequence[int], found: list[set[int]]) -> None:
    for index in later:
        found[index] |= {one for one in earlier if one < index}


def _fewest(found: Sequence[set[int]], waits: Sequence[Iterable[int]]) -> Iterator[tuple[int, ...]]:
    """Leave out what a change waits for already, by way of others; sets of positions are bits."""
    reach: list[int] = []
    for index, tied in enumerate(found):
        mine, kept = 0, []
        for one in waits[index]:
            mine |= reach[one] | 1 << one
        for one in sorted(tied, reverse=True):
            if not mine >> one & 1:
                mine |= reach[one] | 1 << one
                kept.append(one)
        reach.append(mine)
        yield tuple(reversed(kept))
