"""How many policies targets and the organization hold, and how many OUs, at the worst moment of a plan."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.plan import Plan
from govkit.model.resource import Resource
from govkit.plan.room import Place, place_of
from govkit.plan.watch import given

# A target and a policy type, or the organization and a policy type, or `OUS`.
Where: TypeAlias = Place | tuple[None, str]
OUS: Where = (None, "ous")


@dataclass(frozen=True, slots=True)
class Moment:
    """How many things a place holds once a step was taken; `to_stay` if nothing changes that later."""

    count: int
    step: str
    to_stay: bool = False

    @property
    def when(self) -> str:
        """When that is, as a message ends; empty where it is how the plan leaves things."""
        return "" if self.to_stay else f" after step {self.step}"


def fullest(plan: Plan) -> Mapping[Where, Moment]:
    """Return the most that each place holds to which something comes, foreign policies counted."""
    came, _ = _worst(plan)
    return came


def emptiest(plan: Plan) -> Mapping[Where, Moment]:
    """Return the least that each place holds from which a step takes something.

    What AWS takes along with a target that goes is no such step.
    """
    _, went = _worst(plan)
    return went


def _worst(plan: Plan) -> tuple[Mapping[Where, Moment], Mapping[Where, Moment]]:
    came: dict[Where, Moment] = {}
    went: dict[Where, Moment] = {}
    end: dict[Where, str] = {}
    for where, moment, more in _moments(plan):
        worst = came if more else went
        known = worst.get(where)
        if known is None or (moment.count >= known.count if more else moment.count <= known.count):
            worst[where] = moment
        end[where] = moment.step
    return _staying(came, end), _staying(went, end)


def _staying(found: Mapping[Where, Moment], end: Mapping[Where, str]) -> Mapping[Where, Moment]:
    return {at: replace(one, to_stay=one.step == end[at]) for at, one in found.items()}


def _moments(plan: Plan) -> Iterator[tuple[Where, Moment, bool]]:
    """Yield what each place holds whenever that changes, and whether it is more than before.

    FullAWSAccess counts where AWS attaches it by itself, though no step speaks of it.
    """
    gifts = given(plan.live, [step.change for step in plan.steps])
    held = {one.address: where for one in plan.live if (where := _where(one)) is not None}
    held_now = Counter(held.values())

    def count(where: Where) -> int:
        target, kind = where
        return held_now[where] + int(target is not None and kind == "scp" and gifts(target))

    for step in plan.steps:
        for gone in step.change.takes:
            if (where := held.pop(gone, None)) is not None:
                held_now[where] -= 1
        if step.change.after is None and (where := held.pop(step.address, None)) is not None:
            held_now[where] -= 1
            yield where, Moment(count(where), step.id), False
        for come in (step.change.after, *step.change.brings):
            where = _where(come)
            if come is not None and where is not None and come.address not in held:
                held[come.address] = where
                held_now[where] += 1
                yield where, Moment(count(where), step.id), True


def _where(one: Resource | None) -> Where | None:
    match one:
        case Attachment():
            return place_of(one)
        case Policy(aws_managed=False, type=kind):
            return None, kind
        case OrganizationalUnit():
            return OUS
        case _:
            return None
