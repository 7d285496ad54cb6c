"""A resource control policy names actions of a service that RCPs do not reach.

## Why it matters

AWS applies RCPs to some services alone. For all others the statement guards nothing.

## What to do

Drop the service, or guard it by an SCP, which binds the organization's own principals everywhere.
"""

from collections.abc import Iterator

from govkit.access.action import is_every_action
from govkit.access.action_index import action_index
from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import RCP, Paper
from govkit.model.finding import Severity


def _look(paper: Paper) -> Iterator[Remark]:
    if paper.type != RCP:
        return
    index = action_index()
    for statement in paper.statements:
        for item in statement.actions:
            service, colon, _ = item.text.lower().partition(":")
            known = service in index.services and service not in index.rcp_services
            if colon and known and not is_every_action(item.text):
                yield Remark(item.path, f"{item.text}: RCPs do not reach {service} ({index.date}).")


CHECK = Check(
    code="GK222",
    name="rcp-service",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Drop the service, or guard it by an SCP.",
    look=_look,
    aws=("error_rcp_syntax_error_action", "error_unsupported_action_in_policy"),
)
