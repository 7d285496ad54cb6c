"""Searches every sequence of steps on a tiny organization for one that breaks no law.

Its policies are Denies of two actions, and FullAWSAccess is everywhere. A step attaches or detaches
one of the layout's policies where it is before or after, gives it any content, moves an account, or
puts a temporary policy of any content on a target, or takes it off. Nothing is known here of how
plans are put in order.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping
from heapq import heappop, heappush
from itertools import combinations
from operator import ne
from random import Random
from typing import NamedTuple

from transitions import EVERYTHING, FULL, Transition, draws

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.policies.document import of

ACTIONS = ("s3:GetA", "s3:GetB")
UNITS = (ou("/A"), ou("/B"))
ACCOUNTS = (account("a0"), account("a1"))
POLICIES = (policy("scp", "p1"), policy("scp", "p2"))
TARGETS = (ROOT, *UNITS, *ACCOUNTS)
Actions = frozenset[str]
CONTENTS = tuple(frozenset(some) for count in (1, 2) for some in combinations(ACTIONS, count))
NONE: Actions = frozenset()


class Position(NamedTuple):
    """A state: homes, contents, who is attached where, and what temporary policies deny."""

    homes: tuple[Address, ...]
    contents: tuple[Actions, ...]
    attached: frozenset[tuple[int, Address]]
    aside: tuple[Actions, ...]


def tiny(seed: int) -> Transition:
    """Make two states of a tiny organization in which places are rare."""
    random = draws(seed)
    return Transition(_state(random), _state(random), random.choice((2, 2, 3)))


def _state(random: Random) -> State:
    found: list[Resource] = [
        EnabledPolicyType("scp"),
        Policy(FULL, "scp", "FullAWSAccess", EVERYTHING, "", None, None, aws_managed=True),
        *(OrganizationalUnit(unit, unit.path[1:], ROOT) for unit in UNITS),
        *(Account(one, random.choice(UNITS), one.path, f"{one.path}@x.io") for one in ACCOUNTS),
        *(Attachment(FULL, target) for target in TARGETS),
    ]
    for address in POLICIES:
        name = address.path[-2:]
        said = sorted(random.choice(CONTENTS))
        document = of(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Action": said, "Resource": "*"}],
            }
        )
        found.append(Policy(address, "scp", name, document, "", "main", name))
    # One beside FullAWSAccess, so that two always fit.
    held = [target for target in TARGETS if random.random() < 0.55]
    found += [Attachment(random.choice(POLICIES), target) for target in held]
    return State(found)


def lawful_way(one: Transition, laws: Collection[str] = ("gap", "outage")) -> bool:
    """Tell whether some sequence leads from the one state to the other and breaks none of the laws."""
    start, goal = _position(one.live), _position(one.desired)
    ends = _denied(start), _denied(goal)
    places = start.attached | goal.attached
    seen, count = {start}, itertools.count()
    border = [(_distance(start, goal), next(count), start)]
    while border:
        _, _, here = heappop(border)
        if here == goal:
            return True
        for there in _steps(here, goal, places, one.most):
            if there not in seen and _is_lawful(_denied(there), *ends, laws):
                seen.add(there)
                heappush(border, (_distance(there, goal), next(count), there))
    return False


def _distance(here: Position, goal: Position) -> int:
    """Return how much is not yet as it shall be: what is near the goal is looked at first."""
    return (
        sum(map(ne, here.homes, goal.homes))
        + sum(map(ne, here.contents, goal.contents))
        + len(here.attached ^ goal.attached)
        + sum(map(ne, here.aside, goal.aside))
    )


def _position(state: State) -> Position:
    contents = []
    for address in POLICIES:
        found = state.get(address)
        assert isinstance(found, Policy)
        contents.append(frozenset(found.document.value["Statement"][0]["Action"]))
    homes = [state.get(one) for one in ACCOUNTS]
    return Position(
        tuple(home.parent for home in homes if isinstance(home, Account)),
        tuple(contents),
        frozenset(
            (POLICIES.index(found.policy), found.target)
            for found in state.all(Attachment)
            if found.policy != FULL
        ),
        (NONE,) * len(TARGETS),
    )


def _denied(here: Position) -> tuple[Actions, ...]:
    at: Mapping[Address, set[str]] = {
        target: set(said) for target, said in zip(TARGETS, here.aside, strict=True)
    }
    for which, target in here.attached:
        at[target] |= here.contents[which]
    return tuple(
        frozenset(at[ROOT] | at[home] | at[one])
        for one, home in zip(ACCOUNTS, here.homes, strict=True)
    )


def _is_lawful(
    now: tuple[Actions, ...],
    then: tuple[Actions, ...],
    soon: tuple[Actions, ...],
    laws: Collection[str],
) -> bool:
    return all(
        ("gap" not in laws or first & last <= here)
        and ("outage" not in laws or here <= first | last)
        for here, first, last in zip(now, then, soon, strict=True)
    )


def _steps(
    here: Position, goal: Position, places: frozenset[tuple[int, Address]], most: int
) -> Iterator[Position]:
    full = {target for target in TARGETS if _held(here, target) >= most}
    yield from _put_aside(here, full)
    yield from _rewritten(here)
    yield from _attached(here, places, full)
    for index, home in enumerate(goal.homes):
        if here.homes[index] != home:
            yield here._replace(homes=_with(here.homes, index, home))


def _put_aside(here: Position, full: set[Address]) -> Iterator[Position]:
    for index, target in enumerate(TARGETS):
        for said in (NONE, *CONTENTS):
            if said != here.aside[index] and (target not in full or here.aside[index]):
                yield here._replace(aside=_with(here.aside, index, said))


def _rewritten(here: Position) -> Iterator[Position]:
    for which, content in enumerate(here.contents):
        for said in CONTENTS:
            if said != content:
                yield here._replace(contents=_with(here.contents, which, said))


def _attached(
    here: Position, places: frozenset[tuple[int, Address]], full: set[Address]
) -> Iterator[Position]:
    for place in sorted(places):
        if place in here.attached:
            yield here._replace(attached=here.attached - {place})
        elif place[1] not in full:
            yield here._replace(attached=here.attached | {place})


def _held(here: Position, target: Address) -> int:
    attached = sum(place[1] == target for place in here.attached)
    return 1 + attached + bool(here.aside[TARGETS.index(target)])


def _with(values: tuple, index: int, value: object) -> tuple:  # type: ignore[type-arg]
    return (*values[:index], value, *values[index + 1 :])
