"""Listing is narrowed by `s3:prefix` in a negated test.

## Why it matters

A list request need not carry a prefix, and one prefix begins another: `home/` is asked for by `h`,
too. Denying listing unless the prefix is not some text, or allowing it unless it is, leaves ways
round.

## What to do

Allow listing where `s3:prefix` is one of a few, or deny it where it is none of them.
"""

from collections.abc import Iterator

from govkit.access.operators import operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(statement: Written, asked: Asked) -> Iterator[Remark]:
    negated = operator(asked.test.operator).negated
    if asked.name == "s3:prefix" and asked.test.operator != "Null" and negated != statement.deny:
        yield Remark(
            asked.path,
            f"{asked.spelling} {asked.key} leaves ways round: prefixes of a prefix pass.",
        )


CHECK = Check(
    code="GK268",
    name="s3-prefix",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Allow a few prefixes, or deny all but a few.",
    look=tests(_look),
    aws=("security_warning_s3_prefix_in_negative_context",),
)
