"""What a policy document must be, by its type: grammar, and nothing about its meaning."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from govkit.sandbox.organizations.rows import RCP, SCP
from govkit.sandbox.refusals import refusal

_VERSIONS = {"2012-10-17", "2008-10-17"}
_SET_OPERATORS = {"ForAllValues", "ForAnyValue"}
# The one member under which a management policy of the type says everything.
_ROOM: Mapping[str, str] = {
    "TAG_POLICY": "tags",
    "BACKUP_POLICY": "plans",
    "AISERVICES_OPT_OUT_POLICY": "services",
    "CHATBOT_POLICY": "chatbot",
    "DECLARATIVE_POLICY_EC2": "ec2_attributes",
}


class _MalformedError(Exception):
    """The document breaks the grammar."""


def require_document(name: str, content: str) -> None:
    """Refuse a document that AWS calls malformed; as AWS, without saying where."""
    try:
        _check(name, parse_strictly(content))
    except (_MalformedError, ValueError, RecursionError) as problem:
        raise refusal("MalformedPolicyDocumentException") from problem


def parse_strictly(content: str) -> dict[str, Any]:
    """Read one JSON object in which no key is given twice; `ValueError` says it is not."""
    parsed = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for all that is malformed
    return parsed


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _no_constant(text: str) -> None:
    raise ValueError(text)


def _check(name: str, document: dict[str, Any]) -> None:
    if name in {SCP, RCP}:
        _check_statements(document, _check_scp if name == SCP else _check_rcp)
        if name == RCP:
            _require(document.get("Version") == "2012-10-17")
        return
    _require(bool(document))
    room = _ROOM.get(name)
    if room is not None:
        _require(room in document)
        _require(all(key == room or key.startswith("@@") for key in document))


def _check_statements(document: dict[str, Any], check: Callable[[dict[str, Any]], None]) -> None:
    _require(document.keys() <= {"Version", "Id", "Statement"} and "Statement" in document)
    _require(document.get("Version", "2012-10-17") in _VERSIONS)
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    _require(bool(listed))
    for statement in listed:
        _require(isinstance(statement, dict))
        _check_common(statement)
        check(statement)


def _check_common(statement: dict[str, Any]) -> None:
    _require(statement.get("Effect") in ("Allow", "Deny"))
    _require(isinstance(statement.get("Sid", ""), str))
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        _require((one in statement) != (other in statement))
        _check_strings(statement.get(one, statement.get(other)))
    _check_conditions(statement.get("Condition", {}))


def _check_scp(statement: dict[str, Any]) -> None:
    allowed = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    _require(statement.keys() <= allowed)


def _check_rcp(statement: dict[str, Any]) -> None:
    """Customer-managed RCPs only deny, name everybody, and name a service in their actions."""
    allowed = {"Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition"}
    _require(statement.keys() <= allowed)
    _require(statement["Effect"] == "Deny")
    _require(statement.get("Principal") in ("*", {"AWS": "*"}))
    actions = statement["Action"]
    _require("*" not in ([actions] if isinstance(actions, str) else actions))


def _check_strings(value: Any) -> None:
    listed = value if isinstance(value, list) else [value]
    _require(bool(listed) and all(isinstance(one, str) and one for one in listed))


def _check_conditions(conditions: Any) -> None:
    _require(isinstance(conditions, dict))
    for operator, keys in conditions.items():
        prefix, colon, _ = operator.rpartition(":")
        _require(not colon or prefix in _SET_OPERATORS)
        _require(isinstance(keys, dict))
        for values in keys.values():
            listed = values if isinstance(values, list) else [values]
            _require(all(isinstance(one, str | bool | int | float) for one in listed))


def _require(fact: bool) -> None:  # noqa: FBT001 - it is what it asks
    if not fact:
        raise _MalformedError
