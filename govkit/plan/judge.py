"""Judges a plan by the rails: what is refused, and what was allowed by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from govkit import shelf
from govkit.errors import PlanRefused
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan, Step
from govkit.model.wanted import Wanted
from govkit.plan.effects import effects
from govkit.plan.weighing import weighing


@dataclass(frozen=True, slots=True)
class Guard:
    """A rail: its name, and what it finds wrong with a plan.

    Findings carry the rail and how much of it they use; `--allow RAIL=N` lets N pass, except where
    there can be no good reason to (`override`).
    """

    rail: str
    look: Callable[[Plan, Wanted], Iterable[Finding]]
    override: bool = True


def guards() -> tuple[Guard, ...]:
    """Return every rail on the shelf."""
    return cast("tuple[Guard, ...]", shelf.load("govkit.plan.guards", "GUARD"))


def overridable() -> tuple[str, ...]:
    """Return the names of the rails that `--allow` knows."""
    return tuple(guard.rail for guard in guards() if guard.override)


def judged(plan: Plan, wanted: Wanted, allow: Mapping[str, int]) -> Plan:
    """Return the plan with what the rails say of it; what they only remark on, once."""
    said = [finding for guard in guards() for finding in guard.look(plan, wanted)]
    found = tuple(one for one in said if one.rail is not None or one not in plan.findings)
    return replace(plan, findings=(*plan.findings, *found), by_rails=found, allowances=dict(allow))


def narrowed(plan: Plan, steps: Sequence[Step], wanted: Wanted) -> Plan:
    """Return the plan of these steps alone, with what the rails say of them.

    What is refused before there are steps (a protected OU that would be replaced) stays refused.
    """
    said = frozenset(plan.by_rails)
    changes = [step.change for step in steps]
    after = plan.live.after(changes)
    weights = weighing(changes, plan.live, plan.ids, wanted)
    only = replace(
        plan,
        steps=tuple(steps),
        effects=effects(plan.live, after, plan.ids, weights),
        findings=tuple(finding for finding in plan.findings if finding not in said),
    )
    return judged(only, wanted, plan.allowances)


def refusals(plan: Plan) -> tuple[Finding, ...]:
    """Return the findings that forbid the plan, those allowed by name aside.

    An error that is no rail's (a layout that asks for more than AWS takes) forbids it, too.
    """
    known = overridable()
    return tuple(
        finding
        for finding in plan.findings
        if finding.severity is Severity.ERROR
        and (
            finding.rail not in known
            or plan.allowances.get(finding.rail, 0) < _used(plan, finding.rail)
        )
    )


def refused(plan: Plan) -> PlanRefused | None:
    """Return the refusal to raise, or None where no rail stands in the way."""
    found = refusals(plan)
    if not found:
        return None
    rails = sorted({finding.rail for finding in found if finding.rail})
    by = f"{'rail' if len(rails) == 1 else 'rails'} {', '.join(rails)}"
    return PlanRefused(
        f"Refused by {by if rails else 'errors of the layout'}",
        "\n".join(f"  {finding.message}" for finding in found),
        "\n".join(_ways_on(plan, found)),
    )


def _ways_on(plan: Plan, found: Iterable[Finding]) -> Iterator[str]:
    """Yield what would let the plan pass: an override, or what must be changed where there is none."""
    known = overridable()
    rails = sorted({finding.rail for finding in found if finding.rail in known})
    if rails:
        allow = " ".join(f"--allow {rail}={_used(plan, rail)}" for rail in rails)
        yield f"To let it pass: {allow}"
    yield from sorted({finding.hint for finding in found if finding.rail not in known})


def _used(plan: Plan, rail: str) -> int:
    return sum(finding.count or 1 for finding in plan.findings if finding.rail == rail)
