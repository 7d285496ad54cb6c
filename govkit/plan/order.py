"""Puts changes in an order in which guards go up before accounts move, and nothing lacks what it needs."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from govkit.errors import BugError
from govkit.kinds.account import CREATED_AT_ONCE, Account
from govkit.kinds.delegated_administrator import ALONE, DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.proof import Lapse, proved
from govkit.plan.room import Room
from govkit.plan.ties import ties
from govkit.plan.walk import LAST, LATE, Rank, Walk
from govkit.plan.watch import Watch

AnyChange: TypeAlias = Change[Resource]
_ATTEMPTS, _PATIENCE = 200, 100_000  # at most so many ways, and so many per step squared
_FEWER = 10  # ways that are tried only to do with fewer temporary means
_LOOKS = 100_000  # at accounts in states, in all further ways together: a few seconds
_LOOKS_FOR_FEWER = 20_000
Split = Callable[[AnyChange], Sequence[AnyChange]]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Changes of one verb each, in order; `after[i]` are the positions that change i waits for.

    `tied[i]` are those that it waits for as well, so that any share of the changes that leaves out
    what waits for something left out breaks no law either. `lapses` are the breaches of the laws that the order could not avoid: the proof's outcome.
    `temporary` says of the steps that are of the order's own making what they are for.
    """

    changes: tuple[AnyChange, ...]
    after: tuple[tuple[int, ...], ...]
    released_early: tuple[AnyChange, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    temporary: Mapping[int, str] = field(default_factory=dict)
    tied: tuple[tuple[int, ...], ...] = ()


def order(changes: Iterable[AnyChange], split: Split, room: Room, owner: str = "main") -> Ordered:
    """Return the changes, cut into steps of one verb each, in an order that can be carried out.

    Build up, then rearrange, then clear away; within each, what is needed leads. A name is taken
    only after it is free (two that swap names go by way of a third, and so does a policy that is
    deleted and has an heir). A step that would break a law is held back; where nothing else goes,
    temporary means let one pass (`owner` is the layout whose they are). What even they cannot avoid
    does the least harm: an outage rather than a gap.
    """
    steps = _names_apart([step for change in changes for step in split(change)])
    early, waits = room.released_first(steps)
    graph = _Graph(steps)
    _chain(graph)
    _needs(graph)
    _names(graph)
    for earlier, later in waits:
        graph.edge(earlier, later)
    released = tuple(steps[index] for index in early)
    best = leading_to(room.live.after(steps), room.live, _best(steps, graph, room, owner))
    watch = Watch(room.live, best.changes)
    tied = ties(watch, room, best.changes, best.after)
    return replace(best, released_early=released, tied=tied)


def leading_to(end: State, live: State, found: Ordered) -> Ordered:
    """Return an order; BugError where its temporary means would stay behind, or lead elsewhere."""
    if found.temporary and live.after(found.changes) != end:
        raise BugError("Temporary means of this plan would stay behind")
    return found


def _best(steps: Sequence[AnyChange], graph: "_Graph", room: Room, owner: str) -> Ordered:
    """Return the best way of those that are tried: as many as there is patience for."""
    ranks = _ranks(_rank(steps))
    first = Walk(steps, graph.before, next(ranks))
    first.through(Watch(room.live, steps), room, owner)
    best, spent = _told(first, room), 0
    for attempt, rank in enumerate(ranks):
        looks = _worth(best, attempt) - spent
        if looks <= 0:
            break
        walk = Walk(steps, graph.before, rank)
        if walk.through(Watch(room.live, steps), room, owner, looks):
            best = min(best, _told(walk, room), key=_harm)
        spent += walk.watch.looks
    return best


def _worth(best: Ordered, attempt: int) -> int:
    """Return how many looks it is worth to find a way that breaks fewer laws, or has fewer steps."""
    if best.lapses:
        return _LOOKS
    return _LOOKS_FOR_FEWER if best.temporary and attempt < _FEWER else 0


def _harm(way: Ordered) -> tuple[int, int, int]:
    """Return how much a way breaks the laws: gaps first, then outages, then the longer one."""
    hurt = Counter(dict.fromkeys(("gap", "outage"), 0))
    for one in way.lapses:
        hurt[one.law] += len(one.accounts)
    return hurt["gap"], hurt["outage"], len(way.changes)


def _ranks(rank: Sequence[Rank]) -> Iterator[Sequence[Rank]]:
    """Yield the rank of the steps, and for small plans others: what goes first may close a door."""
    yield rank
    for attempt in range(min(_ATTEMPTS, _PATIENCE // max(len(rank), 1) ** 2)):
        yield [_shuffled(one, attempt) for one in rank]


def _shuffled(rank: Rank, attempt: int) -> Rank:
    phase, batch, place, address, index = rank
    mark = hashlib.sha256(f"{attempt} {address} {index}".encode()).hexdigest()
    early = min(phase, _UP) if attempt % 2 else phase
    may_wait = _UP if attempt % 4 != _CONTENTS_WAIT else _CHANGED
    late = LATE if attempt and phase >= may_wait and mark < _A_THIRD else 0
    if attempt % 4 == _MOVES_LAST and phase == _CREATION and place and mark < _HALF:
        late = LAST
    return early + late, batch, place, mark, index


def _told(walk: Walk, room: Room) -> Ordered:
    _in_turn(walk)
    placed = {index: position for position, index in enumerate(walk.done)}
    changes = tuple(walk.steps[index] for index in walk.done)
    # Anew, because temporary means touch accounts that were looked at together until then.
    watch = Watch(room.live, changes) if walk.why else walk.watch
    return Ordered(
        changes,
        tuple(tuple(sorted(placed[other] for other in walk.before[index])) for index in walk.done),
        lapses=proved(watch, changes),
        temporary={placed[index]: why for index, why in walk.why.items()},
    )


def _in_turn(walk: Walk) -> None:
    """Let each step of a thing wait for the one before it: temporary ones came in between."""
    last: dict[Address, int] = {}
    for index in walk.done:
        address = walk.steps[index].address
        if address in last:
            walk.before[index].add(last[address])
        last[address] = index


class _Graph:
    """What waits for what, among steps known by their index."""

    def __init__(self, steps: Sequence[AnyChange]) -> None:
        self.steps = steps
        self.before: list[set[int]] = [set() for _ in steps]

    def edge(self, earlier: int, later: int) -> None:
        if earlier != later:
            self.before[later].add(earlier)


def _chain(graph: _Graph) -> None:
    """Steps of one thing keep the order in which they were cut."""
    last: dict[Address, int] = {}
    for index, step in enumerate(graph.steps):
        if step.address in last:
            graph.edge(last[step.address], index)
        last[step.address] = index


def _needs(graph: _Graph) -> None:
    """What is made leads what needs it; what is taken away waits until nothing needs it."""
    made = {s.address: i for i, s in enumerate(graph.steps) if s.action is Action.CREATE}
    made |= {brought.address: i for i, step in enumerate(graph.steps) for brought in step.brings}
    gone = {s.address: i for i, s in enumerate(graph.steps) if s.action is Action.DELETE}
    for index, step in enumerate(graph.steps):
        for policy in filter(None, map(_attached_policy, step.takes)):
            if policy in gone:
                graph.edge(index, gone[policy])
        maker = made.get(step.address, index)
        if step.before is not None and graph.steps[maker].address != step.address:
            graph.edge(maker, index)  # the chain has its own steps already
        needed_before = set(step.before.needs) if step.before is not None else set()
        needed_after = set(step.after.needs) if step.after is not None else set()
        for need in needed_after - needed_before:
            if need in made:
                graph.edge(made[need], index)
        for need in needed_before - needed_after:
            if need in gone:
                graph.edge(index, gone[need])


def _attached_policy(taken: Address) -> Address | None:
    """Return the policy of an attachment, from its address `attachment:scp/NAME@TARGET`."""
    policy, at, _ = taken.path.partition("@")
    return Address("policy", policy) if at and taken.kind == "attachment" else None


def _names(graph: _Graph) -> None:
    """A name is taken only after who has it gave it up."""
    freed = {
        held: index
        for index, step in enumerate(graph.steps)
        if (held := held_name(step.before)) is not None and held != held_name(step.after)
    }
    for index, step in enumerate(graph.steps):
        taken = held_name(step.after)
        if taken is None or taken == held_name(step.before) or taken not in freed:
            continue
        if graph.steps[freed[taken]].address != step.address:  # its own detour is in order already
            graph.edge(freed[taken], index)


def held_name(resource: Resource | None) -> Hashable:
    """Return the name, or the charge, that nobody else may have at the same time, where there is one."""
    match resource:
        case OrganizationalUnit():
            return ("ou", resource.parent, resource.name)
        case Policy():
            return ("policy", resource.type, resource.name)
        case DelegatedAdministrator() if resource.service in ALONE:
            return ("delegated_administrator", resource.service)
        case _:
            return None


def _names_apart(steps: list[AnyChange]) -> list[AnyChange]:
    """Let one of several things that swap names go by way of a third name.

    So does a policy that is deleted where another one takes its name: were it to wait for that, it
    could not guard in the other's place, nor be what a target must not be without.
    """
    wants = {
        held_name(step.before): (index, held_name(step.after))
        for index, step in enumerate(steps)
        if step.action is Action.UPDATE and held_name(step.before) != held_name(step.after)
    }
    detours = set(_inherited(steps))
    settled: set[Hashable] = set()
    for start in wants:
        walked: list[Hashable] = []
        here: Hashable = start
        while here in wants and here not in settled and here not in walked:
            walked.append(here)
            here = wants[here][1]
        if here in walked:
            detours.add(wants[here][0])
        settled.update(walked)
    return [part for index, step in enumerate(steps) for part in _detour(step, index in detours)]


def _inherited(steps: Sequence[AnyChange]) -> Iterator[int]:
    """Yield the policies that are deleted and whose name another one takes."""
    taken = {held_name(one.after) for one in steps if held_name(one.before) != held_name(one.after)}
    for index, step in enumerate(steps):
        gone = isinstance(step.before, Policy) and step.after is None
        if gone and held_name(step.before) in taken:
            yield index


def _detour(step: AnyChange, around: bool) -> Iterator[AnyChange]:  # noqa: FBT001 - a fact, not a mode
    before, after = step.before, step.after
    if around and isinstance(before, OrganizationalUnit | Policy):
        mark = hashlib.sha256(str(step.address).encode()).hexdigest()[:12]
        between = replace(before, name=f"govkit-temporary-{mark}")
        yield Change(before, between)
        yield replace(step, before=between, after=after)
    else:
        yield step


def _rank(steps: Sequence[AnyChange]) -> list[Rank]:
    created = sorted(
        step.address
        for step in steps
        if isinstance(step.after, Account) and step.action is Action.CREATE
    )
    batch = {address: index // CREATED_AT_ONCE for index, address in enumerate(created)}
    return [(*_time(step, batch), str(step.address), index) for index, step in enumerate(steps)]


def _time(step: AnyChange, batch: Mapping[Address, int]) -> tuple[int, int, int]:
    """Return phase, batch and place in it: a batch of new accounts is begun before it is furnished.

    What is attached to a new account itself goes up before the account moves; tags come last.
    """
    about = getattr(step.subject, "target", step.address)
    if about not in batch or step.action is Action.DELETE:
        return _phase(step), batch.get(about, -1), 0 if step.action is Action.CREATE else 1
    if about == step.address:
        return _CREATION, batch[about], 0 if step.action is Action.CREATE else 2
    return _CREATION, batch[about], 1 if step.address.kind == "attachment" else 3


_PHASES: Mapping[tuple[str, Action], int] = defaultdict(
    lambda: 5,
    {
        ("trusted_access", Action.CREATE): -1,  # some policy types cannot be enabled without it
        ("policy_type", Action.CREATE): 0,
        ("ou", Action.CREATE): 1,
        ("ou", Action.UPDATE): 1,
        ("policy", Action.CREATE): 2,
        ("policy", Action.UPDATE): 2,
        ("tags", Action.CREATE): 2,
        ("tags", Action.UPDATE): 2,
        ("attachment", Action.CREATE): 3,
        ("account", Action.CREATE): 4,
        ("account", Action.UPDATE): 4,
        ("attachment", Action.DELETE): 6,
    },
)
_CHANGED, _UP, _CREATION = 2, 3, 4
_CONTENTS_WAIT = 2  # of four attempts, one lets some contents wait: what is joined may be needed
_MOVES_LAST = 3  # of every four attempts, one lets some accounts stay where they are to the end
_A_THIRD, _HALF = "5", "8"  # of all hashes begin with less
_CLEARING = 7


def _phase(step: AnyChange) -> int:
    """Build up (0 to 3), rearrange (4), the rest (5), clear away (6 and 7)."""
    place = (step.address.kind, step.action)
    if step.action is Action.DELETE and place not in _PHASES:
        return _CLEARING
    return _PHASES[place]
