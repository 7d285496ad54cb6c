"""A resource stands beside a pattern that already covers it.

## Why it matters

It says nothing, takes room, and lets a reader believe that the pattern covers less.

## What to do

Drop the narrower one.
"""

from collections.abc import Iterator

from govkit.checks._arns import segments
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Item, Written
from govkit.checks._patterns import covers
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    for item in statement.resources:
        wide = next((one for one in statement.resources if _covers(one, item)), None)
        if wide is not None:
            yield Remark(item.path, f"{item.text} is covered by {wide.text}.")


def _covers(wide: Item, item: Item) -> bool:
    if wide.path == item.path or "${" in wide.text + item.text:
        return False
    if wide.text == item.text:
        return wide.path < item.path
    if not wide.text.strip("*"):
        return True
    pairs = zip(segments(wide.text), segments(item.text), strict=False)
    return "*" in wide.text and all(covers(one, other) for one, other in pairs)


CHECK = Check(
    code="GK233",
    name="redundant-resource",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Drop the narrower resource.",
    look=statements(_look),
    aws=("suggestion_redundant_resource",),
)
