"""A value has a wildcard, and its operator takes none.

## Why it matters

`StringEquals` compares character by character: a `*` in its value is a star, which no request has.
A negated test with it excuses nobody.

## What to do

Use StringLike or StringNotLike, or for ARNs ArnLike or ArnNotLike.
"""

from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.checks._patterns import opened
from govkit.model.finding import Severity

_VARIABLES = "${"


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    found = operator(asked.test.operator)
    if found.family is not Family.STRING or found.wildcards:
        return
    for item in asked.operands:
        # What stands in a variable, or is ${*}, is no wildcard.
        plain = opened(item.text).replace("*", "", item.text.count(_VARIABLES))
        if "*" in plain or "?" in plain:
            yield Remark(
                item.path, f'"{item.text}" has a wildcard, which {asked.spelling} takes literally.'
            )


CHECK = Check(
    code="GK260",
    name="wildcard-without-like",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Use the Like form of the operator.",
    look=tests(_look),
    aws=("general_warning_wildcard_without_like_operator",),
)
