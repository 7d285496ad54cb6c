"""Newly denied and allowed requests in words: which actions, where, unless whom, and one such request."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from govkit.access.action_index import action_index
from govkit.report._difference_lines import signed
from govkit.report._format import Document, Style
from govkit.report._words import listed

SHOWN = 3
NAMES = 4
VALUES = 6
_REGION, _PRINCIPAL, _ACCOUNT = "aws:requestedregion", "aws:principalarn", "aws:principalaccount"
_IAM = re.compile(r"arn:[^:]*:(?:iam|sts)::([^:]*):(.+)")
_ALIKE = ("StringEquals", "StringLike", "ArnLike", "ArnEquals", "StringEqualsIgnoreCase")
_UNLIKE = (
    "StringNotEquals",
    "StringNotLike",
    "ArnNotLike",
    "ArnNotEquals",
    "StringNotEqualsIgnoreCase",
)
_KNOWN = tuple(
    f"aws:{side}{what}"
    for side in ("principal", "resource")
    for what in ("orgid", "orgpaths", "account")
)
_WORDS = {
    _REGION: ("in", "outside"),
    _PRINCIPAL: ("as", "unless"),
    _ACCOUNT: ("by account", "unless by account"),
}


def request_lines(effect: Document, style: Style, shown: int = SHOWN) -> Iterator[str]:
    """Yield what accounts are newly denied and allowed, each with a request that shows it."""
    for mark, word, key in (
        ("-", "newly denied", "newly_denied"),
        ("+", "newly allowed", "newly_allowed"),
    ):
        found: Sequence[Any] = effect.get(key, ())
        for one in found[:shown]:
            yield signed(mark, f"{word} {requests(one)}", style)
            yield f"      {witness(one['witness'])}"
        if len(found) > shown:
            yield f"      and {len(found) - shown} more {word}; --format json shows all"
    for why in effect.get("unknown", ()):
        yield f"? unknown: {why}"


def requests(found: Document) -> str:
    """Return a set of requests in words: `ec2:* outside eu-west-1 unless role/BreakGlass`."""
    said = _except(found["actions"], found.get("not_actions"))
    if found["resources"] != ["*"] or found.get("not_resources"):
        said += f" on {_except(found['resources'], found.get('not_resources'))}"
    for test in sorted(found["conditions"], key=_place):
        said += f" {condition(test)}"
    return said if found["exact"] else f"{said}, where nothing else decides it"


def condition(test: Document) -> str:
    """Return a condition in words: `outside eu-west-1`, `unless role/BreakGlass`, `where …`."""
    known = _WORDS.get(str(test["key"]).lower())
    operator = str(test["operator"]).removesuffix("IfExists")
    values = listed([principal(value) for value in test["values"]], VALUES)
    if known is not None and operator in (*_ALIKE, *_UNLIKE):
        return f"{known[operator in _UNLIKE]} {values}"
    return f"where {test['key']} {test['operator']} {values}"


def witness(found: Document) -> str:
    """Return a witness in words: the request, and what decides it before and after."""
    asked = _request(found["action"], found["resource"], found["context"])
    return f"request: {asked}: {decided(found['old'])} before, {decided(found['new'])} after"


def _request(action: str, resource: str, context: Document) -> str:
    said = action if resource == "*" else f"{action} on {resource}"
    rest = []
    for key, given in sorted(context.items(), key=lambda pair: _place({"key": pair[0]})):
        if key.lower() in _KNOWN:  # follows from whose request it is
            continue
        values = [given] if isinstance(given, str) else list(given)
        word = _WORDS.get(key.lower())
        if word is not None and len(values) == 1:
            said += f" {word[0]} {principal(values[0])}"
        else:
            rest.append(f"{key}={','.join(values)}")
    return f"{said} with {' '.join(rest)}" if rest else said


def decided(found: Document) -> str:
    """Return an outcome in words, with the policy and the statement that decide it."""
    match found["outcome"]:
        case "ExplicitlyDenied":
            where = found["sid"] or f"Statement[{found['statement']}]"
            return f"denied by {found['policy']} ({where})"
        case "ImplicitlyDenied":
            return "denied because nothing allows it"
        case _:
            return "allowed"


def principal(arn: str) -> str:
    """Return the ARN of a role or a user as people say it: `role/BreakGlass`, in which account."""
    matched = _IAM.fullmatch(arn)
    if matched is None:
        return arn
    account, name = matched.groups()
    return name if account in {"*", ""} else f"{name} in {account}"


def _except(names: Sequence[str], exceptions: Sequence[str] | None) -> str:
    said = "everything" if list(names) == ["*"] else listed(list(names), NAMES)
    if len(names) > NAMES and _all_of_rcps(names):
        said = "everything that RCPs reach"
    return f"{said} except {listed(list(exceptions), NAMES)}" if exceptions else said


def _all_of_rcps(names: Sequence[str]) -> bool:
    return set(names) == {f"{service}:*" for service in action_index().rcp_services}


def _place(test: Document) -> tuple[int, str]:
    """Put the region first, then who; the rest after them."""
    key = str(test["key"])
    order = (_REGION, _ACCOUNT, _PRINCIPAL)
    place = order.index(key.lower()) if key.lower() in order else len(order)
    return place, key
