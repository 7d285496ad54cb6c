"""An action stands beside a pattern that already covers it.

## Why it matters

It says nothing, takes room from a document that is short of it, and lets a reader believe that the
pattern covers less.

## What to do

Drop the narrower one.
"""

from collections.abc import Iterator

from govkit.access.action import is_every_action
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Item, Written
from govkit.checks._patterns import covers
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    for item in statement.actions:
        wide = next((one for one in statement.actions if _covers(one, item)), None)
        if wide is not None:
            yield Remark(item.path, f"{item.text} is covered by {wide.text}.")


def _covers(wide: Item, item: Item) -> bool:
    one, other = wide.text.lower(), item.text.lower()
    if wide.path == item.path:
        return False
    if one == other:
        return wide.path < item.path
    if is_every_action(one):
        return True
    same = one.partition(":")[0] == other.partition(":")[0]
    return same and "*" in one and covers(one, other)


CHECK = Check(
    code="GK221",
    name="redundant-action",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Drop the narrower action.",
    look=statements(_look),
    aws=("suggestion_redundant_action",),
)
