"""An ARN has a form that none of its service's resources has.

## Why it matters

The statement is about a resource that cannot be: an account or a Region where the service writes
none (`arn:aws:s3::111111111111:bucket`), none where it writes one, or a type that is not there. In
a Deny that is a hole.

## What to do

Write the ARN as the service authorization reference has it for the type of resource.
"""

from collections.abc import Iterator

from govkit.access.action_index import action_index
from govkit.access.arn import SEGMENTS
from govkit.checks._arns import forms, of_form, segments
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    index = action_index()
    for item in statement.resources:
        parts = segments(item.text)
        if len(parts) < SEGMENTS or not parts[2] or "*" in parts[2] or "?" in parts[2]:
            continue
        if parts[4] == "aws":
            continue  # AWS's own, such as managed policies and transforms, are listed nowhere
        known = forms(parts[2]) if parts[2] in index.services else ()
        if known and not any(of_form(item.text, form) for form in known):
            yield Remark(item.path, f"{item.text} has the form of no resource of {parts[2]}.")


CHECK = Check(
    code="GK231",
    name="arn-form",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Write the ARN as AWS's service authorization reference has it.",
    look=statements(_look),
    aws=(
        "error_arn_account_not_allowed",
        "error_arn_region_not_allowed",
        "error_invalid_arn_resource",
        "error_missing_arn_account",
        "error_missing_arn_region",
    ),
)
