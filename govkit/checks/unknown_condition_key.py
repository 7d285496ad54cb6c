"""A condition key is none that AWS documents.

## Why it matters

Requests do not carry it. A Deny that tests it never fires, or, where the test is negated, always.

## What to do

Write the key as AWS documents it: global ones in the IAM user guide, a service's own in the service
authorization reference. Both lists that came with govkit have a date.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from govkit.access.action_facts import condition_keys
from govkit.access.action_index import action_index
from govkit.checks._actions import type_of
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._global_keys import AS_OF, RETIRED, global_key, names
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

# Prefixes of keys that are no services; those of identity providers hold a dot.
_OTHERS = ("catalog", "cognito-identity-auth", "cognito-identity-unauth", "identitycenter", "saml")


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    prefix, colon, name = asked.name.partition(":")
    if not colon or not name or global_key(asked.name) is not None:
        return
    if prefix == "aws":
        instead = RETIRED.get(asked.name)
        near = [instead] if instead else get_close_matches(asked.key, names(), n=1, cutoff=0.8)
        yield Remark(asked.path, f"{asked.key} is no global key ({AS_OF}).{_meant(near)}")
    elif prefix not in action_index().services:
        if "." not in prefix and prefix not in _OTHERS:
            yield Remark(asked.path, f"{asked.key}: AWS has no keys that begin with {prefix}:.")
    elif type_of(asked.name) is None:
        known = list(condition_keys(prefix))
        near = get_close_matches(asked.key, known, n=1, cutoff=0.8)
        date = action_index().date
        yield Remark(
            asked.path, f"{prefix} has no condition key {asked.key} ({date}).{_meant(near)}"
        )


def _meant(near: list[str]) -> str:
    return f" Is {near[0]} meant?" if near else ""


CHECK = Check(
    code="GK251",
    name="unknown-condition-key",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Write the condition key as AWS documents it.",
    look=tests(_look),
    aws=(
        "error_invalid_global_condition_key",
        "error_invalid_service",
        "error_invalid_service_condition_key",
        "error_unsupported_global_condition_key",
        "general_warning_deprecated_global_condition_key",
    ),
)
