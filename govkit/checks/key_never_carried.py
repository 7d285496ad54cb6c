"""None of a statement's actions carries a condition key that the statement tests.

## Why it matters

To AWS the key is absent from every such request. A test that wants a value never holds, so that a
Deny never fires; a negated one, or one with IfExists, always does.

## What to do

Test a key that these actions carry, or name the actions that carry this one: the service
authorization reference lists keys by action.
"""

from collections.abc import Iterator

from govkit.checks._carried import asks_for_absence, carried
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(statement: Written, asked: Asked) -> Iterator[Remark]:
    found = carried(statement, asked)
    if found is None or found.some:
        return
    what = "always holds" if asks_for_absence(asked) else "never holds"
    verb = "denies" if statement.deny else "allows"
    never = "" if asks_for_absence(asked) else f", and the statement {verb} nothing"
    yield Remark(asked.path, f"No action here carries {asked.key}: this test {what}{never}.")


CHECK = Check(
    code="GK252",
    name="key-never-carried",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Test a key that the actions carry, or name the actions that carry it.",
    look=tests(_look),
    aws=(
        "error_missing_action_for_condition_key",
        "general_warning_use_condition_key_only_with_supported_services",
        "suggestion_irrelevant_condition_key_in_policy",
    ),
)
