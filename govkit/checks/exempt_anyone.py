"""An exemption's pattern can be matched by almost anybody who tries.

## Why it matters

`role/*Admin*` and `*role/Admin` also match `role/mine/role/Admin`: whoever can create a role, in any
path, is excused. `role/*` excuses every role there is. In `aws:userid` the part behind the colon is
the session's name, and `aws:UserAgent` and `aws:referer` are headers: callers choose them.

## What to do

Write the whole ARN, path and name from their beginning, as `arn:aws:iam::*:role/platform/Admin`, and
let another guardrail keep people from creating roles of that name.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._exemptions import PRINCIPAL, exemptions, role
from govkit.checks._paper import Written
from govkit.model.finding import Severity

_HEADERS = ("aws:useragent", "aws:referer")
_SESSION = "aws:userid"


def _look(statement: Written) -> Iterator[Remark]:
    for found in exemptions(statement, PRINCIPAL):
        message = _by_arn(found.item.text)
        if message:
            yield Remark(found.item.path, f'"{found.item.text}" excuses {message}')
    for found in exemptions(statement, _SESSION):
        if found.item.text.startswith("*"):
            message = "excuses whoever calls a session so."
            yield Remark(found.item.path, f'"{found.item.text}" {message}')
    for header in _HEADERS:
        for found in exemptions(statement, header):
            message = f"excuses whoever sends this {found.asked.key}."
            yield Remark(found.item.path, f'"{found.item.text}" {message}')


def _by_arn(text: str) -> str:
    name = role(text)
    if not text.strip("*") or (name is not None and not name.strip("*")):
        return "every role."
    if name is not None and name.startswith("*"):
        return f'whoever creates a role with "{name.strip("*")}" in its path or name.'
    if text.startswith("*"):
        return f'whoever creates a role with "{text.strip("*")}" in its path or name.'
    return ""


CHECK = Check(
    code="GK272",
    name="exempt-anyone",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Write the role's path and name from their beginning.",
    look=statements(_look),
)
