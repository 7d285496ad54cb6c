"""Some of a statement's actions do not carry a condition key that the statement tests.

## Why it matters

For those the test always has the same answer: one that wants a value never holds, so that a Deny
does not reach them, whatever the reader thinks.

## What to do

Give these actions a statement of their own.
"""

from collections.abc import Iterator

from govkit.checks._carried import asks_for_absence, carried
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(statement: Written, asked: Asked) -> Iterator[Remark]:
    found = carried(statement, asked)
    if found is None or not found.some or found.some == found.all or asks_for_absence(asked):
        return
    yield Remark(
        asked.path,
        f"{found.all - found.some} of {found.all} actions, such as {found.without}, do not carry"
        f" {asked.key}: for them this test never holds.",
    )


CHECK = Check(
    code="GK253",
    name="key-carried-by-some",
    severity=Severity.NOTE,
    confidence=Confidence.LIKELY,
    fix="Give the actions that do not carry the key a statement of their own.",
    look=tests(_look),
    aws=(
        "error_unsupported_action_for_condition_key",
        "security_warning_deny_notaction_with_unsupported_tag_condition_key_for_service",
        "security_warning_deny_with_unsupported_tag_condition_key_for_service",
        "suggestion_allow_notaction_with_unsupported_tag_condition_key_for_service",
    ),
)
