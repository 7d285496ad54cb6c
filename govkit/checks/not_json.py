"""The text is no JSON document: a comment, a comma too many, a key that is given twice.

## Why it matters

AWS takes no comments and no trailing commas. Of a key that is given twice most readers keep one and
drop the other silently, so that a condition that people see is not there.

## What to do

Write strict JSON. What a comment would say belongs into the template, the layout or a Sid.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import Paper
from govkit.model.finding import Severity


def _look(paper: Paper) -> Iterator[Remark]:
    if paper.unreadable is not None:
        message = paper.unreadable.message
        yield Remark((), f"{message[:1].upper()}{message[1:]}.")


CHECK = Check(
    code="GK211",
    name="not-json",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write strict JSON: no comments, no trailing commas, every key once.",
    look=_look,
    aws=("error_json_syntax_error",),
)
