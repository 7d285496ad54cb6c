"""What a Deny says of one account: the tests of who it is are answered, and the rest stays."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from govkit.policies.canonical import canonical_statement, dense
from govkit.policies.document import Statement
from govkit.policies.paths import token
from govkit.policies.types import policy_type

_ARN = "aws:principalarn"
_NOT, _IS = ("stringnotequals", "stringnotequalsignorecase"), ("stringequals",)
_NOT_BELOW, _BELOW = ("forallvalues:stringnotlike",), ("foranyvalue:stringlike",)
_NOT_ARN = ("arnnotlike", "arnnotequals", "stringnotlike")
_OF_ACCOUNT = re.compile(r"arn:[a-z0-9*-]+:iam::(\d{12}):")
_OF_OU = re.compile(r"\$\{govkit:path:[^}]*\}/\*")
_WORD = re.compile(rf"\b\d{{12}}\b|{_OF_OU.pattern}")


@dataclass(frozen=True, slots=True)
class Who:
    """An account by its ID, and how documents name what is below the OUs above it."""

    account: str
    above: frozenset[str]


def below(path: str) -> str:
    """Return how documents name what is below an OU."""
    return f"{token(path)}/*"


def named(found: Iterable[Statement]) -> frozenset[str]:
    """Return the account IDs, and the OUs as `below` has them, that statements name anywhere."""
    return frozenset(word for one in found for word in _WORD.findall(one.canonical))


class _VoidError(Exception):
    """A test can never hold for this account, so the statement says nothing of it."""


def folded(statement: Statement, layer: str, who: Who) -> Statement | None:
    """Return what a statement of an SCP or RCP says of an account; None where it says nothing.

    Tests that this account always passes are gone, so that a statement which excuses others is
    the same as before for everybody else.
    """
    condition = statement.value.get("Condition")
    if not isinstance(condition, dict):
        return statement
    try:
        kept = {
            operator: tests
            for operator, keys in condition.items()
            if (tests := dict(_tests(operator, keys, layer, who)))
        }
    except _VoidError:
        return None
    if kept == condition:
        return statement
    return _with(statement, json.dumps(kept, sort_keys=True))


@cache
def _with(statement: Statement, condition: str) -> Statement:
    value = {key: one for key, one in statement.value.items() if key != "Condition"}
    kept = json.loads(condition)
    if kept:
        value["Condition"] = kept
    return Statement(dense(canonical_statement(value)), statement.index, value)


def _tests(operator: str, keys: Any, layer: str, who: Who) -> Iterator[tuple[str, Any]]:
    kind = policy_type(layer)
    plain = operator.lower().removesuffix("ifexists")
    for key, values in keys.items() if isinstance(keys, Mapping) else ():
        listed = [str(one) for one in values] if isinstance(values, list) else [str(values)]
        match key.lower():
            case name if name == str(kind.account_key).lower():
                yield from _told(key, values, plain, (_NOT, _IS), who.account in listed)
            case name if name == str(kind.paths_key).lower() and all(map(_OF_OU.fullmatch, listed)):
                here = not who.above.isdisjoint(listed)
                yield from _told(key, values, plain, (_NOT_BELOW, _BELOW), here)
            case name if name == _ARN and layer == "scp" and plain in _NOT_ARN:
                ours = [one for one in listed if _concerns(one, who.account)]
                if ours:
                    yield key, sorted(ours)
            case _:
                yield key, values


def _told(
    key: str,
    values: Any,
    operator: str,
    forms: tuple[tuple[str, ...], tuple[str, ...]],
    named: bool,  # noqa: FBT001 - a fact, not a mode
) -> Iterator[tuple[str, Any]]:
    """Yield the test where it is of neither form; raise where the account never passes it."""
    negative, positive = forms
    if operator not in {*negative, *positive}:
        yield key, values
    elif named == (operator in negative):
        raise _VoidError


def _concerns(arn: str, account: str) -> bool:
    found = _OF_ACCOUNT.match(arn)
    return found is None or found[1] == account
