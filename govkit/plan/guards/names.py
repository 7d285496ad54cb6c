"""No policy gets the name of another one of its type, and no OU that of a sibling: AWS refuses both."""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from govkit.kinds._ownership import ADOPT
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.model.resource import Resource
from govkit.model.wanted import Wanted
from govkit.plan.judge import Guard
from govkit.plan.order import held_name

RAIL = "names"


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    given = {
        step.address: step.change.after
        for step in plan.steps
        if held_name(step.change.after) not in {None, held_name(step.change.before)}
    }
    explained = _explained(plan)
    given = {one: after for one, after in given.items() if str(one) not in explained}
    if not given:
        return
    bearers: defaultdict[Hashable, list[Resource]] = defaultdict(list)
    for one in plan.live.after(step.change for step in plan.steps):
        bearers[held_name(one)].append(one)
    for address, after in sorted(given.items()):
        for other in bearers[held_name(after)]:
            if other.address != address:
                what, hint = _words(after)
                yield Finding(
                    "GK413",
                    Severity.ERROR,
                    str(address),
                    f"{address} would get {what} that {other.address} has.",
                    hint,
                    wanted.origin(address),
                    rail=RAIL,
                    count=1,
                )


def _words(after: Resource | None) -> tuple[str, str]:
    """Return what only one can have, and what to do about it."""
    if isinstance(after, DelegatedAdministrator):
        return f"the charge of {after.service}", "AWS lets one account have it: name one alone."
    return "a name", "Choose another name, or rename the other one first."


def _explained(plan: Plan) -> frozenset[str]:
    """Return what is refused for this already: a policy that was to be adopted first."""
    return frozenset(finding.subject for finding in plan.findings if finding.rail == ADOPT)


GUARD = Guard(RAIL, _look, override=False)
