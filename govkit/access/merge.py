"""Statements in their shortest spelling, joined where only actions or only resources differ."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.access.action import action_pattern, is_every_action
from govkit.access.statement import POLICY_VARIABLES, texts
from govkit.errors import GovkitError

_ODD = "\x00"  # stands for what a wildcard of the narrower pattern may be


class CannotJoin(GovkitError):
    """A statement (`place` is its place among all) means something else in the joined documents."""

    def __init__(self, summary: str, detail: str, *, place: int) -> None:
        super().__init__(summary, detail)
        self.place = place


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement to be placed: the document it comes from, and where it stood among all."""

    statement: dict[str, Any]
    home: str
    place: int
    text: str = field(default="", compare=False)


def pieces(documents: Mapping[str, Mapping[str, Any]]) -> list[Piece]:
    """Return the statements of documents, normalised: without Sid, sorted, lists of one unpacked."""
    found: list[Piece] = []
    for name, document in documents.items():
        given = document.get("Statement", [])
        for statement in given if isinstance(given, list) else [given]:
            _check(name, document, statement, len(found))
            found.append(_piece(_normal(statement), name, len(found)))
    return found


def merged(found: Iterable[Piece]) -> list[Piece]:
    """Join statements that differ in their actions alone, then in their resources alone.

    That is sound for Deny and Allow alike: each is a union over its actions, and over its
    resources. NotAction and NotResource are intersections, and stay as they are.
    """
    joined = _joined(_joined(found, "Action"), "Resource")
    return sorted(_joined(joined, "Action"), key=lambda piece: piece.place)


def _check(
    name: str, document: Mapping[str, Any], statement: Mapping[str, Any], place: int
) -> None:
    if document.get("Version") != POLICY_VARIABLES and "${" in json.dumps(statement):
        raise CannotJoin(
            "Cannot join statements of different versions",
            f"{name} is of version {document.get('Version') or '2008-10-17'}, in which ${{…}} is "
            f"text; in {POLICY_VARIABLES} it would be a variable.",
            place=place,
        )


def _piece(statement: dict[str, Any], home: str, place: int) -> Piece:
    return Piece(
        statement, home, place, json.dumps(statement, separators=(",", ":"), ensure_ascii=False)
    )


_ORDER = ("Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")


def _normal(statement: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in (one for one in _ORDER if one in statement):
        value = statement[key]
        if "Action" in key:
            found[key] = _short(_widest(texts(value)))
        else:
            found[key] = _short(texts(value)) if "Resource" in key else value
    if statement.get("Condition"):
        found["Condition"] = {
            operator: {key: _short(texts(block[key])) for key in sorted(block)}
            for operator, block in sorted(statement["Condition"].items())
        }
    return found


def _short(values: Iterable[str]) -> str | list[str]:
    found = sorted(set(values))
    return found[0] if len(found) == 1 else found


def _widest(patterns: Iterable[str]) -> tuple[str, ...]:
    """Drop the action patterns that another one covers; the proof of the packing checks this."""
    distinct = list({pattern.lower(): pattern for pattern in patterns}.values())
    return tuple(
        pattern
        for pattern in distinct
        if not any(other is not pattern and _covers(other, pattern) for other in distinct)
    )


def _covers(wide: str, narrow: str) -> bool:
    if is_every_action(wide):
        return True
    matches = action_pattern(wide.lower())
    return all(matches(narrow.lower().replace("*", _ODD * count)) for count in (0, 1, 2, 7))


def _joined(found: Iterable[Piece], element: str) -> Iterator[Piece]:
    groups: dict[str, list[Piece]] = {}
    for piece in found:
        rest = {key: value for key, value in piece.statement.items() if key != element}
        alone = element not in piece.statement
        groups.setdefault(json.dumps([rest, alone], sort_keys=True), []).append(piece)
    for group in groups.values():
        first = min(group, key=lambda piece: piece.place)
        if len(group) == 1 or element not in first.statement:
            yield first
            continue
        values = [text for piece in group for text in texts(piece.statement[element])]
        union = _short(_widest(values) if element == "Action" else values)
        statement = {
            key: union if key == element else value for key, value in first.statement.items()
        }
        yield _piece(statement, first.home, first.place)
