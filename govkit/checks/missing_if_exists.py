"""A test decides about requests that do not carry its key, and probably not as it was meant.

## Why it matters

`Bool` with `false` does not hold where its key is absent. Ordinary root users carry no
`aws:AssumedRoot`, and long-term access keys no `aws:MultiFactorAuthPresent`: a Deny by such a test
passes the very requests that it is for. A negated test holds where its key is absent: in a Deny on
many actions of which few carry the key it denies all the others outright; IfExists does not change that.

## What to do

Write `BoolIfExists` (`NumericGreaterThanIfExists` for `aws:MultiFactorAuthAge`), so that an absent key
is denied, too. Beside a negated test put `Null` with `false`, or name only actions that carry the key.
"""

from collections.abc import Iterator

from govkit.access.condition import Quantifier
from govkit.access.operators import Family, operator
from govkit.checks._carried import carried
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._global_keys import Presence, global_key
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_AGE = "aws:multifactorauthage"


def _look(statement: Written, asked: Asked) -> Iterator[Remark]:
    if not statement.deny or asked.test.if_exists or _null_beside(statement, asked):
        return  # IfExists says that somebody thought of absence, even where it changes nothing
    if _passes_the_absent(asked):
        yield Remark(
            asked.path,
            f"{asked.key} is absent from many requests, and then {asked.spelling} does not hold:"
            f" they are not denied. {asked.spelling}IfExists denies them, too.",
        )
    elif operator(asked.test.operator).negated and asked.test.quantifier is Quantifier.ONE:
        reach = carried(statement, asked)
        if reach is not None and reach.some and reach.some < reach.all:
            yield Remark(
                asked.path,
                f"{reach.all - reach.some} of {reach.all} actions, such as {reach.without}, do not"
                f" carry {asked.key}: they are denied whatever its value.",
            )


def _passes_the_absent(asked: Asked) -> bool:
    """Tell a test that wants false of a key that is often only there when it is true."""
    known, test = global_key(asked.name), asked.test
    if known is None or known.presence is Presence.ALWAYS:
        return False
    if asked.name == _AGE:
        return test.operator.startswith("NumericGreater")
    family = operator(test.operator).family
    values = [item.text.lower() for item in asked.operands]
    compares = family is Family.BOOL or test.operator == "StringEquals"
    return known.type == "Bool" and compares and values == ["false"]


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
    fix="Use BoolIfExists; or put Null beside a negated test, or name only actions that carry the key.",
    look=tests(_look),
)
