"""The story of a difference between any two states: AWS, the layout, a snapshot, a revision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from govkit.flow.compare import Bank, Question, asked, met
from govkit.layout.read import read
from govkit.layout.revision import at_revision
from govkit.live.discover import Live
from govkit.model.call import Ids
from govkit.model.change import Change
from govkit.model.resource import Json, Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.diff import diff
from govkit.plan.document import effect
from govkit.plan.effects import effects
from govkit.plan.weighing import weighing

Load = Callable[[Path], Live]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a difference: what a layout wants, or what is or was live."""

    wanted: Wanted | None = None
    live: Live | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """What leads from one side to the other, and what it means for accounts."""

    changes: Sequence[Change[Resource]]
    effects: Sequence[dict[str, Json]]


def differing(question: Question, bank: Bank, load: Load, before: str, after: str) -> Differing:
    """Return what leads from one side to the other.

    A side is `layout`, `aws`, `git:REV` (the layout as it was), or a snapshot's file.
    """
    current = read(question.layout, today=question.today)
    sides = [_side(name, question, current, bank, load) for name in (before, after)]
    found = _banks(sides[0], sides[1], current)
    changes = diff(found.now, found.then)
    weights = weighing(changes, found.there, found.ids, current)
    told = effects(*found.whole(changes), found.ids, weights)
    return Differing(changes, [effect(one) for one in told])


@dataclass(frozen=True, slots=True)
class _Banks:
    """Two states under the same names, and whom `ids` names in them.

    `live` is all that is there on one side, `turned` says that it is the second; None where both
    sides are whole. `there` are the targets that AWS has already.
    """

    then: State
    now: State
    ids: Ids
    there: State
    live: State | None = None
    turned: bool = False

    def whole(self, changes: Sequence[Change[Resource]]) -> tuple[State, State]:
        """Return both sides with what a layout does not speak of."""
        if self.live is None:
            return self.then, self.now
        if self.turned:
            return self.live.after([one.back() for one in changes]), self.live
        return self.live, self.live.after(changes)


def _side(name: str, question: Question, current: Wanted, bank: Bank, load: Load) -> Side:
    if name == "layout":
        return Side(wanted=current)
    if name == "aws":
        return Side(live=asked(question, current, bank))
    if name.startswith("git:"):
        with at_revision(question.layout, name.removeprefix("git:")) as older:
            return Side(wanted=read(older, today=question.today))
    return Side(live=load(Path(name)))


def _banks(then: Side, now: Side, current: Wanted) -> _Banks:
    if then.wanted and now.wanted:
        return _Banks(then.wanted.state, now.wanted.state, _told(now.wanted), State())
    if then.live and now.live:
        first, second = met(current, then.live), met(current, now.live)
        return _Banks(first.live, second.live, second.ids, second.live)
    wanted, live = then.wanted or now.wanted or current, then.live or now.live
    if live is None:
        return _Banks(wanted.state, wanted.state, _told(wanted), State())
    meeting = met(wanted, live)
    if then.wanted:
        return _Banks(
            meeting.desired, meeting.ours, meeting.ids, meeting.live, meeting.live, turned=True
        )
    return _Banks(meeting.ours, meeting.desired, meeting.ids, meeting.live, meeting.live)


def _told(wanted: Wanted) -> Ids:
    """Return the IDs that a layout tells of its accounts."""
    return Ids({one: claim.id for one, claim in wanted.claims.items() if claim.id is not None})
