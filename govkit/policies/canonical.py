"""The canonical form of a document: equal texts for what AWS treats as equal."""

import json
from collections.abc import Iterable
from enum import Enum
from typing import Any

_LABELS = ("Sid", "Id")
_ACTIONS = ("Action", "NotAction")
_RESOURCES = ("Resource", "NotResource")
_PRINCIPALS = ("Principal", "NotPrincipal")
_FLAGS = ("bool", "null")


class Grammar(Enum):
    """How a document is read: IAM's language, or a tree whose lists are ordered, or are sets."""

    IAM = "iam"
    TREE = "tree"
    TREE_OF_SETS = "tree of sets"


def canonical(value: dict[str, Any], grammar: Grammar) -> str:
    """Return a text that is the same for documents that mean the same under the grammar.

    IAM: order, case of actions, condition operators and keys, single strings, duplicates, Sid and
    Id do not matter; Version does. Trees: the order of keys does not matter, nor, where lists are
    sets, the order of scalars in a list. Malformed parts are compared as plain JSON.
    """
    match grammar:
        case Grammar.IAM:
            return dense(_policy(value))
        case Grammar.TREE:
            return dense(value)
        case Grammar.TREE_OF_SETS:
            return dense(_sets(value))


def canonical_statement(value: Any) -> Any:
    """Return the canonical form of one IAM statement, as JSON."""
    if not isinstance(value, dict):
        return value
    return {name: _element(name, part) for name, part in value.items() if name not in _LABELS}


def dense(value: Any) -> str:
    """Return JSON without white space and with sorted keys."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _policy(value: dict[str, Any]) -> dict[str, Any]:
    form = {name: part for name, part in value.items() if name not in _LABELS}
    if "Statement" in form:
        given = form["Statement"]
        listed = given if isinstance(given, list) else [given]
        form["Statement"] = _distinct(canonical_statement(statement) for statement in listed)
    return form


def _element(name: str, part: Any) -> Any:
    if name in _ACTIONS:
        return _strings(part, fold=True)
    if name in _RESOURCES:
        return _strings(part)
    if name in _PRINCIPALS:
        return _principals(part)
    if name == "Condition":
        return _conditions(part)
    return part


def _strings(part: Any, *, fold: bool = False) -> Any:
    listed = part if isinstance(part, list) else [part]
    if not all(isinstance(item, str) for item in listed):
        return part
    return sorted({item.lower() if fold else item for item in listed})


def _principals(part: Any) -> Any:
    if part == "*":
        part = {"AWS": "*"}  # IAM user guide, "Principal": both mean everybody
    if not isinstance(part, dict):
        return part
    return {kind: _account_ids(_strings(named)) for kind, named in part.items()}


def _account_ids(names: Any) -> Any:
    if not isinstance(names, list):
        return names
    return sorted({_account_id(name) for name in names}) if _all_text(names) else names


def _account_id(name: str) -> str:
    # IAM user guide, "AWS account principals": the root ARN and the bare ID are one principal.
    parts = name.split(":")
    is_root = len(parts) == 6 and parts[0] == "arn" and parts[2] == "iam" and parts[5] == "root"  # noqa: PLR2004 - an ARN has six parts
    return parts[4] if is_root else name


def _all_text(names: list[Any]) -> bool:
    return all(isinstance(name, str) for name in names)


def _conditions(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    form: dict[str, dict[str, list[Any]]] = {}
    for operator, keys in part.items():
        if not isinstance(keys, dict):
            return part
        folded = operator.lower()
        for key, values in keys.items():
            tests = form.setdefault(folded, {}).setdefault(key.lower(), [])
            tests.append(_operands(values, folded.removesuffix("ifexists") in _FLAGS))
    return {
        operator: {key: _single(tests) for key, tests in keys.items()}
        for operator, keys in form.items()
    }


def _single(tests: list[Any]) -> Any:
    # One key in two spellings is two tests, both of which must hold.
    distinct = _distinct(tests)
    return distinct[0] if len(distinct) == 1 else distinct


def _operands(values: Any, flags: bool) -> Any:  # noqa: FBT001 - private, named at its one call
    listed = values if isinstance(values, list) else [values]
    texts = [_operand(item) for item in listed]
    if not all(isinstance(item, str) for item in texts):
        return values
    return sorted({item.lower() if flags else item for item in texts})


def _operand(item: Any) -> Any:
    match item:
        case bool():
            return "true" if item else "false"
        case int() | float():
            return json.dumps(item)
        case _:
            return item


def _sets(value: Any) -> Any:
    match value:
        case dict():
            return {key: _sets(part) for key, part in value.items()}
        case list():
            parts = [_sets(part) for part in value]
            scalars = not any(isinstance(part, (dict, list)) for part in parts)
            return _distinct(parts) if scalars else parts
        case _:
            return value


def _distinct(parts: Iterable[Any]) -> list[Any]:
    by_text = {dense(part): part for part in parts}
    return [by_text[text] for text in sorted(by_text)]
