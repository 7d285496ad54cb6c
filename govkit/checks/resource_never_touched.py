"""None of a statement's actions works on one of its resources.

## Why it matters

AWS compares the resource that an action works on, and that is of another kind: a bucket is not an
object, and an action without resources is only ever asked for `*`. The pattern has no effect.

## What to do

Write the resource of these actions, or the actions of this resource. For actions without resources
write `*`.
"""

from collections.abc import Iterator

from govkit.access.action_index import action_index
from govkit.access.arn import SEGMENTS
from govkit.checks._actions import about_everything, reached
from govkit.checks._arns import forms, of_form, resource_types, segments
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    mask = reached(statement.meaning.actions)
    if "NotResource" in statement.value or not mask or about_everything(mask):
        return
    known = {kind.arn for kinds in resource_types(mask) for kind in kinds}
    for item in statement.resources:
        parts = segments(item.text)
        if len(parts) < SEGMENTS or not item.text.strip("*") or not _has_form(item.text, parts[2]):
            continue  # everything, or what other checks speak of
        if not any(of_form(item.text, form) for form in known):
            yield Remark(item.path, f"None of the actions works on {item.text}.")


def _has_form(text: str, service: str) -> bool:
    """Tell whether it is a resource that AWS documents, so that we know what works on it."""
    if service not in action_index().services:
        return False
    return any(of_form(text, form) for form in forms(service))


CHECK = Check(
    code="GK232",
    name="resource-never-touched",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Write the resource that the actions work on, or * where they have none.",
    look=statements(_look),
    aws=("error_unsupported_resource_arn_in_policy",),
)
