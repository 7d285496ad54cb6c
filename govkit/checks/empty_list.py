"""An element that should name something is empty.

## Why it matters

A statement without actions or resources matches nothing, and neither does a test without values; a
negated test without values, and an empty Condition, hold for everybody. Both read as if somebody
had meant something else.

## What to do

Name what is meant, or take the element away.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.model.finding import Severity

_LISTS = ("Action", "NotAction", "Resource", "NotResource")


def _look(statement: Written) -> Iterator[Remark]:
    for name in _LISTS:
        if statement.value.get(name) == []:
            yield Remark(statement.at(name), f"{name} is an empty list.")
    condition = statement.value.get("Condition")
    if not isinstance(condition, dict):
        return
    if not condition:
        yield Remark(statement.at("Condition"), "The Condition is empty, and always holds.")
    for spelling, block in condition.items():
        if block == {}:
            yield Remark(statement.at("Condition", spelling), f"{spelling} tests no key.")
    for asked in statement.tests:
        if not asked.operands:
            yield Remark(asked.path, f"{asked.spelling} {asked.key} is tested against no value.")


CHECK = Check(
    code="GK216",
    name="empty-list",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Name what is meant, or take the element away.",
    look=statements(_look),
    aws=(
        "suggestion_empty_array_action",
        "suggestion_empty_array_condition",
        "suggestion_empty_array_condition_forallvalues",
        "suggestion_empty_array_condition_foranyvalue",
        "suggestion_empty_array_condition_ifexists",
        "suggestion_empty_array_resource",
        "suggestion_empty_object_condition",
    ),
)
