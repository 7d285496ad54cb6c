"""A condition names a Region that AWS does not have.

## Why it matters

In a list of allowed Regions a mistyped one is denied; in a list of forbidden ones it stays open.

## What to do

Write the Region's code. The list that came with govkit has a date.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.checks._patterns import meet, opened
from govkit.checks._regions import AS_OF, REGIONS
from govkit.model.finding import Severity

_KEYS = ("aws:requestedregion", "ec2:region", "s3:locationconstraint")
_OLD_NAMES = ("EU", "us-standard", "")  # of Amazon S3's location constraints


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if asked.name not in _KEYS or asked.test.operator == "Null":
        return
    for item in asked.operands:
        text = opened(item.text)
        if text in _OLD_NAMES or any(meet(text, region) for region in REGIONS):
            continue
        near = get_close_matches(text, REGIONS, n=1, cutoff=0.7)
        meant = f" Is {near[0]} meant?" if near else ""
        yield Remark(item.path, f'"{item.text}" is no Region ({AS_OF}).{meant}')


CHECK = Check(
    code="GK265",
    name="unknown-region",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Write the Region's code.",
    look=tests(_look),
    aws=("error_invalid_region",),
)
