"""A date is written as a number of seconds.

## Why it matters

People cannot read it, and nobody sees that it has passed, or that it is in milliseconds.

## What to do

Write an ISO 8601 date, as `2027-01-31T00:00:00Z`.
"""

from collections.abc import Iterator

from govkit.access.operands import date, moment
from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_YEAR = 4  # four digits alone are a year


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if operator(asked.test.operator).family is not Family.DATE:
        return
    for item in asked.operands:
        read = date(item.text)
        if read is not None and item.text.lstrip("-").isdigit() and len(item.text) != _YEAR:
            yield Remark(item.path, f"{item.text} is read as {moment(read)}.")


CHECK = Check(
    code="GK264",
    name="epoch-date",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Write an ISO 8601 date.",
    look=tests(_look),
    aws=("general_warning_invalid_date_value",),
)
