"""An address range has bits set beyond its prefix.

## Why it matters

AWS passes over them: `203.0.113.7/24` is the whole of `203.0.113.0/24`. Perhaps one host was meant.

## What to do

Write the range without those bits, or the address alone.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from govkit.access.operands import network
from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if operator(asked.test.operator).family is not Family.ADDRESS:
        return
    for item in asked.operands:
        found, address = network(item.text), item.text.partition("/")[0]
        if found is not None and int(ip_address(address)) != found[1]:
            first = ip_address(found[1])
            prefix = item.text.partition("/")[2]
            yield Remark(item.path, f"{item.text} is read as {first}/{prefix}.")


CHECK = Check(
    code="GK263",
    name="address-bits",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Write the range without bits beyond its prefix.",
    look=tests(_look),
    aws=("suggestion_improve_ip_range",),
)
