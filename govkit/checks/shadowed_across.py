"""Statements of other documents that hold for the same account already deny all that one denies.

## Why it matters

Two copies drift apart, and both take room. That it changes nothing where both hold is proved. A copy
at another level may be meant to outlive the other, so this is a note.

## What to do

Keep one, at the highest level at which it shall hold.
"""

from collections.abc import Iterator, Sequence

from govkit.checks._check import Check, Confidence, Remark, Repeat
from govkit.checks._paper import Paper
from govkit.checks._shadow import shadows, told
from govkit.model.finding import Severity


def _together(papers: Sequence[Paper]) -> Iterator[Repeat]:
    if len(papers) == 1:
        return
    for shadow in shadows(papers):
        place = shadow.of.paper
        if any(one.paper != place for one in shadow.by):
            yield Repeat(place, Remark(shadow.of.written.path, told(shadow, papers)))


CHECK = Check(
    code="GK277",
    name="shadowed-across",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Keep one of them, at the highest level at which it shall hold.",
    together=_together,
)
