"""Somebody else's recorder, channel, trail, bucket, StackSet or analyzer stands where the baseline wants its own.

It is never overwritten. Remove it, or leave the part to who keeps it: `managed_by: observe`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan, Step
from govkit.model.resource import Resource
from govkit.model.wanted import Wanted
from govkit.plan.judge import Guard

RAIL = "foreign"
_HINT = "Remove it, or say managed_by: observe in that part of the baseline."


def _look(plan: Plan, _: Wanted) -> Iterator[Finding]:
    seated: defaultdict[Address, list[Resource]] = defaultdict(list)
    for resource in plan.live:
        seat = getattr(resource, "seat", None)
        if seat is not None:
            seated[seat].append(resource)
    for step in plan.steps:
        for found in _in_the_way(step, seated):
            yield Finding(
                "GK420",
                Severity.ERROR,
                str(step.address),
                f"{step.address} is wanted, and {found} is there, which govkit did not make.",
                _HINT,
                step.origin,
                rail=RAIL,
                count=1,
            )


def _in_the_way(step: Step, seated: dict[Address, list[Resource]]) -> Iterator[Address]:
    before, after = step.change.before, step.change.after
    if after is None:
        return
    seat = getattr(after, "seat", None)
    if before is None and seat is not None:
        yield from (one.address for one in seated.get(seat, ()) if one.address != step.address)
    if before is not None and _owner(before) != _owner(after):
        yield before.address


def _owner(resource: Any) -> str | None:
    """Return whose a part of the baseline is, by its tag; what AWS takes no tag for is the layout's."""
    owned = hasattr(resource, "account") and hasattr(resource, "layout")
    return resource.layout if owned else None


GUARD = Guard(RAIL, _look, override=False)
