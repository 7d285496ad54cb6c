"""Condition operators, and what is not known."""

from typing import Any

import pytest
from chains import document

from govkit.access import condition, operands
from govkit.access.condition import Quantifier, check, named
from govkit.access.request import request
from govkit.access.statement import policy
from govkit.access.variables import COMPLETE


def _holds(spelling: str, operand: Any, value: Any = None, **others: Any) -> bool | None:
    """Ask one test with key k about a value; `partial` leaves other keys unknown."""
    partial = others.pop("partial", False)
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {spelling: {"k": operand}},
    }
    (test,) = policy("p", document(statement)).statements[0].tests
    context = {**({} if partial and value is None else {"K": value}), **others}
    asked = request("s3:Get", "*", context, complete=not partial)
    return check(test)(asked.context, asked.complete)


@pytest.mark.parametrize(
    ("spelling", "operand", "value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("stringEQUALS", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a", ["a", "b"], False),
        ("StringEquals", [], "a", False),
        ("StringNotEquals", [], "a", True),
        ("StringNotEquals", "a", ["b", "c"], False),  # a list is no value to compare with
        ("StringEqualsIgnoreCase", "ABC", "abc", True),
        ("StringNotEqualsIgnoreCase", "ABC", "abc", False),
        ("StringLike", "a?c*", "abcdef", True),
        ("StringNotLike", "a?c*", "abcdef", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, "1e1", True),
        ("NumericNotEquals", "10", "ten", False),
        ("NumericLessThan", "0.30", "0.3", False),
        ("NumericLessThanEquals", "0.30", "0.3", True),
        ("NumericGreaterThan", "-1", "0", True),
        ("NumericGreaterThanEquals", "1", "NaN", False),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", False),
        ("DateEquals", "2026-01-01", "1767225600", True),
        ("DateEquals", "2026", "1767225600000", True),
        ("DateLessThan", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.25Z", True),
        ("DateNotEquals", "2026-13-01", "2026-01-01", False),
        ("DateLessThan", "2026-01-01T00:00Z", "2026-01-01T00:00:00+99:00", False),
        ("Bool", "true", "TRUE", True),
        ("Bool", True, "true", True),
        ("Bool", "false", "no", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "not base64!", "not base64!", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.7/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.0/255.255.255.0", "203.0.113.9", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "2001:db8::/32", "2001:db8::1%eth0", False),
        ("IpAddress", "10.0.0.0/8", "10.0.0.0/9", False),
        ("NotIpAddress", "10.0.0.0/8", "2001:db8::1", True),
        ("NotIpAddress", ["10.0.0.0/8", "junk"], "11.0.0.1", False),
        ("ArnLike", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/a/b", True),
        ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab", True),
        ("ArnLike", "arn:aws:iam:*:role/a", "arn:aws:iam::1:role/a", False),
        ("ArnLike", "arn:aws:*", "arn:aws:iam::1:role/a", True),
        ("ArnNotLike", "arn:aws:iam::1:role/a", "no arn", False),
        ("Null", "true", "x", False),
        ("Null", "true", None, True),
        ("Null", "false", None, False),
        ("Null", ["true", "false"], "x", True),
        ("NullIfExists", "true", None, False),  # no such operator
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], True),
        ("ForAnyValue:StringNotEquals", "a", ["a", "b"], True),
        ("ForAnyValue:StringNotEquals", "a", None, False),
        ("ForAnyValue:StringEqualsIfExists", "a", None, True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b", "a"], True),
        ("ForAllValues:StringNotEquals", "a", ["b", "a"], False),
        ("forallvalues:stringlike", "a*", None, True),
        ("ForAllValues:StringEquals", "a", [], True),
        ("StringEqualsIfExists", "a", None, True),
        ("StringNotEquals", "a", None, True),
        ("StringEquals", "a", None, False),
        ("Sounds", "a", "a", False),
    ],
)
def test_an_operator_answers_as_documented(
    spelling: str, operand: Any, value: Any, *, expected: bool
) -> None:
    assert _holds(spelling, operand, value) is expected


@pytest.mark.parametrize(
    ("operand", "value", "others", "expected"),
    [
        ("${aws:username}", "bob", {"aws:UserName": "bob"}, True),
        ("a-${aws:username}-*", "a-bob-1", {"aws:username": "bob"}, True),
        ("${aws:username}", "bob", {"aws:username": "b*"}, False),  # what comes in is literal
        ("${aws:username, 'guest'}", "guest", {}, True),
        ("${aws:username, 'guest'}", "guest", {"aws:username": "bob"}, False),
        ("${aws:username}", "bob", {}, False),
        ("${aws:username}", "bob", {"aws:username": ["bob", "eve"]}, False),
        ("${*}", "*", {}, True),
        ("${*}", "x", {}, False),
        ("${?}${$}", "?$", {}, True),
    ],
)
def test_policy_variables_are_filled_in(
    operand: str, value: str, others: dict[str, Any], *, expected: bool
) -> None:
    assert _holds("StringLike", operand, value, **others) is expected


def test_a_variable_without_a_value_fails_negated_tests_too() -> None:
    assert _holds("StringNotLike", "${aws:username}", "bob") is False


def test_before_2012_a_variable_is_text() -> None:
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"k": "${aws:username}"}},
    }
    (test,) = policy("p", document(statement, version="2008-10-17")).statements[0].tests
    assert check(test)({"k": ("${aws:username}",)}, COMPLETE) is True
    assert condition.variable_keys(test) == frozenset()


def test_an_unknown_key_leaves_a_test_open_unless_nothing_depends_on_it() -> None:
    assert _holds("StringEquals", "a", partial=True) is None
    assert _holds("StringEquals", "${aws:username}", "a", partial=True) is None
    assert _holds("StringEquals", "${aws:username}", partial=True) is None
    assert _holds("Sounds", "a", partial=True) is False


def test_names_of_operators_are_read_in_any_case() -> None:
    assert named("foranyvalue:STRINGLIKEifexists") == ("StringLike", Quantifier.ANY, True)
    assert named("ForSomeValue:StringLike") == ("ForSomeValue:StringLike", Quantifier.ONE, False)


def test_more_values_than_are_remembered_make_no_difference() -> None:
    test = condition.Test("StringLike", Quantifier.ONE, if_exists=False, key="k", values=("1*",))
    ask = check(test)
    assert sum(bool(ask({"k": (str(number),)}, COMPLETE)) for number in range(25_000)) == 11_111


@pytest.mark.parametrize(
    "text",
    ["2026", "2026-02", "2026-02-03", "2026-02-03T04:05Z", "1767225600123", "253402300800000"],
)
def test_a_moment_is_written_as_it_is_read(text: str) -> None:
    found = operands.date(text)
    assert found is not None
    assert operands.date(operands.moment(found)) == found


@pytest.mark.parametrize(
    "text", ["", "-", "1e", "0x10", " 1", "\uff11", "1" * 500, "--1", "1e1000"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert operands.number(text) is None
