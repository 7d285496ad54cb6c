"""An ARN is compared as a text.

## Why it matters

In StringLike and StringNotLike a `*` runs across the colons of an ARN: `arn:aws:iam::*:role/Admin`
also matches what has more parts than meant. ArnLike and ArnNotLike compare part by part.

## What to do

Use ArnLike or ArnNotLike.
"""

from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._actions import type_of
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._global_keys import global_key
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    found = operator(asked.test.operator)
    known = global_key(asked.name)
    kind = known.type if known is not None else type_of(asked.name)
    wild = found.family is Family.STRING and found.wildcards
    if wild and kind in ("ARN", "ArrayOfARN") and any("*" in one.text for one in asked.operands):
        yield Remark(asked.path, f"{asked.key} is an ARN, and {asked.spelling} reads a text.")


CHECK = Check(
    code="GK261",
    name="arn-as-text",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Use ArnLike or ArnNotLike.",
    look=tests(_look),
    aws=("security_warning_string_like_operator_with_arn_condition_keys",),
)
