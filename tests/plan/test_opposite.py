"""The Denies of what Allows leave out: exactly those requests are denied that none of the Allows allows."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.plan.opposite import opposite
from govkit.policies.document import Statement, of, statements

REGION, KIND = "aws:RequestedRegion", "aws:PrincipalType"
EU, US = "eu-west-1", "us-east-1"
PATTERNS = ("*", "s3:*", "s3:Get*", "s3:GetA", "ec2:*", "ec2:Run", "s3:?etA")
APART = (
    "*",
    "s3:GetA",
    "s3:GetB",
    "s3:PutA",
    "ec2:*",
    "iam:*",
)  # none means a part of another, but *
REQUESTS = tuple(
    product(
        ("s3:GetA", "s3:GetB", "s3:PutA", "ec2:Run", "iam:X"),
        ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x"),
        (EU, US, None),
        ("User", "Role"),
    )
)


def _one(effect: str, **more: object) -> Statement:
    (said,) = statements(of({"Statement": [{"Effect": effect, "Resource": "*", **more}]}))
    return said


def _allows(action: str, **condition: dict[str, str]) -> Statement:
    return _one("Allow", Action=action, **({"Condition": condition} if condition else {}))


def _opposite(*allows: Statement) -> list[dict[str, object]]:
    return [
        {name: part for name, part in one.value.items() if name not in {"Effect", "Resource"}}
        for one in opposite(frozenset(allows))
    ]


def test_what_is_allowed_under_a_condition_is_denied_where_that_does_not_hold() -> None:
    here, there = ({"StringEquals": {REGION: name}} for name in (EU, US))
    assert _opposite(_allows("s3:*")) == [{"NotAction": ["s3:*"]}]
    assert _opposite() == [{"Action": "*"}]
    assert _opposite(_allows("s3:*"), _allows("s3:GetObject", **here)) == [{"NotAction": ["s3:*"]}]
    assert _opposite(_allows("s3:*", **here), _allows("ec2:*")) == [
        {"NotAction": ["ec2:*", "s3:*"]},
        {"Action": "s3:*", "Condition": {"StringNotEquals": {REGION: [EU]}}},
    ]
    both = _opposite(_allows("s3:*", **here), _allows("s3:*", **there))
    assert both == [
        {"NotAction": ["s3:*"]},
        {"Action": "s3:*", "Condition": {"StringNotEquals": {REGION: [EU, US]}}},
    ]


def test_each_of_several_conditions_is_denied_by_itself() -> None:
    said = _opposite(_allows("*", StringEquals={REGION: EU, KIND: "User"}))
    assert said == [
        {"Action": "*", "Condition": {"StringNotEquals": {KIND: ["User"]}}},
        {"Action": "*", "Condition": {"StringNotEquals": {REGION: [EU]}}},
    ]


def test_a_flag_is_compared_as_json_writes_it() -> None:
    """`StringEquals` tells `True` from `true`, and AWS sends the latter."""
    flagged = _one("Allow", Action="*", Condition={"StringEquals": {"aws:SecureTransport": True}})
    assert _opposite(flagged) == [
        {"Action": "*", "Condition": {"StringNotEquals": {"aws:SecureTransport": ["true"]}}}
    ]


def test_what_is_allowed_on_some_resources_is_denied_on_others() -> None:
    (elsewhere,) = [
        one.value
        for one in opposite(frozenset({_one("Allow", Action="*", Resource="arn:aws:s3:::a/*")}))
    ]
    assert elsewhere == {"Effect": "Deny", "Action": "*", "NotResource": ["arn:aws:s3:::a/*"]}


def test_what_an_allow_spares_is_denied() -> None:
    assert _opposite(_one("Allow", NotAction=["iam:*", "s3:*"])) == [{"Action": ["iam:*", "s3:*"]}]
    assert _opposite(_one("Allow", NotAction=["iam:*", "s3:*"]), _allows("s3:*")) == [
        {"Action": "iam:*"}
    ]


@pytest.mark.parametrize(
    "allows",
    [
        [_allows("s3:*", DateGreaterThan={"aws:CurrentTime": "2026-01-01"})],
        [
            _allows("s3:*", StringNotEquals={REGION: EU}),
            _allows("s3:*", StringNotEquals={REGION: US}),
        ],
        [_one("Allow", Action="s3:*", Principal="*")],
        [
            _one("Allow", Action="s3:*", NotResource="arn:aws:s3:::a/*"),
            _one("Allow", Action="s3:*", Resource="arn:aws:s3:::a/*"),
        ],
        [_one("Allow", Action="*", NotResource="*")],
        [
            _one("Allow", Action="*", Condition={"StringEquals": {f"aws:PrincipalTag/{a}{n}": "x"}})
            for n in range(5)
            for a in "ab"
        ]
        + [
            _one(
                "Allow", Action="*", Condition={"StringLike": {REGION: "e*", KIND: "U*", "k": "v"}}
            )
        ]
        + [_one("Allow", Action="*", Condition={"StringLike": {f"k{n}": "v" for n in range(9)}})],
    ],
)
def test_what_no_statement_says_is_not_said(allows: list[Statement]) -> None:
    assert _opposite(*allows) == []


# --- the law: a reading of its own ---------------------------------------------------------------


def _concerns(said: Mapping[str, Any], request: tuple[Any, ...]) -> bool:
    action, resource, region, kind = request
    return (
        _among(said, "Action", action.lower())
        and _among(said, "Resource", resource)
        and all(
            _holds(operator, {REGION: region, KIND: kind}[key], values)
            for operator, keys in said.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _among(said: Mapping[str, Any], element: str, value: str) -> bool:
    negated = f"Not{element}" in said
    given = said[f"Not{element}" if negated else element]
    names = [given] if isinstance(given, str) else given
    if element == "Action":
        names = [name.lower() for name in names]
    return any(fnmatchcase(value, name) for name in names) != negated


def _holds(operator: str, value: str | None, given: Any) -> bool:
    names = [given] if isinstance(given, str) else given
    hit = value is not None and any(fnmatchcase(value, name) for name in names)
    return hit != operator.startswith("StringNot")


def _conditions() -> st.SearchStrategy[dict[str, dict[str, list[str]]]]:
    regions = st.lists(st.sampled_from([EU, US]), min_size=1, max_size=2, unique=True)
    kinds = st.lists(st.sampled_from(["User", "Role"]), min_size=1, max_size=2, unique=True)
    keys = st.fixed_dictionaries({}, optional={REGION: regions, KIND: kinds}).filter(bool)
    named = st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"])
    return st.dictionaries(named, keys, max_size=2)


@st.composite
def _statements(draw: st.DrawFn, patterns: tuple[str, ...]) -> Statement:
    element = draw(st.sampled_from(["Action", "Action", "NotAction"]))
    some = draw(st.lists(st.sampled_from(patterns), min_size=1, max_size=2, unique=True))
    where = draw(st.sampled_from(["*", "*", "arn:aws:s3:::a/*"]))
    negated = where != "*" and draw(st.booleans())
    value: dict[str, Any] = {"Effect": "Allow", element: some}
    value["NotResource" if negated else "Resource"] = where
    if condition := draw(_conditions()):
        value["Condition"] = condition
    (said,) = statements(of({"Statement": [value]}))
    return said


def _is_allowed(request: tuple[Any, ...], allows: list[Statement]) -> bool:
    return any(_concerns(one.value, request) for one in allows)


@given(st.lists(_statements(APART), min_size=1, max_size=3))
@settings(max_examples=300)
def test_what_is_said_is_denied_exactly_where_nothing_is_allowed(allows: list[Statement]) -> None:
    said = opposite(frozenset(allows))
    for request in REQUESTS if said else ():
        denied = any(_concerns(one.value, request) for one in said)
        assert denied != _is_allowed(request, allows), request


@given(st.lists(_statements(PATTERNS), min_size=1, max_size=3))
@settings(max_examples=300)
def test_what_nothing_allows_is_denied_where_patterns_cross(allows: list[Statement]) -> None:
    said = opposite(frozenset(allows))
    for request in REQUESTS if said else ():
        denied = any(_concerns(one.value, request) for one in said)
        assert denied or _is_allowed(request, allows), request


def test_the_law_is_not_empty() -> None:
    """Most Allows of a few statements can be told: else the law above would say nothing."""
    told = [
        opposite(frozenset({first, second}))
        for first, second in product(
            [_allows("s3:Get*"), _one("Allow", NotAction="ec2:*"), _allows("ec2:*")], repeat=2
        )
    ]
    assert sum(map(bool, told)) >= 7
