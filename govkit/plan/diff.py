"""The difference between two banks, as changes."""

from collections.abc import Callable, Iterable, Iterator

from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State

Brings = Callable[[Change[Resource]], Iterable[Resource]]


def diff(
    desired: State, ours: State, brings: Brings = lambda _: ()
) -> tuple[Change[Resource], ...]:
    """Return the changes that lead from ours to the desired state, by address.

    `brings` tells what AWS makes along with a creation; what it makes and nobody wants is taken
    away again, and what it makes as wanted is not made twice.
    `ours.after(diff(desired, ours)) == desired` always holds.
    """
    changes = {change.address: change for change in _differences(desired, ours, brings)}
    brought = {
        resource.address: resource for change in changes.values() for resource in change.brings
    }
    for address, resource in brought.items():
        wanted = desired.get(address)
        if wanted is None:
            changes[address] = Change(resource, None)
        elif wanted == resource:
            changes.pop(address, None)
        else:
            changes[address] = Change(resource, wanted)
    return tuple(changes[address] for address in sorted(changes))


def _differences(desired: State, ours: State, brings: Brings) -> Iterator[Change[Resource]]:
    for address in _addresses(desired, ours):
        before, after = ours.get(address), desired.get(address)
        if before == after:
            continue
        change = Change(before, after)
        brought = tuple(brings(change)) if before is None else ()
        yield Change(before, after, brought) if brought else change


def _addresses(desired: State, ours: State) -> Iterator[Address]:
    yield from desired.by_address
    for address in ours.by_address:
        if address not in desired:
            yield address
