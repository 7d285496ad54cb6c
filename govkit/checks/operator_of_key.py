"""A key is compared by an operator of another type than its own.

## Why it matters

A request's value that the operator cannot read never matches: `Bool` on a key of texts, `IpAddress`
on a VPC's ID. Operators of texts read everything, and are left alone.

## What to do

Use an operator of the key's type, as AWS documents it.
"""

from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._actions import type_of
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._global_keys import global_key
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_TYPES = {
    Family.ARN: ("arn",),
    Family.NUMERIC: ("numeric", "long"),
    Family.DATE: ("date",),
    Family.ADDRESS: ("ipaddress",),
    Family.BOOL: ("bool", "boolean"),
}


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    known = global_key(asked.name)
    given = known.type if known is not None else type_of(asked.name)
    wanted = _TYPES.get(operator(asked.test.operator).family)
    if given is None or wanted is None:
        return
    kind = given.lower().removeprefix("arrayof")
    # Numbers and dates are also documented as texts; an epoch is a number.
    if kind in wanted or (kind == "date" and "numeric" in wanted):
        return
    yield Remark(asked.path, f"{asked.key} is of type {given}, which {asked.spelling} cannot read.")


CHECK = Check(
    code="GK256",
    name="operator-of-key",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Use an operator of the key's type.",
    look=tests(_look),
    aws=("error_invalid_condition_data_type",),
)
