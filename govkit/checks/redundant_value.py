"""A value stands beside another that already covers it.

## Why it matters

It says nothing: of a list one value has to match, and the wider one does. In a list of exemptions
a reader believes that only the narrow one is excused.

## What to do

Drop the narrower one.
"""

from collections.abc import Iterator

from govkit.access.operands import number
from govkit.access.operators import Family, Operator, operator
from govkit.checks._arns import segments
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Item, Written
from govkit.checks._patterns import covers
from govkit.model.finding import Severity


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    found = operator(asked.test.operator)
    for item in asked.operands:
        wide = next((one for one in asked.operands if _covers(found, one, item)), None)
        if wide is not None:
            yield Remark(item.path, f'"{item.text}" is covered by "{wide.text}".')


def _covers(found: Operator, wide: Item, item: Item) -> bool:
    if wide.path == item.path or "${" in wide.text + item.text:
        return False
    if wide.text == item.text:
        return wide.path < item.path
    if found.family is Family.NUMERIC:
        return _reaches_further(found.name, wide.text, item.text)
    if not found.wildcards or "*" not in wide.text:
        return False
    if found.family is Family.ARN:
        pairs = zip(segments(wide.text), segments(item.text), strict=False)
        return all(covers(one, other) for one, other in pairs)
    return covers(wide.text, item.text)


def _reaches_further(name: str, wide: str, narrow: str) -> bool:
    one, other = number(wide), number(narrow)
    if one is None or other is None or "Equals" in name.removeprefix("Numeric")[:9]:
        return False
    return one > other if "Less" in name else one < other


CHECK = Check(
    code="GK269",
    name="redundant-value",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Drop the narrower value.",
    look=tests(_look),
    aws=("suggestion_redundant_condition_value_num",),
)
