"""The smaller documents that formats tell: findings, a run's end, the history of runs."""

from collections.abc import Iterable
from typing import Any

from govkit.model.finding import Finding
from govkit.model.plan import Step
from govkit.model.resource import Json

FORMAT_VERSION = "1.0"
_RUN = (
    "id",
    "command",
    "began",
    "ended",
    "who",
    "fingerprint",
    "steps",
    "done",
    "outcome",
    "finished_by",
)


def findings(command: str, found: Iterable[Finding]) -> dict[str, Json]:
    """Return a command's findings as JSON, by place: those with a line of the layout first."""
    ordered = sorted(
        found,
        key=lambda each: (
            each.where is None,
            (each.where.file, each.where.line, each.where.column) if each.where else (),
            -each.severity,
            each.code,
            each.subject,
            each.message,
        ),
    )
    return {
        "format_version": FORMAT_VERSION,
        "command": command,
        "findings": [each.to_json() for each in ordered],
    }


def run(
    outcome: str,
    run_id: str | None,
    *,
    done: int,
    already: int = 0,
    left: Iterable[Step] = (),
    unplanned: Iterable[Step] = (),
    following: str = "drift",
) -> dict[str, Json]:
    """Return how a run ended as JSON. `outcome` is done, stopped or interrupted.

    `done` counts the steps carried through, `already` those of them that were so before. `left`
    are the steps not carried through, `unplanned` those that appeared since the review;
    `following` is the command to run next.
    """
    return {
        "format_version": FORMAT_VERSION,
        "run": run_id,
        "outcome": outcome,
        "done": done,
        "already": already,
        "left": [brief(step) for step in left],
        "unplanned": [brief(step) for step in unplanned],
        "next": following,
    }


def brief(step: Step) -> dict[str, Json]:
    """Return what a step does as JSON, in the words of a plan's."""
    before, after = step.change.facts()
    return {
        "id": step.id,
        "address": str(step.address),
        "action": step.verb,
        "before": before,
        "after": after,
    }


def history(
    runs: Iterable[Any], store: str | None = None, *, exists: bool = True
) -> dict[str, Json]:
    """Return past runs (`govkit.store`'s `Run`) as JSON, in the order given.

    `store` is where they are kept; one that does not exist yet is nowhere until the first apply.
    """
    return {
        "format_version": FORMAT_VERSION,
        "store": store,
        "exists": exists,
        "runs": [
            {**{name: getattr(each, name) for name in _RUN}, "broken": each.broken} for each in runs
        ],
    }
