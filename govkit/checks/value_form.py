"""A value has not the form that values of its key have.

## Why it matters

Requests carry an organization as `o-…`, an account as 12 digits, a VPC endpoint as `vpce-…`. What
has another form matches no request; a negated test then holds for everybody.

## What to do

Write the ID as AWS shows it, and principals by their ARN, never by the IDs that IAM makes of them
(`AROA…`, `AIDA…`).
"""

import re
from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.checks._patterns import meet
from govkit.model.finding import Severity

_ACCOUNT = ("account of 12 digits", "?" * 12)
_ORGANIZATION = ("organization such as o-0123456789", "o-??????????*")
_FORMS = {
    "aws:principalaccount": _ACCOUNT,
    "aws:resourceaccount": _ACCOUNT,
    "aws:sourceaccount": _ACCOUNT,
    "aws:vpceaccount": _ACCOUNT,
    "aws:principalorgid": _ORGANIZATION,
    "aws:resourceorgid": _ORGANIZATION,
    "aws:sourceorgid": _ORGANIZATION,
    "aws:vpceorgid": _ORGANIZATION,
    "aws:principalorgpaths": ("path such as o-0123456789/r-0123/*", "o-*/*"),
    "aws:resourceorgpaths": ("path such as o-0123456789/r-0123/*", "o-*/*"),
    "aws:sourceorgpaths": ("path such as o-0123456789/r-0123/*", "o-*/*"),
    "aws:sourcevpc": ("VPC such as vpc-12345678", "vpc-????????*"),
    "aws:sourcevpce": ("VPC endpoint such as vpce-12345678", "vpce-????????*"),
}
_UNIQUE = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{8,}")
_PRINCIPALS = ("aws:principalarn", "aws:sourcearn")


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if operator(asked.test.operator).family is Family.NULL:
        return
    noun, form = _FORMS.get(asked.name, ("", "*"))
    for item in asked.operands:
        if "${" in item.text:
            continue
        if not meet(item.text, form):
            yield Remark(item.path, f'"{item.text}" is no {noun}, as {asked.key} carries.')
        elif asked.name in _PRINCIPALS and _UNIQUE.fullmatch(item.text):
            yield Remark(item.path, f'"{item.text}" is an ID; {asked.key} carries an ARN.')


CHECK = Check(
    code="GK266",
    name="value-form",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Write the value as AWS shows it.",
    look=tests(_look),
    aws=(
        "error_invalid_vpc_format",
        "error_invalid_vpce_format",
        "general_warning_invalid_role_reference",
        "general_warning_invalid_user_reference",
    ),
)
