"""Reads back what was touched and compares, patiently: reads lag behind writes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from govkit.apply.once import Once
from govkit.apply.patience import Named, Patience
from govkit.model.address import Address
from govkit.model.call import Api, Ids
from govkit.model.kind import Kind
from govkit.model.plan import Step

LOOKS = 10


def unverified(
    steps: Sequence[Step],
    *,
    kinds: Mapping[type, Kind[Any]],
    api: Api,
    ids: Ids,
    named: Named,
    patience: Patience,
) -> Iterator[Address]:
    """Yield what is not as the steps left it, after as many looks as patience has."""
    left: dict[Address, Step] = {step.address: step for step in steps}
    gone = {address for address, step in left.items() if step.change.after is None}
    together = Once(api)  # the first look at all of it asks each thing once
    for address, step in left.items():
        if gone & set(step.change.subject.needs):
            continue  # what it stood on is gone by a later step, and it went along
        for look in range(LOOKS):
            if look:
                patience.sleep(patience.interval)
            door = api if look else together
            if _as_left(step, kinds[type(step.change.subject)], door, ids, named):
                break
        else:
            yield address


def _as_left(step: Step, kind: Kind[Any], api: Api, ids: Ids, named: Named) -> bool:
    found = kind.glance(step.change.subject, api, ids)
    if step.change.after is None or found is None:
        return step.change.after is None and found is None
    wanted, there = kind.meet(step.change.after, named(found.resource, ids))
    return bool(wanted == there)
