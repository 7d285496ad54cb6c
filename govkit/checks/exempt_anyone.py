"""An exemption's pattern can be matched by a role of almost any name.

## Why it matters

`role/*Admin*` also matches `role/mine/Admin` and `role/x/NotAnAdmin`: whoever can create a role, in
any path, is excused. `role/*` excuses every role there is.

## What to do

Write the path and name from their beginning, as `role/platform/Admin`, and let another guardrail
keep people from creating roles of that name.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._exemptions import PRINCIPAL, exemptions, role
from govkit.checks._paper import Written
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    for found in exemptions(statement, PRINCIPAL):
        name = role(found.item.text)
        everybody = not found.item.text.strip("*") or (name is not None and not name.strip("*"))
        if everybody:
            yield Remark(found.item.path, f'"{found.item.text}" excuses every role.')
        elif name is not None and name.startswith("*"):
            yield Remark(
                found.item.path,
                f'"{found.item.text}" excuses whoever creates a role with "{name.strip("*")}" in'
                " its path or name.",
            )


CHECK = Check(
    code="GK272",
    name="exempt-anyone",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Write the role's path and name from their beginning.",
    look=statements(_look),
)
