"""The document is longer than AWS takes.

## Why it matters

AWS refuses it when it is sent. What counts is the text without white space between its parts.

## What to do

Split it, drop what other documents already say, or let `govkit pack` join statements.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import IAM, Paper
from govkit.model.finding import Severity
from govkit.policies.types import policy_type


def _look(paper: Paper) -> Iterator[Remark]:
    if paper.length is None or paper.type == IAM:
        return
    kind = policy_type(paper.type)
    most = kind.limits.characters
    if paper.length > most:
        yield Remark(
            (), f"The document has {paper.length} characters; AWS takes {most} of a {kind.noun}."
        )


CHECK = Check(
    code="GK212",
    name="too-long",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Split the document, or join its statements with govkit pack.",
    look=_look,
    aws=("error_policy_size_exceeds_rcp_quota", "error_policy_size_exceeds_scp_quota"),
)
