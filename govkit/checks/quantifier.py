"""A key is tested with the wrong set operator: none where it has many values, or one where it has one.

## Why it matters

A plain operator does not match a request with several values of a key such as `aws:TagKeys`.
`ForAllValues` holds where the key is absent: in an Allow it lets in requests that do not say
anything. With `Null` a set operator has no meaning.

## What to do

Write `ForAnyValue:` or `ForAllValues:` before the operator for keys of many values, and nothing for
keys of one. Beside `ForAllValues` in an Allow put `Null` with `false`.
"""

from collections.abc import Iterator

from govkit.access.condition import Quantifier
from govkit.access.operators import Family, operator
from govkit.checks._actions import type_of
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._global_keys import global_key
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    many = _many(asked)
    quantifier = asked.test.quantifier
    family = operator(asked.test.operator).family
    if family is Family.NULL:
        if quantifier is not Quantifier.ONE:
            yield Remark(asked.path, f"{asked.spelling}: Null takes no set operator.")
    elif many and quantifier is Quantifier.ONE:
        yield Remark(
            asked.path,
            f"{asked.key} has many values: {asked.spelling} needs ForAnyValue: or ForAllValues:.",
        )
    elif many is False and quantifier is Quantifier.ALL:
        yield Remark(
            asked.path,
            f"{asked.key} has one value; {asked.spelling} also holds where it is absent.",
        )


def _many(asked: Asked) -> bool | None:
    known = global_key(asked.name)
    if known is not None:
        return known.many
    kind = type_of(asked.name)
    return None if kind is None else kind.lower().startswith("arrayof")


CHECK = Check(
    code="GK258",
    name="quantifier",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Use ForAnyValue: or ForAllValues: for keys of many values, and only for them.",
    look=tests(_look),
    aws=(
        "error_missing_qualifier",
        "security_warning_forallvalues_with_single_valued_key",
        "suggestion_null_with_qualifier",
    ),
)
