"""Policy documents compared by statement: what came, what went, what says something else now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.policies.canonical import canonical_statement, dense
from govkit.policies.document import Statement
from govkit.report._words import listed

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """Statements by what happened to them; `changed` are pairs of before and after."""

    added: tuple[Statement, ...]
    removed: tuple[Statement, ...]
    changed: tuple[tuple[Statement, Statement], ...]


def is_iam(document: Any) -> bool:
    """Tell whether a document speaks IAM's language, and so has statements."""
    return isinstance(document, Mapping) and "Statement" in document


def compared(before: Any, after: Any) -> Comparison:
    """Return how two IAM documents (either may be None) differ, whatever their spelling and order.

    Two statements are one that changed when they share their Sid, or all elements but one.
    """
    then, now = _by_meaning(before), _by_meaning(after)
    removed = [then[text] for text in then if text not in now]
    added = [now[text] for text in now if text not in then]
    changed = []
    for gone in tuple(removed):
        came = _successor(gone, added)
        if came is not None:
            changed.append((gone, came))
            removed.remove(gone)
            added.remove(came)
    return Comparison(tuple(added), tuple(removed), tuple(changed))


def words(statement: Any) -> str:
    """Return one statement in short words, Sid first."""
    if not isinstance(statement, Mapping):
        return str(statement)
    sid = statement.get("Sid")
    parts = [f"{sid}: " if sid else "", str(statement.get("Effect", "?"))]
    for element, prefix in _ELEMENTS.items():
        if element in statement and not (element == "Resource" and statement[element] == "*"):
            parts.append(f" {prefix}{_listed(statement[element])}")
    tests = [f"{key} {operator} {_listed(given)}" for operator, key, given in _tests(statement)]
    return "".join(parts) + (f" if {' and '.join(tests)}" if tests else "")


def change_words(before: Any, after: Any) -> str:
    """Return what a changed statement says otherwise: per element, what came (+) and went (-)."""
    then, now = _said(before), _said(after)
    parts = []
    for element in dict.fromkeys((*then, *now)):
        came = [item for item in now.get(element, ()) if item not in then.get(element, ())]
        went = [item for item in then.get(element, ()) if item not in now.get(element, ())]
        if came or went:
            marks = [f"+ {listed(came, _SHOWN)}"] if came else []
            marks += [f"- {listed(went, _SHOWN)}"] if went else []
            parts.append(f"{element} {' '.join(marks)}")
    sid = next((side["Sid"] for side in (after, before) if side.get("Sid")), None)
    return (f"{sid}: " if sid else "") + ("; ".join(parts) or "the same in other words")


_ELEMENTS = {
    "Action": "",
    "NotAction": "everything but ",
    "Resource": "on ",
    "NotResource": "on everything but ",
    "Principal": "for ",
    "NotPrincipal": "for everybody but ",
}


def _by_meaning(document: Any) -> dict[str, Statement]:
    given = document.get("Statement", []) if isinstance(document, Mapping) else []
    listing = given if isinstance(given, list) else [given]
    found = [
        Statement(dense(canonical_statement(value)), index, value)
        for index, value in enumerate(listing)
    ]
    return {each.canonical: each for each in found}


def _successor(gone: Statement, added: list[Statement]) -> Statement | None:
    for came in added:
        if gone.sid is not None and gone.sid == came.sid:
            return came
    for came in added:
        named = gone.sid is not None and came.sid is not None
        if not named and len(_differing(gone.value, came.value)) == 1:
            return came
    return None


def _differing(one: Any, other: Any) -> set[str]:
    one, other = canonical_statement(one), canonical_statement(other)
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return set()
    return {key for key in (*one, *other) if one.get(key) != other.get(key)}


def _said(statement: Any) -> dict[str, list[str]]:
    """Return a statement's elements as lists of texts, conditions by operator and key."""
    said = {
        element: _texts(given)
        for element, given in statement.items()
        if element not in {"Sid", "Condition"}
    }
    for operator, key, given in _tests(statement):
        said[f"{operator} {key}"] = _texts(given)
    return said


def _tests(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    conditions = statement.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, Mapping) else ():
        for key, given in keys.items() if isinstance(keys, Mapping) else ():
            yield operator, key, given


def _listed(given: Any) -> str:
    return listed(_texts(given), _SHOWN)


def _texts(given: Any) -> list[str]:
    match given:
        case Mapping():
            return [f"{key} {item}" for key, items in given.items() for item in _texts(items)]
        case list() | tuple():
            return [text for item in given for text in _texts(item)]
        case bool():
            return [str(given).lower()]
        case _:
            return [str(given)]
