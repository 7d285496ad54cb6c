"""Shorten lists of actions to wildcards that match, as of the action index, nothing else."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from govkit.access.action_index import ActionIndex
from govkit.access.compare import Documents
from govkit.access.statement import texts


def shortened(documents: Documents, index: ActionIndex) -> dict[str, dict[str, Any]]:
    """Return documents whose actions are said in fewer characters.

    The wildcards also match actions that are yet to come: `difference` between the given and the
    shortened documents says which, so that somebody can agree to them. NotAction stays as it is,
    because there a wildcard would exempt what is yet to come.
    """
    return {name: _document(document, index) for name, document in documents.items()}


def _document(document: Mapping[str, Any], index: ActionIndex) -> dict[str, Any]:
    given = document.get("Statement", [])
    statements = given if isinstance(given, list) else [given]
    return {**document, "Statement": [_statement(one, index) for one in statements]}


def _statement(statement: Mapping[str, Any], index: ActionIndex) -> dict[str, Any]:
    found = dict(statement)
    if "Action" in found:
        found["Action"] = sorted(_actions(texts(found["Action"]), index))
    return found


def _actions(patterns: Iterable[str], index: ActionIndex) -> Iterator[str]:
    by_service: dict[str, list[str]] = {}
    for pattern in patterns:
        service = pattern.partition(":")[0].lower()
        by_service.setdefault(service if index.names(service) else "", []).append(pattern)
    yield from by_service.pop("", [])
    for service, found in by_service.items():
        shorter = _service(service, found, index)
        yield from min(found, shorter, key=lambda one: len(json.dumps(one)))


def _service(service: str, patterns: list[str], index: ActionIndex) -> list[str]:
    """Return patterns for the same actions of today, as wide as they can be."""
    wanted = 0
    for pattern in patterns:
        wanted |= index.mask(pattern)
    unheard = [pattern for pattern in patterns if not index.mask(pattern)]
    names = [action.partition(":")[2] for action in index.actions(wanted)]
    found = _prefixes(service, names, wanted, index) if names else ()
    return sorted([*(f"{service}:{pattern}" for pattern in found), *unheard])


def _prefixes(
    service: str, names: list[str], wanted: int, index: ActionIndex, length: int = 0
) -> Iterator[str]:
    """Yield the shortest prefixes of names (which begin alike so far) that hold no other name."""
    prefix = names[0][:length]
    if not index.mask(f"{service}:{prefix}*") & ~wanted:
        alone = len(names) == 1 and len(prefix) + 1 >= len(names[0])
        yield names[0] if alone else f"{prefix}*"
        return
    groups: dict[str, list[str]] = {}
    for name in names:
        if len(name) == length:
            yield name
        else:
            groups.setdefault(name[: length + 1].lower(), []).append(name)
    for group in groups.values():
        yield from _prefixes(service, group, wanted, index, length + 1)
