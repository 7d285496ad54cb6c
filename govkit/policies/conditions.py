"""Adds a test to a statement's conditions, so that what was there and the test must both hold."""

import json
from collections.abc import Sequence
from typing import Any

_IF_EXISTS = "ifexists"


def and_none(condition: dict[str, Any], operator: str, key: str, values: Sequence[str]) -> None:
    """Add a negated test: none of the values may match.

    A test already there with the same operator and key is extended. That is right for a negated
    operator, which holds when no value matches: NOT(a or b) and NOT(c) is NOT(a or b or c). The
    `IfExists` form of it differs only where the key is absent, and there both hold. Any other
    operator on that key, a positive one above all, is left alone: tests are joined by AND.
    """
    found = _find(condition, operator, key) or _find(condition, operator + _IF_EXISTS, key)
    if found:
        keys, spelled = found
        keys[spelled] = _union(keys[spelled], values)
    else:
        _block(condition, operator)[key] = _unlisted(_union([], values))


def and_any(
    condition: dict[str, Any], operators: Sequence[str], key: str, values: Sequence[str]
) -> bool:
    """Add a positive test: one of the values must match. Returns False where it has no room.

    The operators say the same thing in different words; the first that does not stand there with
    that key takes the test, since extending a positive test would let more requests pass it.
    """
    for operator in operators:
        if not _find(condition, operator, key):
            _block(condition, operator)[key] = _unlisted(_union([], values))
            return True
    return False


def _find(condition: dict[str, Any], operator: str, key: str) -> tuple[dict[str, Any], str] | None:
    for written, keys in condition.items():
        if written.lower() == operator.lower():
            for spelled in keys:
                if spelled.lower() == key.lower():
                    return keys, spelled
    return None


def _block(condition: dict[str, Any], operator: str) -> dict[str, Any]:
    for written in condition:
        if written.lower() == operator.lower():
            operator = written
    block: dict[str, Any] = condition.setdefault(operator, {})
    return block


def _union(there: Any, more: Sequence[str]) -> list[Any]:
    listed = there if isinstance(there, list) else [there]
    known = {_text(item) for item in listed}
    return [*listed, *(item for item in dict.fromkeys(more) if item not in known)]


def _text(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item)


def _unlisted(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
