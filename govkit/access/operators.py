"""The condition operators of IAM: what each makes of a policy's operand and a request's value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from govkit.access import operands
from govkit.access.arn import arn_pattern, is_arn
from govkit.access.glob import Predicate, Token, glob
from govkit.access.variables import text_of


class Family(Enum):
    """Operators of one family read their values alike."""

    STRING = "string"
    ARN = "arn"
    NUMERIC = "numeric"
    DATE = "date"
    ADDRESS = "address"
    BOOL = "bool"
    BINARY = "binary"
    NULL = "null"
    NEVER = "never"  # no operator that AWS knows: such a condition matches nothing


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: `operand` turns a resolved operand into a test of a value.

    `operand` answers None where the operand is not of its family; `valid` tells the same of a
    request's value. Neither an invalid operand nor an invalid value ever matches, negated or not.
    """

    name: str
    family: Family
    operand: Callable[[tuple[Token, ...]], Predicate | None]
    valid: Predicate
    negated: bool = False
    wildcards: bool = False


def operator(name: str) -> Operator:
    """Return an operator by its name in any case, without quantifier and IfExists."""
    return _BY_NAME.get(name.lower(), _NEVER)


def known(name: str) -> bool:
    return name.lower() in _BY_NAME


def _always(_value: str) -> bool:
    return True


def _equals(operand: tuple[Token, ...]) -> Predicate:
    return text_of(operand).__eq__


def _equals_in_any_case(operand: tuple[Token, ...]) -> Predicate:
    wanted = text_of(operand).lower()
    return lambda value: value.lower() == wanted


def _typed(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Callable[[tuple[Token, ...]], Predicate | None]:
    def operand(given: tuple[Token, ...]) -> Predicate | None:
        wanted = read(text_of(given))
        return None if wanted is None else lambda value: compare(read(value), wanted)

    return operand


def _readable(read: Callable[[str], Any]) -> Predicate:
    return lambda value: read(value) is not None


def _within(operand: tuple[Token, ...]) -> Predicate | None:
    found = operands.network(text_of(operand))
    if found is None:
        return None
    family, first, last = found

    def matches(value: str) -> bool:
        address = operands.address(value)
        return address is not None and address[0] == family and first <= address[1] <= last

    return matches


_COMPARISONS: dict[str, tuple[Callable[[Any, Any], bool], bool]] = {
    "Equals": (lambda value, wanted: value == wanted, False),
    "NotEquals": (lambda value, wanted: value == wanted, True),
    "LessThan": (lambda value, wanted: value < wanted, False),
    "LessThanEquals": (lambda value, wanted: value <= wanted, False),
    "GreaterThan": (lambda value, wanted: value > wanted, False),
    "GreaterThanEquals": (lambda value, wanted: value >= wanted, False),
}


def _ordered(prefix: str, family: Family, read: Callable[[str], Any]) -> list[Operator]:
    return [
        Operator(prefix + name, family, _typed(read, compare), _readable(read), negated)
        for name, (compare, negated) in _COMPARISONS.items()
    ]


_NEVER = Operator("", Family.NEVER, lambda _operand: None, _always)

OPERATORS: tuple[Operator, ...] = (
    Operator("StringEquals", Family.STRING, _equals, _always),
    Operator("StringNotEquals", Family.STRING, _equals, _always, negated=True),
    Operator("StringEqualsIgnoreCase", Family.STRING, _equals_in_any_case, _always),
    Operator(
        "StringNotEqualsIgnoreCase", Family.STRING, _equals_in_any_case, _always, negated=True
    ),
    Operator("StringLike", Family.STRING, glob, _always, wildcards=True),
    Operator("StringNotLike", Family.STRING, glob, _always, negated=True, wildcards=True),
    # "ArnEquals and ArnLike behave identically": IAM User Guide, condition operators
    Operator("ArnEquals", Family.ARN, arn_pattern, is_arn, wildcards=True),
    Operator("ArnLike", Family.ARN, arn_pattern, is_arn, wildcards=True),
    Operator("ArnNotEquals", Family.ARN, arn_pattern, is_arn, negated=True, wildcards=True),
    Operator("ArnNotLike", Family.ARN, arn_pattern, is_arn, negated=True, wildcards=True),
    *_ordered("Numeric", Family.NUMERIC, operands.number),
    *_ordered("Date", Family.DATE, operands.date),
    Operator("IpAddress", Family.ADDRESS, _within, _readable(operands.address)),
    Operator("NotIpAddress", Family.ADDRESS, _within, _readable(operands.address), negated=True),
    Operator(
        "Bool",
        Family.BOOL,
        _typed(operands.boolean, lambda value, wanted: value == wanted),
        _readable(operands.boolean),
    ),
    Operator(
        "BinaryEquals",
        Family.BINARY,
        _typed(operands.binary, lambda value, wanted: value == wanted),
        _readable(operands.binary),
    ),
    Operator("Null", Family.NULL, lambda _operand: None, _always),
)
_BY_NAME = {found.name.lower(): found for found in OPERATORS}

_NEGATIONS = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnLike": "ArnNotLike",
    "NumericEquals": "NumericNotEquals",
    "NumericLessThan": "NumericGreaterThanEquals",
    "NumericGreaterThan": "NumericLessThanEquals",
    "DateEquals": "DateNotEquals",
    "DateLessThan": "DateGreaterThanEquals",
    "DateGreaterThan": "DateLessThanEquals",
    "IpAddress": "NotIpAddress",
}
OPPOSITES = _NEGATIONS | {other: one for one, other in _NEGATIONS.items()}
