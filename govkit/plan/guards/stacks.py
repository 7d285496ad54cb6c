"""An account that moves between OUs takes on the stacks of StackSets there, and loses those it leaves.

StackSets with automatic deployment follow accounts at once, and delete what they put where the account
goes, unless they retain it. They are read with the baseline, where CloudFormation lets them be read.
What the layout's own StackSet brings to an account is what the layout asks for: said, and not asked about.
"""

from collections.abc import Iterator, Sequence

from govkit.kinds.account import Account
from govkit.kinds.config_stack_set import ConfigStackSet
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.stack_set import StackSet
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan, Step
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.guards.max_moves import created_accounts
from govkit.plan.judge import Guard

RAIL = "stacks"


def _look(plan: Plan, wanted: Wanted) -> Iterator[Finding]:
    sets = [one for one in plan.live.all(StackSet) if one.targets]
    if not sets:
        return
    after = plan.live.after(step.change for step in plan.steps)
    made, ours = created_accounts(plan), _ours(wanted)
    for step in plan.steps:
        before, soon = step.change.before, step.change.after
        if not isinstance(before, Account) or not isinstance(soon, Account):
            continue
        if before.parent == soon.parent or before.management or step.address in made:
            continue
        left = _ids(plan, _above(before.parent, plan.live))
        entered = _ids(plan, _above(soon.parent, after))
        gone = [one for one in sets if _covers(one, left) and not _covers(one, entered)]
        come = [one for one in sets if _covers(one, entered) and not _covers(one, left)]
        if gone or come:
            asked = [*gone, *(one for one in come if (one.name, one.region) not in ours)]
            yield _finding(
                step, wanted, f"{before.parent} to {soon.parent}", _said(gone, come), asked
            )


def _finding(step: Step, wanted: Wanted, way: str, what: str, asked: Sequence[StackSet]) -> Finding:
    """Return what the rail asks about, or a note where the layout itself wants what comes."""
    count = len(asked)
    return Finding(
        "GK421",
        Severity.ERROR if asked else Severity.NOTE,
        str(step.address),
        f"{step.address} moves from {way}: {what}.",
        f"Look at what the stacks hold, then --allow {RAIL}={count}." if asked else "",
        wanted.origin(step.address),
        rail=RAIL if asked else None,
        count=count if asked else None,
    )


def _ours(wanted: Wanted) -> frozenset[tuple[str, str]]:
    """Return the StackSets that the layout keeps: name and Region."""
    return frozenset((one.name, one.region) for one in wanted.state.all(ConfigStackSet))


def _above(unit: Address, state: State) -> Iterator[Address]:
    """Yield an OU and all that it is in, up to the root."""
    here: Address | None = unit
    while here is not None:
        yield here
        found = state.get(here)
        here = found.parent if isinstance(found, OrganizationalUnit) else None


def _ids(plan: Plan, units: Iterator[Address]) -> frozenset[str]:
    return frozenset(given for one in units if (given := plan.ids.get(one)) is not None)


def _covers(stacks: StackSet, units: frozenset[str]) -> bool:
    return not units.isdisjoint(stacks.targets)


def _said(gone: list[StackSet], come: list[StackSet]) -> str:
    parts = [
        (f"the stacks of {_names(one for one in gone if not one.retained)} go", gone, False),
        (f"the stacks of {_names(one for one in gone if one.retained)} stay behind", gone, True),
    ]
    said = [text for text, sets, kept in parts if any(one.retained is kept for one in sets)]
    if come:
        said.append(f"the stacks of {_names(iter(come))} come")
    return ", ".join(said)


def _names(sets: Iterator[StackSet]) -> str:
    return ", ".join(sorted(f"{one.name} ({one.region})" for one in sets))


GUARD = Guard(RAIL, _look)
