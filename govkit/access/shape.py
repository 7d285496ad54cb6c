"""Tell a value that is no policy document at all from one that AWS only would not accept."""

from collections.abc import Mapping
from typing import Any

_TEXTS = ("Action", "NotAction", "Resource", "NotResource")


def misshapen(document: Mapping[str, Any]) -> str:
    """Return what is of another JSON type than in any policy, in words; nothing where nothing is.

    What matches nothing (an operator that is none, a mistyped Effect) has its answer all the same;
    a number where a text belongs is a mistake in the file.
    """
    if not _is_text(document.get("Version")):
        return "Version is not a string"
    given = document.get("Statement", [])
    statements = given if isinstance(given, list) else [given]
    for index, one in enumerate(statements):
        wrong = _of_statement(one) if isinstance(one, Mapping) else "it is not an object"
        if wrong:
            return f"Statement[{index}]: {wrong}"
    return ""


def _of_statement(given: Mapping[str, Any]) -> str:
    for key in ("Sid", "Effect"):
        if not _is_text(given.get(key)):
            return f"{key} is not a string"
    for key in _TEXTS:
        if not all(isinstance(one, str) for one in _listed(given.get(key))):
            return f"{key} is not a string, or a list of strings"
    for key in ("Principal", "NotPrincipal"):
        if not isinstance(given.get(key, ""), str | Mapping):
            return f"{key} is not a string or an object"
    condition = given.get("Condition")
    if condition is None:
        return ""
    if not isinstance(condition, Mapping):
        return "Condition is not an object"
    return next(filter(None, (_of_block(name, block) for name, block in condition.items())), "")


def _of_block(operator: str, block: Any) -> str:
    if not isinstance(block, Mapping):
        return f"what {operator} compares is not an object"
    for key, value in block.items():
        if not all(isinstance(one, str | bool | int | float) for one in _listed(value)):
            return f"the value of {key} is not a string, or a list of strings"
    return ""


def _is_text(given: Any) -> bool:
    return given is None or isinstance(given, str)


def _listed(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    return [] if given is None else [given]
