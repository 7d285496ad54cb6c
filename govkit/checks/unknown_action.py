"""An action, or a pattern of actions, is none that AWS has.

## Why it matters

In a Deny it is a hole: what it was meant to stop stays open, and nobody is told. Usually the name
is mistyped, is that of an API operation whose permission is called otherwise, or was retired.

## What to do

Write the action as the service authorization reference has it. The list that came with govkit has a
date; an action that AWS added since is right, and suppressed until the next release.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from govkit.access.action import is_every_action
from govkit.access.action_index import action_index
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Item, Written
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    for item in statement.actions:
        message = _message(item)
        if message:
            yield Remark(item.path, message)


def _message(item: Item) -> str:
    index = action_index()
    service, colon, name = item.text.lower().partition(":")
    if is_every_action(item.text) or not colon or not name or "*" in service or "?" in service:
        return ""  # every action, or a fault of the grammar
    if service not in index.services:
        near = get_close_matches(service, index.services, n=1, cutoff=0.7)
        return f"{item.text}: AWS has no service {service} ({index.date}).{_meant(near)}"
    if index.mask(item.text):
        return ""
    if "*" in name or "?" in name:
        return f"{item.text} matches no action that AWS has ({index.date}).{_meant(_near(service, name))}"
    return f"{item.text} is no action that AWS has ({index.date}).{_meant(_near(service, name))}"


def _near(service: str, name: str) -> list[str]:
    spelled = {one.lower(): one for one in action_index().names(service)}
    bare = name.replace("*", "").replace("?", "")
    found = get_close_matches(bare, spelled, n=1, cutoff=0.6)
    return [f"{service}:{spelled[one]}" for one in found]


def _meant(near: list[str]) -> str:
    return f" Is {near[0]} meant?" if near else ""


CHECK = Check(
    code="GK220",
    name="unknown-action",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Write the action as AWS's service authorization reference has it.",
    look=statements(_look),
    aws=("error_invalid_action", "error_invalid_service_in_action"),
)
