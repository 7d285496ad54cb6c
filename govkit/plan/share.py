"""One authority's share of a plan: the steps that it may take now, and those left to others."""

from collections.abc import Sequence
from dataclasses import dataclass

from govkit.model.plan import Step


@dataclass(frozen=True, slots=True)
class Share:
    """Steps to do and steps to leave, each in the plan's order."""

    steps: tuple[Step, ...]
    left: tuple[Step, ...] = ()


def shared(steps: Sequence[Step], authority: str | None) -> Share:
    """Return the steps of this authority; all, where none is named.

    A step that waits for one that is left is left, too, also where it waits for the sake of the
    order's laws alone: the share is done without a gap, and the rest after it.
    """
    if authority is None:
        return Share(tuple(steps))
    left: dict[str, Step] = {}
    for step in steps:
        if step.authority != authority or any(need in left for need in step.needs):
            left[step.id] = step
    return Share(tuple(step for step in steps if step.id not in left), tuple(left.values()))
