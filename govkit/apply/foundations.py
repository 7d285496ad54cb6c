"""Checks by one read, before the first write, that every reviewed step finds what it relies on."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from govkit.apply.otherwise import NOTHING, otherwise
from govkit.model.address import Address
from govkit.model.evidence import Mark, Stated, canonical, mark
from govkit.model.plan import Step
from govkit.model.resource import Resource, compared_names, stated
from govkit.model.state import State


def unfounded(
    steps: Sequence[Step], live: State, reviewed: Mapping[Mark, Sequence[Stated]]
) -> Iterator[str]:
    """Yield what will not be as a step relies on, once the steps before it are done.

    What steps rely on is taken from the plan made anew and from the review: where the steps alone
    are still the same, something that they stand on may have changed in between.
    """
    here = live
    for step in steps:
        yield from _itself(step, here.get(step.address))
        seen = dict.fromkeys([*_derived(step), *reviewed.get(mark(step), ())])
        for one in seen:
            found = _facts(here.get(Address.parse(one.address)), json.loads(one.facts))
            if found != one.facts:
                yield (
                    f"{step.verb} {step.address} relies on {one.address}: "
                    f"{otherwise(one.facts, found)}."
                )
        here = here.after([step.change])


def _itself(step: Step, there: Resource | None) -> Iterator[str]:
    """Yield how a thing is not as its step expects it: a step on the way to there may be left out."""
    before = step.change.before
    names = compared_names(before, step.change.after)
    expected = _told(before, names)
    found = _told(there, names)
    if expected != found:
        yield f"{step.verb} {step.address}: {otherwise(expected, found)}."


def _told(resource: Resource | None, names: Iterable[str]) -> str:
    return NOTHING if resource is None else canonical(stated(resource, names))


def _derived(step: Step) -> Iterator[Stated]:
    for premise in step.relies:
        told = canonical(stated(premise.resource, premise.names))
        yield Stated(str(premise.resource.address), told)


def _facts(there: Resource | None, wanted: Mapping[str, object]) -> str:
    if there is None:
        return NOTHING
    known = [name for name in wanted if hasattr(there, name)]
    return canonical(stated(there, known))
