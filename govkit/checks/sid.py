"""A Sid is used twice, is empty, or holds other characters than letters and digits.

## Why it matters

A denied request is led back to its statement by the Sid. Where two share one, people look at the
wrong statement. In SCPs and RCPs AWS documents letters and digits alone.

## What to do

Give each statement a Sid of its own, of letters and digits, or none.
"""

import re
from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import Paper
from govkit.model.finding import Severity

_LETTERS = re.compile(r"[A-Za-z0-9]+")


def _look(paper: Paper) -> Iterator[Remark]:
    seen: set[str] = set()
    for statement in paper.statements:
        sid = statement.value.get("Sid")
        if not isinstance(sid, str):
            continue
        path = statement.at("Sid")
        if not sid:
            yield Remark(path, "The Sid is empty.")
        elif sid in seen:
            yield Remark(path, f'The Sid "{sid}" is that of an earlier statement, too.')
        elif not _LETTERS.fullmatch(sid):
            yield Remark(path, f'The Sid "{sid}" holds more than letters and digits.')
        seen.add(sid)


CHECK = Check(
    code="GK215",
    name="sid",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Give each statement a Sid of its own, of letters and digits.",
    look=_look,
    aws=(
        "error_unique_sids_required",
        "error_unsupported_sid",
        "general_warning_unique_sids_recommended",
        "suggestion_empty_sid_value",
    ),
)
