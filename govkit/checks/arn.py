"""A resource is written as an ARN that is none.

## Why it matters

A pattern that is no ARN's matches no resource. In a Deny with Resource it denies nothing; in one
with NotResource the whole statement matches nothing, so that a guard is quietly gone.

## What to do

Write all six parts: `arn:partition:service:region:account:resource`, with `*` for those that may be
anything.
"""

import re
from collections.abc import Iterator

from govkit.access.action_index import action_index
from govkit.access.arn import SEGMENTS
from govkit.checks._arns import segments
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.checks._patterns import meet, opened
from govkit.checks._regions import PARTITIONS, REGIONS
from govkit.model.finding import Severity

_ACCOUNT = re.compile(r"(?:[0-9]{12}|aws|cloudfront|)")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}")


def _look(statement: Written) -> Iterator[Remark]:
    for item in statement.resources:
        message = _message(item.text)
        if message:
            yield Remark(item.path, message)


def _message(text: str) -> str:
    parts = segments(text)
    plain = opened(text)
    if plain and not plain.strip("*"):
        return ""
    if not meet(parts[0], "arn"):
        return f'"{text}" is no ARN: it does not begin with arn:.'
    if len(parts) < SEGMENTS:
        return f'"{text}" is no ARN: it has {len(parts)} parts of {SEGMENTS}, and matches nothing.'
    return next((f'"{text}": {wrong}' for wrong in _parts(parts)), "")


def _parts(parts: list[str]) -> Iterator[str]:
    _, partition, service, region, account, _ = parts
    if not any(meet(partition, one) for one in PARTITIONS):
        yield f'AWS has no partition "{partition}".'
    if service != service.lower() and service.lower() in action_index().services:
        yield f"the service of an ARN is lower case, {service.lower()}."
    if region and not _wild(region) and region not in REGIONS and not _REGION.fullmatch(region):
        yield f'"{region}" is no Region.'
    if not _wild(account) and not _ACCOUNT.fullmatch(account):
        yield f'"{account}" is no account, which has 12 digits.'


def _wild(part: str) -> bool:
    return "*" in part or "?" in part


CHECK = Check(
    code="GK230",
    name="arn",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write arn:partition:service:region:account:resource, with * for what may be anything.",
    look=statements(_look),
    aws=(
        "error_invalid_arn_account",
        "error_invalid_arn_prefix",
        "error_invalid_arn_region",
        "error_invalid_arn_service_case",
        "error_invalid_partition",
        "error_missing_arn_field",
    ),
)
