"""Reads back what was touched and compares, side by side and patiently: reads lag behind writes."""

from collections.abc import Callable, Sequence

from govkit.apply.sight import Seen, Sight
from govkit.model.address import Address
from govkit.model.plan import Step

LOOKS = 10


def unverified(
    steps: Sequence[Step], sight: Sight, stop: Callable[[], bool] = lambda: False
) -> tuple[Address, ...]:
    """Return what is not as the steps left it, after as many looks as patience has.

    Everything is looked at side by side; then what differs is, once more, until nothing does, or
    `stop` says that nobody waits for it.
    """
    left: dict[Address, Step] = {step.address: step for step in steps}
    gone = {address for address, step in left.items() if step.change.after is None}
    # What a thing stood on may be gone by a later step: then it went along.
    differing = [step for step in left.values() if not gone & set(step.change.subject.needs)]
    for look in range(LOOKS):
        if not differing or (look and stop()):
            break
        if look:
            sight.patience.sleep(sight.patience.interval)
        seen = sight.looks([step.change.subject for step in differing])
        differing = [
            step
            for step, found in zip(differing, seen, strict=True)
            if not _as_left(step, found, sight)
        ]
    return tuple(step.address for step in differing)


def _as_left(step: Step, found: Seen, sight: Sight) -> bool:
    after = step.change.after
    if after is None or found is None:
        return after is None and found is None
    wanted, there = sight.kind(step).meet(after, sight.named(found.resource, sight.ids))
    return bool(wanted == there)
