"""A boolean key is tested against several values.

## Why it matters

A boolean is true or false; against both, the test always holds, and reads as if it did not.

## What to do

Keep the one that is meant, or test by `Null` whether the key is there.
"""

from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    family = operator(asked.test.operator).family
    if family in (Family.BOOL, Family.NULL) and len(asked.operands) > 1:
        yield Remark(asked.path, f"{asked.spelling} {asked.key} has more than one value.")


CHECK = Check(
    code="GK257",
    name="several-booleans",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Keep the one value that is meant.",
    look=tests(_look),
    aws=("error_invalid_condition_multiple_boolean",),
)
