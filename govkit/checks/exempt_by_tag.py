"""A principal is excused by a tag, and nothing here keeps people from setting it.

## Why it matters

Whoever may tag roles, or pass tags when assuming one, tags himself out of the guardrail. Judged are
the documents that are linted together.

## What to do

Deny `iam:TagRole`, `iam:TagUser` and `sts:TagSession` with that tag's key (`aws:TagKeys`) to all
but those who hand it out, or excuse by ARN.
"""

from collections.abc import Iterator, Sequence

from govkit.access.judge import Judge
from govkit.checks._ask import ACCOUNT, denies, may
from govkit.checks._check import Check, Confidence, Remark, Repeat, Targets
from govkit.checks._exemptions import TAG, exemptions
from govkit.checks._paper import Paper
from govkit.model.finding import Severity


def _together(papers: Sequence[Paper], targets: Targets) -> Iterator[Repeat]:
    for target in targets:
        judges = denies([papers[place] for place in target])
        for place in target:
            yield from (Repeat(place, remark) for remark in _remarks(papers[place], judges))


def _remarks(paper: Paper, judges: Judge) -> Iterator[Remark]:
    seen: set[str] = set()
    for statement in paper.statements:
        for found in exemptions(statement, TAG):
            tag = found.asked.key[len(TAG) :]
            if tag not in seen and _may_tag(judges, tag, found.item.text):
                message = (
                    f"Nothing here keeps people from setting the tag {tag}, and being excused."
                )
                yield Remark(found.item.path, message)
            seen.add(tag)


def _may_tag(judges: Judge, tag: str, value: str) -> bool:
    context = {"aws:TagKeys": [tag], f"aws:RequestTag/{tag}": value}
    return may(judges, "iam:TagRole", f"arn:aws:iam::{ACCOUNT}:role/Any", context)


CHECK = Check(
    code="GK274",
    name="exempt-by-tag",
    severity=Severity.NOTE,
    confidence=Confidence.POSSIBLE,
    fix="Deny setting that tag to all but those who hand it out.",
    together=_together,
)
