"""Chooses the steps to do: exactly those that were reviewed, as the plan made anew has them."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from shlex import quote

from govkit.apply.foundations import unfounded
from govkit.apply.otherwise import NOTHING, otherwise
from govkit.errors import StalePlan
from govkit.model.address import Address
from govkit.model.evidence import Mark, Reviewed, canonical, mark
from govkit.model.plan import Asked, Plan, Step
from govkit.model.resource import Json, Resource, facts
from govkit.model.state import State


@dataclass(frozen=True, slots=True)
class Selection:
    """What to do, what is done already, and what has appeared since the review and is not done."""

    steps: tuple[Step, ...]
    done: tuple[Mark, ...] = ()
    appeared: tuple[Step, ...] = ()


def select(plan: Plan, reviewed: Reviewed | None) -> Selection:
    """Return all steps, or the reviewed ones; StalePlan where one of those no longer holds.

    A reviewed step whose `after` is there already is done, and so is one that a later reviewed step
    of the same thing goes on from. One that the new plan does not have, or has in another form, or
    that needs what only an unreviewed step would make, is stale; nothing was written then.
    """
    if reviewed is None:
        return Selection(plan.steps)
    if reviewed.organization != plan.organization:
        raise StalePlan(
            "The plan is for another organization",
            f"It was made for {reviewed.organization}; these credentials reach "
            f"{plan.organization}.",
        )
    marks = {mark(step): step for step in plan.steps}
    done = tuple(reversed([*_done(reviewed.marks, marks, plan.ours)]))
    known = {*marks, *done}
    stale = [_sentence(one, plan) for one in reviewed.marks if one not in known]
    if stale:
        raise stale_plan(stale, plan.asked, reviewed.source)
    wanted = set(reviewed.marks)
    steps = tuple(step for step in plan.steps if mark(step) in wanted)
    lacking = [*_lacking(steps, plan.live)] or [
        *unfounded(steps, State([*plan.live, *plan.ours]), reviewed.premises)
    ]
    if lacking:
        raise stale_plan(lacking, plan.asked, reviewed.source)
    return Selection(steps, done, tuple(step for step in plan.steps if mark(step) not in wanted))


def _done(reviewed: Sequence[Mark], planned: Collection[Mark], ours: State) -> Iterator[Mark]:
    """Yield the reviewed steps that were taken already, the last ones first."""
    reached: set[str] = set()
    for one in reversed(reviewed):
        if one in planned:
            reached.add(one.address)
        elif one.address in reached or _holds(one, ours):
            reached.add(one.address)
            yield one


def _holds(reviewed: Mark, ours: State) -> bool:
    there = ours.get(Address.parse(reviewed.address))
    after = json.loads(reviewed.after)
    if after is None or there is None:
        return after is None and there is None
    actual = facts(there)
    # What serves creation alone cannot be read back, and is no difference.
    compared = {field.name for field in fields(there) if field.compare}  # type: ignore[arg-type]  # all are dataclasses
    return all(
        canonical(actual[name]) == canonical(value)
        for name, value in after.items()
        if name in compared
    )


def _lacking(steps: Sequence[Step], live: State) -> Iterator[str]:
    """Yield what steps need that is not there, and that no step among them makes."""
    made = {step.address for step in steps if step.change.before is None}
    for step in steps:
        if step.change.after is not None:
            for need in step.change.after.needs:
                if need not in made and need not in live:
                    yield f"{step.verb} {step.address}: expected {need}, found nothing there."


def stale_plan(
    sentences: Iterable[str], asked: Asked | None = None, file: str | None = None
) -> StalePlan:
    """Return what to raise where steps no longer hold, before anything was written."""
    out = f" --out {quote(file)}" if file is not None else ""
    expired = " --expired" if asked is not None and asked.expired else ""
    return StalePlan(
        "The plan is stale",
        "\n".join(f"  {sentence}" for sentence in sentences),
        f"Nothing was written. Review a new plan: govkit plan{expired}{out}",
    )


def _sentence(one: Mark, plan: Plan) -> str:
    expected = NOTHING if one.before == "null" else one.before
    found = _facts_of(plan.ours.get(Address.parse(one.address)), json.loads(one.before))
    what = f"{one.action} {one.address}"
    if expected != found:
        return f"{what}: {otherwise(expected, found)}."
    now = next((step for step in plan.steps if str(step.address) == one.address), None)
    if now is None:
        return f"{what}: it is as it was reviewed, and the plan of today has no such step."
    before, after = (NOTHING if told == "null" else told for told in (one.after, mark(now).after))
    if before == after:
        return f"{what}: it is as it was reviewed, and the plan of today says {now.verb} of it."
    told = otherwise(before, after, "it was reviewed to become", "and is to become")
    return f"{what}: {told} by the layout of today."


def _facts_of(there: Resource | None, told: Mapping[str, Json] | None) -> str:
    """Return how a thing is, in the facts that a step is about; all of them where it makes it."""
    if there is None:
        return NOTHING
    names = None if told is None else told.keys()
    return canonical(
        {name: fact for name, fact in facts(there).items() if names is None or name in names}
    )
