"""Shorten lists of actions to wildcards that match, as of the action index, nothing else."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from govkit.access.action_index import ActionIndex
from govkit.access.compare import Documents, chain
from govkit.access.cover import Cover
from govkit.access.difference import Difference, difference
from govkit.access.pack import Packed, pack, size
from govkit.access.statement import texts
from govkit.access.verdict import Kind


def shortened(documents: Documents, index: ActionIndex) -> dict[str, dict[str, Any]]:
    """Return documents whose actions are said in fewer characters.

    The wildcards also match actions that are yet to come: `difference` between the given and the
    shortened documents says which, so that somebody can agree to them. NotAction stays as it is,
    because there a wildcard would exempt what is yet to come.
    """
    return {name: _document(document, index) for name, document in documents.items()}


@dataclass(frozen=True, slots=True)
class Shortened:
    """Documents packed with shortened actions, and what that adds: `added` leads from the given ones.

    `today` says that it was shown to add nothing of what AWS has today.
    """

    packed: Packed
    added: Difference
    today: bool


def pack_shortened(
    documents: Documents, limit: int, *, kind: Kind, most: int | None, index: ActionIndex
) -> Shortened:
    """Return documents packed as `pack` does, with lists of actions shortened before and after."""
    found = pack(shortened(documents, index), limit, kind=kind, most=most)
    again = shortened(found.documents, index)
    if size(again) < found.after:
        found = pack(again, limit, kind=kind, most=most)
    added = difference(chain(documents, kind), chain(found.documents, kind), index)
    effects = (*added.newly_denied, *added.newly_allowed)
    today = not added.unknown and not any(_of_today(one.actions, index) for one in effects)
    return Shortened(replace(found, before=size(documents)), added, today)


def _of_today(actions: Cover, index: ActionIndex) -> int:
    of, but = (
        reduce(or_, map(index.mask, patterns), 0) for patterns in (actions.names, actions.but)
    )
    return of & ~but


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
    """Return patterns for the same actions of today, as wide as they can be.

    What a given wildcard says of actions to come stays said: shortening only adds.
    """
    wanted = reduce(or_, map(index.mask, patterns), 0)
    names = [action.partition(":")[2] for action in index.actions(wanted)]
    found = [f"{service}:{one}" for one in _prefixes(service, names, wanted, index)]
    said = [one for one in patterns if _is_wild(one) or not index.mask(one)]
    kept = [one for one in said if not any(_holds(wider, one) for wider in found)]
    spoken = reduce(or_, map(index.mask, kept), 0)
    needed = (
        one
        for one in found
        if index.mask(one) & ~spoken or any(_holds(one, other) for other in said)
    )
    return sorted([*needed, *kept])


def _is_wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _holds(prefix: str, pattern: str) -> bool:
    """Tell whether a pattern that ends in a wildcard holds all that another one does."""
    return prefix.endswith("*") and pattern.lower().startswith(prefix[:-1].lower())


def _prefixes(
    service: str, names: list[str], wanted: int, index: ActionIndex, length: int = 0
) -> Iterator[str]:
    """Yield the shortest prefixes of names (which begin alike so far) that hold no other name."""
    if not names:
        return
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
