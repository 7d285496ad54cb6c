"""One authority's share of a plan: the steps that it may take now, and those left to others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from govkit.model.plan import Step
from govkit.model.state import State
from govkit.plan.proof import proved
from govkit.plan.watch import Watch


@dataclass(frozen=True, slots=True)
class Share:
    """Steps to do and steps to leave, each in the plan's order; `turn` is whose turn is next.

    Nobody's (None) where all is done, or where what comes next can only be done in one go.
    """

    steps: tuple[Step, ...]
    left: tuple[Step, ...] = ()
    turn: str | None = None


def shared(live: State, steps: Sequence[Step], authority: str | None) -> Share:
    """Return the steps of this authority; all, where none is named.

    A step that waits for one that is left is left, too, also where it waits for the sake of the
    laws alone: the share is done without a gap, and the rest after it. Where the plan could not
    keep a law for a while, the share begins no such while that it does not end.
    """
    if authority is None:
        return Share(tuple(steps))
    others = {step.id for step in steps if step.authority != authority}
    left = _with_what_waits(others, steps)
    watch = Watch(live, [step.change for step in steps])
    while begun := set(_left_open(watch, [step for step in steps if step.id not in left])):
        left = _with_what_waits(left | begun, steps)
    rest = tuple(step for step in steps if step.id in left)
    turn = rest[0].authority if rest and rest[0].authority != authority else None
    return Share(tuple(step for step in steps if step.id not in left), rest, turn)


def _with_what_waits(left: Collection[str], steps: Sequence[Step]) -> set[str]:
    found = set(left)
    for step in steps:
        if not found.isdisjoint(step.needs):
            found.add(step.id)
    return found


def _left_open(watch: Watch, steps: Sequence[Step]) -> Iterator[str]:
    """Yield the steps from which a law is broken until after the last one."""
    for lapse in proved(watch, [step.change for step in steps]):
        if lapse.ends == len(steps):
            yield steps[lapse.begins].id
