"""A test compares with `*`, which every value matches.

## Why it matters

A positive test with `*` only asks whether the key is there, and a negated one whether it is absent.
Readers look for what is compared, and find nothing.

## What to do

Say it by `Null`: `"Null": {"key": "false"}` where the key must be there, `"true"` where not. Or
drop the test where the key is in every request.
"""

from collections.abc import Iterator

from govkit.access.operators import operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    found = operator(asked.test.operator)
    if not found.wildcards or not any(_anything(item.text) for item in asked.operands):
        return
    what = "holds only where the key is absent" if found.negated else "holds for every value"
    yield Remark(asked.path, f'{asked.spelling} {asked.key} "*" {what}.')


def _anything(text: str) -> bool:
    return bool(text) and not text.strip("*")


CHECK = Check(
    code="GK267",
    name="matches-everything",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Use Null, or drop the test.",
    look=tests(_look),
    aws=(
        "error_variable_usage_too_permissive",
        "error_wildcard_usage_too_permissive",
        "suggestion_equivalent_to_null_false",
        "suggestion_equivalent_to_null_true",
        "suggestion_redundant_key_due_to_wildcard_in_condition",
        "suggestion_redundant_statement_due_to_wildcard_in_condition",
    ),
)
