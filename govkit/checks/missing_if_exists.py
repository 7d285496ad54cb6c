"""A test decides about requests that do not carry its key, and probably not as it was meant.

## Why it matters

A negated test holds where the key is absent. In a Deny on many actions of which few carry the key
it denies all the others outright. The other way round, `Bool` with `false` does not hold where
`aws:MultiFactorAuthPresent` is absent, as it is with long-term access keys: the very requests that
should be denied pass.

## What to do

Say what an absent key means: `…IfExists` where a negated test shall pass over it or a Deny shall
also catch it, or a `Null` test beside it, or narrow the actions to those that carry the key.
"""

from collections.abc import Iterator

from govkit.access.condition import Quantifier
from govkit.access.operators import Family, operator
from govkit.checks._carried import carried
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_LONG_TERM = "aws:multifactorauthpresent"


def _look(statement: Written, asked: Asked) -> Iterator[Remark]:
    if not statement.deny or asked.test.if_exists or _null_beside(statement, asked):
        return
    found = operator(asked.test.operator)
    if asked.name == _LONG_TERM and _wants_false(asked):
        yield Remark(
            asked.path,
            f"{asked.key} is absent with long-term access keys, and then this test does not hold:"
            " they are not denied. BoolIfExists denies them, too.",
        )
    elif found.negated and asked.test.quantifier is Quantifier.ONE:
        reach = carried(statement, asked)
        if reach is not None and reach.some and reach.some < reach.all:
            yield Remark(
                asked.path,
                f"{reach.all - reach.some} of {reach.all} actions, such as {reach.without}, do not"
                f" carry {asked.key}: they are denied whatever its value.",
            )


def _wants_false(asked: Asked) -> bool:
    family = operator(asked.test.operator).family
    values = [item.text.lower() for item in asked.operands]
    return family in (Family.BOOL, Family.STRING) and values == ["false"]


def _null_beside(statement: Written, asked: Asked) -> bool:
    return any(
        other.name == asked.name and operator(other.test.operator).family is Family.NULL
        for other in statement.tests
    )


CHECK = Check(
    code="GK254",
    name="missing-if-exists",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Use the IfExists form, a Null test beside it, or only actions that carry the key.",
    look=tests(_look),
)
