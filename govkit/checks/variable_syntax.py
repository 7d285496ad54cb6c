"""A policy variable is not written as AWS reads it.

## Why it matters

`${aws:username` without its brace, `${}`, a space inside, or a default value without quotes is not
replaced by anything: the pattern then matches no request.

## What to do

Write `${key}`, or `${key, 'default'}`.
"""

import re
from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.model.finding import Severity

_OPEN = re.compile(r"\$\{[^{}]*(?:$|(?=\$\{))")
_BRACED = re.compile(r"\$\{([^{}]*)\}")
_WELL = re.compile(r"[*?$]|[^\s,{}']+(?:, ?'[^']*')?")


def _look(statement: Written) -> Iterator[Remark]:
    if not statement.variables:
        return
    operands = (item for asked in statement.tests for item in asked.operands)
    for item in (*statement.resources, *operands):
        message = _message(item.text)
        if message:
            yield Remark(item.path, f'"{item.text}": {message}')


def _message(text: str) -> str:
    if _OPEN.search(text):
        return "a variable begins with ${ and has no closing brace."
    for inside in _BRACED.findall(text):
        if not inside.strip():
            return "a variable names no key."
        if not _WELL.fullmatch(inside):
            return (
                "a default value stands in single quotes."
                if "," in inside
                else "a variable has no spaces inside."
            )
    return ""


CHECK = Check(
    code="GK240",
    name="variable-syntax",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write ${key}, or ${key, 'default'}.",
    look=statements(_look),
    aws=(
        "error_empty_variable",
        "error_missing_brace_in_variable",
        "error_missing_quote_in_variable",
        "error_unsupported_space_in_variable",
    ),
)
