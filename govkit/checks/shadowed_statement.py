"""Other statements of the same document already deny all that a statement denies.

## Why it matters

It changes nothing, takes room from a document that is short of it, and whoever edits it wonders why
nothing happens. That it changes nothing is proved: with and without it the same requests are
denied.

## What to do

Drop it. Where it was meant to be an exception from a wider one, put the condition into that one:
denies add up, and one never takes anything back from another.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import Paper
from govkit.checks._shadow import shadows, told
from govkit.model.finding import Severity


def _look(paper: Paper) -> Iterator[Remark]:
    for shadow in shadows([paper]):
        yield Remark(shadow.of.written.path, told(shadow, [paper]))


CHECK = Check(
    code="GK276",
    name="shadowed-statement",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Drop the statement.",
    look=_look,
    aws=("suggestion_redundant_statement",),
)
