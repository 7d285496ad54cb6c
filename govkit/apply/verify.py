"""Reads back what was touched and compares, side by side and patiently: reads lag behind writes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from govkit.apply.once import Once
from govkit.apply.patience import Named, Patience
from govkit.model.address import Address
from govkit.model.call import Api, Ids
from govkit.model.kind import Kind
from govkit.model.plan import Step
from govkit.model.resource import Found, Resource

LOOKS = 10


def unverified(
    steps: Sequence[Step],
    *,
    kinds: Mapping[type, Kind[Any]],
    api: Api,
    ids: Ids,
    named: Named,
    patience: Patience,
    stop: Callable[[], bool] = lambda: False,
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
            patience.sleep(patience.interval)
        differing = [
            step
            for step, found in _looked_at(differing, kinds, api, ids)
            if not _as_left(step, found, kinds, ids, named)
        ]
    return tuple(step.address for step in differing)


def _looked_at(
    steps: Sequence[Step], kinds: Mapping[type, Kind[Any]], api: Api, ids: Ids
) -> Iterator[tuple[Step, Found[Resource] | None]]:
    together = Once(api)
    alike: defaultdict[type, list[Step]] = defaultdict(list)
    for step in steps:
        alike[type(step.change.subject)].append(step)

    def seen(type_: type) -> Sequence[Found[Resource] | None]:
        return kinds[type_].seen([step.change.subject for step in alike[type_]], together, ids)

    for several, found in zip(alike.values(), together.each(seen, alike), strict=True):
        yield from zip(several, found, strict=True)


def _as_left(
    step: Step,
    found: Found[Resource] | None,
    kinds: Mapping[type, Kind[Any]],
    ids: Ids,
    named: Named,
) -> bool:
    if step.change.after is None or found is None:
        return step.change.after is None and found is None
    kind = kinds[type(step.change.subject)]
    wanted, there = kind.meet(step.change.after, named(found.resource, ids))
    return bool(wanted == there)
