"""A value is none of the kind that its operator compares.

## Why it matters

A number that is no number, a date that is no date, an address that is no address never matches;
and neither does a negated test with such a value. The statement is dead.

## What to do

Write the value as the operator reads it: `true` or `false`, a number, an ISO 8601 date, an address
or CIDR range, an ARN of six parts.
"""

from collections.abc import Callable, Iterator

from govkit.access import operands
from govkit.access.arn import SEGMENTS
from govkit.access.operators import Family, operator
from govkit.checks._arns import segments
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.checks._patterns import meet
from govkit.model.finding import Severity

_READERS: dict[Family, tuple[Callable[[str], object], str]] = {
    Family.NUMERIC: (operands.number, "number"),
    Family.DATE: (operands.date, "date"),
    Family.ADDRESS: (operands.network, "address or CIDR range"),
    Family.BOOL: (operands.boolean, "true or false"),
    Family.NULL: (operands.boolean, "true or false"),
    Family.BINARY: (operands.binary, "base64 text"),
}


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    family = operator(asked.test.operator).family
    for item in asked.operands:
        if "${" in item.text:
            continue
        if family is Family.ARN and not _is_arn(item.text):
            yield Remark(item.path, f'"{item.text}" is no ARN, and {asked.spelling} never matches.')
        elif family in _READERS:
            read, noun = _READERS[family]
            if read(item.text) is None:
                yield Remark(
                    item.path, f'"{item.text}" is no {noun}, and {asked.spelling} never matches.'
                )


def _is_arn(text: str) -> bool:
    parts = segments(text)
    return len(parts) == SEGMENTS and meet(parts[0], "arn")


CHECK = Check(
    code="GK255",
    name="operand-type",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write the value as the operator reads it.",
    look=tests(_look),
    aws=(
        "error_type_mismatch_ip_range",
        "general_warning_type_mismatch",
        "general_warning_type_mismatch_boolean",
        "general_warning_type_mismatch_date",
        "general_warning_type_mismatch_number",
        "general_warning_type_mismatch_string",
    ),
)
