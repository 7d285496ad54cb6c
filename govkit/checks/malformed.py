"""The document departs from the grammar that AWS accepts.

## Why it matters

AWS refuses such a document when it is sent, or accepts it and a statement never matches: a missing
Effect, an element in the wrong case, an operator that is none, a Principal in an SCP.

## What to do

Write the element as IAM's policy grammar has it, and as the page of the policy type narrows it.
"""

import re
from collections.abc import Iterator

from govkit.access.validity import faults
from govkit.access.verdict import Kind
from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import IAM, RCP, SCP, Paper
from govkit.model.finding import Severity
from govkit.policies import document
from govkit.policies.canonical import Grammar
from govkit.policies.positions import Path
from govkit.policies.types import policy_type

_KINDS = {SCP: Kind.SCP, RCP: Kind.RCP, IAM: None}
_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def _look(paper: Paper) -> Iterator[Remark]:
    if paper.unreadable is not None or paper.length is None:
        return
    if paper.type not in _KINDS:
        yield from _of_tree(paper)
        return
    for fault in faults(paper.value, _KINDS[paper.type]):
        if not (paper.type == RCP and _is_full_access(paper)):
            yield Remark(_path(fault.path, paper.value), _sentence(fault.message))


def _of_tree(paper: Paper) -> Iterator[Remark]:
    kind = policy_type(paper.type)
    if not isinstance(paper.value, dict):
        yield Remark((), "A policy is a JSON object")
        return
    for fault in kind.faults(document.of(paper.value, Grammar.TREE)):
        yield Remark(fault.path, _sentence(fault.message))


def _is_full_access(paper: Paper) -> bool:
    """Tell RCPFullAWSAccess, the one RCP that allows; AWS made it."""
    written = [{k: v for k, v in one.value.items() if k != "Sid"} for one in paper.statements]
    return written == [_FULL_ACCESS]


def _path(pointer: str, value: object) -> Path:
    """Return the steps of `Statement[0].Condition.Bool.aws:x.y`; a key may hold dots itself."""
    found: list[str | int] = []
    rest = pointer
    while rest:
        index = re.match(r"\[(\d+)\]\.?", rest)
        if index and isinstance(value, list):
            found.append(int(index[1]))
            rest = rest[index.end() :]
        else:
            known = value if isinstance(value, dict) else {}
            fitting = [key for key in known if re.match(re.escape(key) + r"(?:[.\[]|$)", rest)]
            key = max(fitting, key=len, default=re.split(r"[.\[]", rest, maxsplit=1)[0])
            found.append(key)
            rest = rest[len(key) :].removeprefix(".")
        value = _below(value, found[-1])
    return tuple(found)


def _below(value: object, step: str | int) -> object:
    match value:
        case dict():
            return value.get(step)
        case list() if isinstance(step, int) and step < len(value):
            return value[step]
        case _:
            return None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


CHECK = Check(
    code="GK210",
    name="malformed",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write it as the grammar of the policy type has it.",
    look=_look,
    aws=(
        "error_data_type_mismatch",
        "error_invalid_condition_operator",
        "error_invalid_effect",
        "error_invalid_policy_element",
        "error_invalid_version",
        "error_missing_action",
        "error_missing_effect",
        "error_missing_resource",
        "error_missing_statement",
        "error_null_with_if_exists",
        "error_rcp_syntax_error_allow",
        "error_rcp_syntax_error_notaction",
        "error_rcp_syntax_error_principal",
        "error_scp_syntax_error_principal",
        "error_unsupported_element_combination",
        "suggestion_wildcard_in_service_name",
    ),
)
