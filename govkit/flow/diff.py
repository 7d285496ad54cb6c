"""The story of a difference between any two states: AWS, the layout, a snapshot, a revision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from govkit.flow.compare import Bank, Question, asked, met
from govkit.layout.read import read
from govkit.layout.revision import at_revision
from govkit.live.discover import Live
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.diff import diff

Load = Callable[[Path], Live]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a difference: what a layout wants, or what is or was live."""

    wanted: Wanted | None = None
    live: Live | None = None


def changes(
    question: Question, bank: Bank, load: Load, before: str, after: str
) -> Sequence[Change[Resource]]:
    """Return what leads from one side to the other.

    A side is `layout`, `aws`, `git:REV` (the layout as it was), or a snapshot's file.
    """
    current = read(question.layout, today=question.today)
    sides = [_side(name, question, current, bank, load) for name in (before, after)]
    then, now = _states(sides[0], sides[1], current)
    return diff(now, then)


def _side(name: str, question: Question, current: Wanted, bank: Bank, load: Load) -> Side:
    if name == "layout":
        return Side(wanted=current)
    if name == "aws":
        return Side(live=asked(question, current, bank))
    if name.startswith("git:"):
        with at_revision(question.layout, name.removeprefix("git:")) as older:
            return Side(wanted=read(older, today=question.today))
    return Side(live=load(Path(name)))


def _states(then: Side, now: Side, current: Wanted) -> tuple[State, State]:
    if then.wanted and now.wanted:
        return then.wanted.state, now.wanted.state
    if then.live and now.live:
        return _named(then.live, current), _named(now.live, current)
    wanted, live = then.wanted or now.wanted or current, then.live or now.live
    if live is None:
        return wanted.state, wanted.state
    meeting = met(wanted, live)
    banks = (meeting.desired, meeting.ours)
    return banks if then.wanted else (banks[1], banks[0])


def _named(live: Live, current: Wanted) -> State:
    return met(current, live).live
