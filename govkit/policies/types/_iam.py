"""Checks the grammar that SCPs and RCPs share: IAM's policy language, element by element.

Sources: AWS Organizations user guide, SCP syntax (orgs_manage_policies_scps_syntax, with the full
language of September 2025) and RCP syntax (orgs_manage_policies_rcps_syntax); IAM user guide,
Grammar of the IAM JSON policy language. What is only unwise, or has no effect, is not a fault.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from govkit.policies.document import Document
from govkit.policies.policy_type import Fault
from govkit.policies.positions import Path

VERSION = "2012-10-17"

_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+")
_OPERATOR = re.compile(
    r"(?:ForAnyValue:|ForAllValues:)?"
    r"(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Not)?(?:Equals|Like)"
    r"|(?:Numeric|Date)(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)"
    r"|Bool|BinaryEquals|(?:Not)?IpAddress)(?:IfExists)?|Null",
    re.IGNORECASE,
)

Special = Callable[[dict[str, Any], Path], Iterator[Fault]]


def grammar(special: Special) -> Callable[[Document], tuple[Fault, ...]]:
    """Return the check of a type: the common grammar, and what is special to its statements."""

    def faults(document: Document) -> tuple[Fault, ...]:
        return tuple(_document(document.value, special))

    return faults


def _document(value: dict[str, Any], special: Special) -> Iterator[Fault]:
    for key in value:
        if key not in ("Version", "Statement", "Id"):
            yield Fault((key,), f'unknown key "{key}"{_nearest(key, ("Version", "Statement"))}')
    if value.get("Version") != VERSION:
        yield Fault(
            ("Version",) if "Version" in value else (), f'"Version" must be there and "{VERSION}"'
        )
    given = value.get("Statement")
    listed = given if isinstance(given, list) else [given]
    if not listed or given is None:
        yield Fault((), "there is no statement")
        return
    for index, statement in enumerate(listed):
        path: Path = ("Statement", index) if isinstance(given, list) else ("Statement",)
        if isinstance(statement, dict):
            yield from _statement(statement, path, special)
        else:
            yield Fault(path, "a statement is an object")


def _statement(statement: dict[str, Any], path: Path, special: Special) -> Iterator[Fault]:
    for key in statement:
        if key not in _ELEMENTS:
            yield Fault((*path, key), f'unknown element "{key}"{_nearest(key, _ELEMENTS)}')
    if statement.get("Effect") not in ("Allow", "Deny"):
        at = (*path, "Effect") if "Effect" in statement else path
        yield Fault(at, '"Effect" must be "Allow" or "Deny"')
    if not isinstance(statement.get("Sid", ""), str):
        yield Fault((*path, "Sid"), "a Sid is a text")
    yield from special(statement, path)
    yield from _one_of(statement, ("Action", "NotAction"), path, _action)
    yield from _one_of(statement, ("Resource", "NotResource"), path, _resource)
    if "Condition" in statement:
        yield from _condition(statement["Condition"], (*path, "Condition"))


def _one_of(
    statement: dict[str, Any],
    pair: tuple[str, str],
    path: Path,
    wrong: Callable[[str], str | None],
) -> Iterator[Fault]:
    here = [name for name in pair if name in statement]
    if len(here) != 1:
        found = "both" if here else "neither"
        yield Fault(path, f'a statement has either "{pair[0]}" or "{pair[1]}"; this has {found}')
    for name in here:
        yield from _texts(statement[name], (*path, name), wrong)


def _texts(part: Any, path: Path, wrong: Callable[[str], str | None]) -> Iterator[Fault]:
    if part == []:
        yield Fault(path, "the list is empty")
    for index, item in enumerate(part if isinstance(part, list) else [part]):
        at = (*path, index) if isinstance(part, list) else path
        message = wrong(item) if isinstance(item, str) else f"expected a text, found {item!r}"
        if message:
            yield Fault(at, message)


def _action(text: str) -> str | None:
    if text == "*" or _ACTION.fullmatch(text):
        return None
    return f'"{text}" is not an action; write service:Action, service:Pre* or *'


def _resource(text: str) -> str | None:
    if text == "*" or text.startswith("arn:"):
        return None
    return f'"{text}" is not a resource; write an ARN or *'


def _condition(part: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(part, dict):
        yield Fault(path, "a condition is an object of operators")
        return
    for operator, keys in part.items():
        at = (*path, operator)
        if not _OPERATOR.fullmatch(operator):
            yield Fault(at, f'unknown condition operator "{operator}"')
        if not isinstance(keys, dict):
            yield Fault(at, "a condition operator holds an object of condition keys")
            continue
        for key, values in keys.items():
            yield from _operands(values, (*at, key))


def _operands(values: Any, path: Path) -> Iterator[Fault]:
    for index, item in enumerate(values if isinstance(values, list) else [values]):
        if not isinstance(item, (str, bool, int, float)):
            at = (*path, index) if isinstance(values, list) else path
            yield Fault(at, "a condition value is a text, a number or a boolean")


def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key.capitalize(), known, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
