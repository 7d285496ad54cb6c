"""A role is excused by its name in any account, and nothing here keeps people from making one so named.

## Why it matters

Whoever may create roles creates one with that name, and is out of the guardrail. Judged are the
documents that are linted together; another one elsewhere may protect the name.

## What to do

Attach a guardrail that denies creating and changing roles of that name to all but the platform
(`protect_platform_roles.json.j2`), or name the accounts.
"""

from collections.abc import Iterator, Sequence

from govkit.access.judge import Judge
from govkit.checks._ask import ACCOUNT, denies, may
from govkit.checks._check import Check, Confidence, Remark, Repeat, Targets
from govkit.checks._exemptions import PRINCIPAL, Exemption, exemptions, role
from govkit.checks._paper import Paper
from govkit.model.finding import Severity

_RESERVED = ("aws-service-role/", "aws-reserved/")  # paths that IAM keeps for AWS itself


def _together(papers: Sequence[Paper], targets: Targets) -> Iterator[Repeat]:
    for target in targets:
        judges = denies([papers[place] for place in target])
        for place in target:
            yield from (Repeat(place, remark) for remark in _remarks(papers[place], judges))


def _remarks(paper: Paper, judges: Judge) -> Iterator[Remark]:
    seen: set[str] = set()
    for statement in paper.statements:
        for found in exemptions(statement, PRINCIPAL):
            name = _in_any_account(found)
            if name is None or name in seen:
                continue
            seen.add(name)
            made = name.replace("*", "x").replace("?", "x")
            if may(judges, "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{made}", {}):
                message = (
                    f"Nothing here keeps people from creating a role/{name}, and being excused."
                )
                yield Remark(found.item.path, message)


def _in_any_account(found: Exemption) -> str | None:
    name = role(found.item.text)
    account = (found.item.text.split(":") + [""] * 5)[4]
    if name is None or "*" not in account or name.startswith(("*", *_RESERVED)) or "$" in name:
        return None
    return name


CHECK = Check(
    code="GK273",
    name="exempt-by-name",
    severity=Severity.NOTE,
    confidence=Confidence.POSSIBLE,
    fix="Deny creating and changing roles of that name, or name the accounts.",
    together=_together,
)
