"""What a way back cannot do: bring back what stands on nothing, or take away what others stand on."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from govkit.kinds.pin import Pin
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.release import Release
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.policies.types import policy_type

# What AWS wants to be there first; of other needs nobody knows whether they are there.
_STRUCTURE = frozenset({"account", "ou", "policy", "policy_type", "trusted_access"})
_FEW = 3


@dataclass(frozen=True, slots=True)
class Way:
    """One thing: as it shall be again, and as it is now."""

    then: Resource | None
    now: Resource | None


Why = tuple[str, str]


def unable(ways: Mapping[Address, Way], live: State, unseen: Collection[str]) -> dict[Address, Why]:
    """Return which of the ways cannot be gone: why, and what can be done.

    One that stays may keep others from being gone. An OU that is not empty is no case of this: a
    plan leaves it anyhow.
    """
    left: dict[Address, Why] = {}
    while found := dict(
        _unable({a: way for a, way in ways.items() if a not in left}, live, unseen)
    ):
        left |= found
    return left


def _unable(
    ways: Mapping[Address, Way], live: State, unseen: Collection[str]
) -> Iterator[tuple[Address, Why]]:
    gone = {address for address, way in ways.items() if way.then is None}
    there = (live.by_address.keys() - gone) | (ways.keys() - gone)
    leaning = _leaning(gone, live)
    for address, way in ways.items():
        if way.then is None:
            if leaning[address]:
                yield address, _needed(leaning[address])
        elif lacking := sorted(_lacking(way, there, unseen)):
            yield address, _baseless(lacking[0])


def _lacking(way: Way, there: Collection[Address], unseen: Collection[str]) -> Iterator[Address]:
    """Yield what a thing would stand on and does not now, and that is not there."""
    stood = () if way.now is None else way.now.needs
    for need in () if way.then is None else way.then.needs:
        known = need.kind in _STRUCTURE and need.kind not in unseen
        if known and need not in there and need not in stood:
            yield need


def _leaning(gone: Collection[Address], live: State) -> defaultdict[Address, list[Address]]:
    """Return what stands on things that go, and does not go itself, as a policy's tags do."""
    found: defaultdict[Address, list[Address]] = defaultdict(list)
    for one in live if gone else ():
        if one.address not in gone and not isinstance(one, Pin | Release):
            for need in _stands_on(one):
                if need in gone and need.kind in _STRUCTURE and need.kind != "ou":
                    found[need].append(one.address)
    return found


def _stands_on(one: Resource) -> Iterator[Address]:
    """Yield what a thing needs, and what AWS lets nobody take away from under it."""
    yield from one.needs
    if isinstance(one, EnabledPolicyType):
        yield from (
            TrustedAccess(service).address for service in policy_type(one.type).needs_access
        )


def _needed(by: Collection[Address]) -> Why:
    named = ", ".join(map(str, sorted(by)[:_FEW])) + (", …" if len(by) > _FEW else "")
    verb = "needs" if len(by) == 1 else "need"
    return (
        f"was made by the run and stays: {named} {verb} it",
        "Take away first what needs it, then roll back again.",
    )


def _baseless(need: Address) -> Why:
    return (
        f"stays as it is: how it was, it stood on {need}, which is not there any more",
        "Roll back first the run that took that away: govkit history",
    )
