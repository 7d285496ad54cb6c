"""Takes a plan's steps one after the other, each as soon as it breaks no law."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import TypeAlias

from govkit.errors import BugError
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, is_temporary
from govkit.model.address import Address
from govkit.model.change import Action, Change
from govkit.plan.hold import AnyChange, Hold, Trial
from govkit.plan.means import Help, Means
from govkit.plan.opened import Aside
from govkit.plan.room import Room, place_of
from govkit.plan.stand_ins import StandIns
from govkit.plan.watch import Breach, Watch

Rank: TypeAlias = tuple[int, int, int, str, int]
LATE = 100  # added to its phase, it lets a step wait until nothing else goes
LAST = 200  # until all others are taken, by force where need be
_AT_ONCE = 50  # steps that are held back and looked at before one is helped
_AGAIN, _SHRINK = 3, 6  # when what follows a temporary step is due, if no law forbids


class Walk:
    """The steps of a plan on the way: which wait, which are held back, and which are taken.

    `steps` grows by temporary ones; `before[i]` are the steps that step i waits for, `why[i]` says
    what a temporary step is for, and `done` is the order.
    """

    def __init__(
        self, steps: Sequence[AnyChange], before: Sequence[set[int]], rank: Sequence[Rank]
    ) -> None:
        self.steps = list(steps)
        self._planned = list(steps)
        self.before = [set(one) for one in before]
        self.why: dict[int, str] = {}
        self.done: list[int] = []
        self._rank = list(rank)
        self._waiting = [len(one) for one in before]
        self._followers: list[list[int]] = [[] for _ in steps]
        for later, earlier in enumerate(before):
            for one in earlier:
                self._followers[one].append(later)
        self._ready: list[tuple[Rank, int]] = []
        self._held: dict[int, Address] = {}
        self._behind: defaultdict[Address, set[int]] = defaultdict(set)
        self._parked: set[int] = set()
        self._late: list[int] = []
        self._last: list[int] = []
        self._postponed: list[int] = []
        self._helped_to: dict[AnyChange, int] = {}
        self._made: dict[Address, int] = {}

    def through(self, watch: Watch, room: Room, owner: str, looks: int | None = None) -> bool:
        """Take every step: by temporary means where nothing else goes, by force in the end.

        False where that takes more than so many looks at accounts: it is not walked to the end then.
        """
        self.watch, self._hold = watch, Hold(room, watch)
        self._trial = Trial(watch, self._hold)
        stand_ins = StandIns(self._trial, room, owner, room.live.after(self.steps))
        self._opened = stand_ins.opened
        self._opened.pending.update(one.address for one in self.steps)
        self._means = Means(self._trial, room, stand_ins)
        self._add(index for index, count in enumerate(self._waiting) if not count)
        while (
            self._lawful()
            or self._helped()
            or self._called(self._late, LATE)
            or self._released()
            or self._forced()
            or self._called(self._last, LAST)
        ):
            if looks is not None and watch.looks > looks:
                return False
        self._cleared()
        left = set(range(len(self.steps))) - set(self.done)
        if left:
            stuck = {str(self.steps[index].address) for index in left}
            raise BugError("Steps wait for each other in a circle", ", ".join(sorted(stuck)))
        return True

    def _add(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            heappush(self._ready, (self._rank[index], index))

    def _lawful(self) -> bool:
        """Take the first step that breaks no law and has room."""
        while self._ready:
            _, index = heappop(self._ready)
            change, account = self._step(index), self._held.pop(index, None)
            if self._rank[index][0] >= LATE:
                (self._last if self._rank[index][0] >= LAST else self._late).append(index)
            elif change.after is None and self._opened.in_use(change.address):
                self._postponed.append(index)
            elif not self._hold.fits(change):
                self._parked.add(index)
            elif (account := self.watch.passed(change, account)) is None:
                self._hold.take(change)
                self._took(index)
                return True
            else:
                self._held[index] = account
                self._behind[account].add(index)
        return False

    def _step(self, index: int) -> AnyChange:
        """Return a step as it would be taken now."""
        self.steps[index] = self._opened.with_guests(self._planned[index])
        return self.steps[index]

    def _called(self, waiting: list[int], late: int) -> bool:
        """Let a step try that was told to wait until nothing else goes, or until the end."""
        if not waiting:
            return False
        index = waiting.pop(0)
        phase, batch, place, mark, number = self._rank[index]
        self._rank[index] = (phase - late, batch, place, mark, number)
        self._add([index])
        return True

    def _took(self, index: int) -> None:
        self.done.append(index)
        self._opened.took(self._planned[index], self.steps[index])
        followers, self._followers[index] = self._followers[index], []
        for later in followers:
            self._waiting[later] -= 1
        self._add(later for later in followers if not self._waiting[later])
        self._make_wait(index)
        self._wake(self.steps[index])

    def _make_wait(self, index: int) -> None:
        """Note that what had no room at a target needs what is detached there."""
        gone = self.steps[index].before
        if not isinstance(gone, Attachment) or self.steps[index].after is not None:
            return
        for one in self._parked:
            come = self.steps[one].after
            if isinstance(come, Attachment) and place_of(come) == place_of(gone):
                self.before[one].add(index)

    def _wake(self, change: AnyChange) -> None:
        """Let those try again whose obstacle a step has touched."""
        for account in self.watch.concerned(change):
            self._add(self._behind.pop(account, ()))
        if isinstance(change.subject, Attachment | Policy):
            self._add(self._parked)
            self._parked.clear()

    def _insert(self, aside: Aside, before: set[int], due: int = _SHRINK) -> int:
        index = len(self.steps)
        self.steps.append(aside.change)
        self._planned.append(aside.change)
        if aside.change.action is Action.CREATE:
            self._made[aside.change.address] = index
        self.before.append(before)
        self.why[index] = aside.why
        self._rank.append((due, -1, 0, str(aside.change.address), index))
        self._waiting.append(0)
        self._followers.append([])
        return index

    def _helped(self) -> bool:
        """Take a step that is held back, by temporary means; what needs the fewest is tried first."""
        waiting = sorted(self._held, key=self._rank.__getitem__)
        for start in range(0, len(waiting), _AT_ONCE):
            some = waiting[start : start + _AT_ONCE]
            for index in sorted(some, key=self._concerns):
                found = self._means.help(self._step(index))
                if found is not None:
                    self._take_with(index, found)
                    return True
        return self._made_room()

    def _made_room(self) -> bool:
        """Take an attachment for which its target is full."""
        for index in sorted(self._parked, key=self._rank.__getitem__):
            found = self._means.make_room(self.steps[index])
            if found is not None:
                self._take_with(index, found)
                return True
        return False

    def _concerns(self, index: int) -> tuple[int, Rank]:
        breaches = self.watch.harm(self._step(index))
        return len({one.accounts for one in breaches}), self._rank[index]

    def _take_with(self, index: int, found: Help) -> None:
        self._let_off(index)
        first: set[int] = set()
        for aside in found.first:
            made = self._insert(aside, self._needed(aside.change))
            first.add(made)
            self.done.append(made)
        self.before[index] |= first
        self._follow(index, self._to_the_end(index, found))
        self._helped_to[found.step] = index
        self._took(index)
        for aside in found.first:
            self._wake(aside.change)

    def _to_the_end(self, index: int, found: Help) -> list[Aside]:
        """Let a step become what was found, and return what remains of it.

        A content that goes by way of another one ends as planned, with those that it speaks for then.
        """
        planned, self.steps[index] = self._planned[index], found.step
        later = list(found.later)
        for place, aside in enumerate(later):
            if aside.change.address == planned.address:
                self._planned[index] = found.step
                later[place] = replace(aside, change=Change(aside.change.before, planned.after))
        return later

    def _needed(self, change: AnyChange) -> set[int]:
        """Return the temporary policies that a step needs, also where an earlier help made them."""
        needs = change.after.needs if change.after is not None else ()
        return {self._made[one] for one in needs if one in self._made}

    def _let_off(self, index: int) -> None:
        self._parked.discard(index)
        if index in self._held:
            self._behind[self._held.pop(index)].discard(index)

    def _follow(self, index: int, later: Iterable[Aside]) -> None:
        """Let what remains of a step wait for its time, and what waited for the step for that."""
        for aside in later:
            due = _SHRINK if aside.change.action is Action.UPDATE else _AGAIN
            rest = self._insert(aside, {index}, due)
            self._waiting[rest] = 1
            self._opened.pending[aside.change.address] += 1
            self._followers[rest], self._followers[index] = self._followers[index], [rest]
            for follower in self._followers[rest]:
                self.before[follower].add(rest)

    def _released(self) -> bool:
        """Clear a temporary means away that nothing depends on now."""
        return self._record(self._opened.clear())

    def _record(self, cleared: tuple[Aside, AnyChange | None] | None) -> bool:
        if cleared is None:
            return False
        aside, step = cleared
        before = {self._helped_to[step]} if step is not None else set()
        self.done.append(self._insert(aside, before))
        self._wake(aside.change)
        return True

    def _forced(self) -> bool:
        """Take the step that does the least harm: no gap if there is one, and one that has room."""
        if not self._held and not self._parked:
            return False
        if not self._held and self._record(self._opened.clear_by_force()):
            return True
        index = min(
            self._held or self._parked, key=lambda one: (self._is_full(one), self._harm(one))
        )
        if self._harm(index)[0] and self._spared():
            return True
        self._let_off(index)
        self.watch.taken(self._step(index))
        self._hold.take(self.steps[index])
        self._took(index)
        return True

    def _is_full(self, index: int) -> bool:
        return not self._hold.fits(self._step(index))

    def _spared(self) -> bool:
        """Take a step that makes no gap by temporary means, though it makes an outage."""
        for index in sorted(self._held, key=self._rank.__getitem__)[:_AT_ONCE]:
            found = self._means.spare(self._step(index))
            if found is not None:
                self._take_with(index, found)
                return True
        return False

    def _harm(self, index: int) -> tuple[bool, Rank]:
        breaches = self.watch.harm(self._step(index))
        return any(map(_is_gap, breaches)), self._rank[index]

    def _cleared(self) -> None:
        """Clear away what is left of the means, and last the policies that were made for them."""
        while self._released() or self._record(self._opened.clear_by_force()):
            pass
        for index in self._postponed:
            self._step(index)  # as it is by now
            self.done.append(index)
        left: dict[Address, Policy] = {}
        for step in map(self.steps.__getitem__, self.done):
            if isinstance(step.after, Policy) and is_temporary(step.address):
                left[step.address] = step.after
            elif step.after is None:
                left.pop(step.address, None)
        for made in left.values():
            self._delete(made)

    def _delete(self, made: Policy) -> None:
        gone = {
            index
            for index in self.done
            if isinstance(one := self.steps[index].before, Attachment)
            and self.steps[index].after is None
            and one.policy == made.address
        }
        self.done.append(
            self._insert(Aside(Change(made, None), "temporary, and not needed any more"), gone)
        )


def _is_gap(breach: Breach) -> bool:
    return breach.law == "gap"
