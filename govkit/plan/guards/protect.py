"""What says `protect: true` is not deleted, renamed, emptied, moved away or less guarded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from govkit.kinds._chains import allows_more
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Action
from govkit.model.finding import Finding
from govkit.model.plan import Plan, Step
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.covers import within
from govkit.plan.guards._remark import remark
from govkit.plan.judge import Guard
from govkit.plan.room import GUARDING, ancestors
from govkit.policies.document import statements

RAIL = "protect"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    hurt = sorted(
        {
            *_handled(plan, wanted.protected),
            *_unguarded(plan, wanted.protected),
            *_weakened(plan, wanted.protected),
        }
    )
    for thing, what in hurt:
        yield remark(RAIL, "GK406", thing, f"{thing} is protected, and the plan would {what}.")


def _handled(plan: Plan, protected: frozenset[Address]) -> Iterator[tuple[str, str]]:
    for step in plan.steps:
        before = step.change.before
        if isinstance(before, OrganizationalUnit) and step.address in protected:
            if step.change.action is Action.DELETE:
                yield str(step.address), "delete it"
            else:
                yield str(step.address), "rename it"
        elif isinstance(before, Account) and step.verb in {"move", "close", "delete"}:
            yield from _moved(step, before, plan.live, protected)


def _moved(
    step: Step, before: Account, live: State, protected: frozenset[Address]
) -> Iterator[tuple[str, str]]:
    if step.address in protected:
        yield str(step.address), f"{step.verb} it"
    after = step.change.after
    kept = {after.parent, *ancestors(after.parent, live)} if isinstance(after, Account) else set()
    for unit in (before.parent, *ancestors(before.parent, live)):
        if unit in protected and unit not in kept:
            yield str(unit), f"{step.verb} {step.address} out of it"


def _unguarded(plan: Plan, protected: frozenset[Address]) -> Iterator[tuple[str, str]]:
    """Yield protected things whose guards, attached to them or above them, are taken away."""
    taken: defaultdict[Address, list[Address]] = defaultdict(list)
    for step in plan.steps:
        gone = step.change.before
        if isinstance(gone, Attachment) and step.change.after is None and not step.temporary:
            taken[gone.target].append(gone.policy)
    after = plan.live.after(step.change for step in plan.steps) if taken else plan.live
    for thing in protected if taken else ():
        for place in (thing, *ancestors(thing, plan.live)):
            for policy in taken.get(place, ()):
                if not _holds(policy, thing, after):
                    yield str(thing), f"take {policy.path} away from it"


def _weakened(plan: Plan, protected: frozenset[Address]) -> Iterator[tuple[str, str]]:
    """Yield protected things that are guarded by a policy which is to deny less."""
    after = plan.live.after(step.change for step in plan.steps)
    less = {
        address
        for address in {step.address for step in plan.steps}
        if isinstance(was := plan.live.get(address), Policy)
        and isinstance(will := after.get(address), Policy)
        and _denies_less(was, will)
    }
    for thing in protected if less else ():
        above = {thing, *ancestors(thing, plan.live)}
        for policy in less:
            if any(Attachment(policy, place).address in plan.live for place in above):
                yield str(thing), f"let {policy.path}, which guards it, deny less"


def _denies_less(before: Policy, after: Policy) -> bool:
    then, now = statements(before.document), statements(after.document)
    if all(one.value.get("Effect") != "Deny" or within(one, now) for one in then):
        return False
    return before.type not in GUARDING or allows_more(before.type, before.document, after.document)


def _holds(policy: Address, thing: Address, after: State) -> bool:
    """Tell whether a policy guards a thing once these steps, and no others, are done."""
    places = (thing, *ancestors(thing, after))
    return any(Attachment(policy, place).address in after for place in places)


GUARD = Guard(RAIL, _look)
