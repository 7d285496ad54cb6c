"""A policy variable stands where AWS does not replace it.

## Why it matters

Variables count in Resource, NotResource and in tests of text and ARNs. In actions, numbers, dates,
addresses and booleans they are plain text, which matches nothing. In a document of version 2008
they are plain text everywhere.

## What to do

Write the value itself, test by an operator of texts or ARNs, or say `"Version": "2012-10-17"`.
"""

import re
from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Item, Written
from govkit.model.finding import Severity

_VARIABLE = re.compile(r"\$\{[^{}*?$][^{}]*\}")
_WITH_VARIABLES = (Family.STRING, Family.ARN)


def _look(statement: Written) -> Iterator[Remark]:
    for item in _items_with_variables(statement.actions):
        yield Remark(item.path, f"{item.text}: an action takes no variables.")
    if not statement.variables:
        operands = (item for asked in statement.tests for item in asked.operands)
        for item in _items_with_variables((*statement.resources, *operands)):
            yield Remark(item.path, f"{item.text} is plain text in this version of the language.")
        return
    for asked in statement.tests:
        if operator(asked.test.operator).family not in (*_WITH_VARIABLES, Family.NEVER):
            for item in _items_with_variables(asked.operands):
                yield Remark(item.path, f"{item.text}: {asked.spelling} takes no variables.")


def _items_with_variables(items: tuple[Item, ...]) -> Iterator[Item]:
    return (item for item in items if _VARIABLE.search(item.text))


CHECK = Check(
    code="GK241",
    name="variable-out-of-place",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write the value itself, or test by an operator of texts or ARNs.",
    look=statements(_look),
    aws=(
        "error_invalid_variable_for_operator",
        "error_variable_unsupported_in_element",
        "error_variable_unsupported_in_version",
    ),
)
