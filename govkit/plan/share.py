"""One authority's share of a plan: the steps that it may take now, and those left to others."""

from collections.abc import Sequence
from dataclasses import dataclass

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.plan import Step


@dataclass(frozen=True, slots=True)
class Share:
    """Steps to do and steps to leave, each in the plan's order."""

    steps: tuple[Step, ...]
    left: tuple[Step, ...] = ()


def shared(steps: Sequence[Step], authority: str | None) -> Share:
    """Return the steps of this authority; all, where none is named.

    A step that waits for one that is left is left, too, also where it waits for the sake of the
    order's laws alone: the share is done without a gap, and the rest after it. So what decides
    about requests goes no further than the first such step of another authority.
    """
    if authority is None:
        return Share(tuple(steps))
    left: dict[str, Step] = {}
    for step in steps:
        held = _decides(step) and any(map(_decides, left.values()))
        if held or step.authority != authority or any(need in left for need in step.needs):
            left[step.id] = step
    return Share(tuple(step for step in steps if step.id not in left), tuple(left.values()))


def _decides(step: Step) -> bool:
    """Tell whether a step may change what an account is allowed."""
    before, after = step.change.before, step.change.after
    match step.change.subject:
        case Attachment():
            return True
        case Policy() | Account():
            return before is not None and after is not None
        case _:
            return False
