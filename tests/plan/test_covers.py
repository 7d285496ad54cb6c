"""A wildcard covers another only where every action that the other means is its own, too."""

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.plan.covers import covers, opposite
from govkit.policies.document import Statement, of, statements

_NAMES = ["".join(letters) for size in range(5) for letters in product("ab", repeat=size)]
_PATTERNS = st.text("ab*?", max_size=4)


def _denies(action: str) -> Statement:
    said = {"Effect": "Deny", "Action": f"s3:{action}", "Resource": "*"}
    (statement,) = statements(of({"Statement": [said]}))
    return statement


def _meant(pattern: str) -> set[str]:
    return {name for name in _NAMES if fnmatchcase(name, pattern)}


@given(_PATTERNS, _PATTERNS)
def test_what_covers_another_means_all_that_it_means(wide: str, narrow: str) -> None:
    if covers(_denies(wide), _denies(narrow)):
        assert _meant(narrow) <= _meant(wide)


@pytest.mark.parametrize(
    ("wide", "narrow", "told"),
    [
        ("Run?", "Run*", False),
        ("Run?*", "Run*", False),
        ("Run*", "Run?*", False),  # it does, and that is not told from the wording
        ("Run*", "RunA*", True),
        ("Run?", "RunA", True),
        ("Run?*", "RunA*", True),
    ],
)
def test_a_mark_for_one_character_does_not_cover_any_number_of_them(
    *, wide: str, narrow: str, told: bool
) -> None:
    assert covers(_denies(wide), _denies(narrow)) is told


# --- the Denies of what Allows leave out ---------------------------------------------------------

REGION, ACCOUNT = "aws:RequestedRegion", "aws:PrincipalAccount"


def _allows(action: str, **condition: dict[str, str]) -> Statement:
    said = {"Effect": "Allow", "Action": action, "Resource": "*"}
    if condition:
        said |= {"Condition": condition}
    (statement,) = statements(of({"Statement": [said]}))
    return statement


def _opposite(*allows: Statement) -> list[dict[str, object]]:
    return [
        {name: part for name, part in one.value.items() if name not in {"Effect", "Resource"}}
        for one in opposite(frozenset(allows))
    ]


def test_what_is_allowed_under_a_condition_is_denied_where_that_does_not_hold() -> None:
    here, there = ({"StringEquals": {REGION: name}} for name in ("eu-west-1", "us-east-1"))
    assert _opposite(_allows("s3:*")) == [{"NotAction": ["s3:*"]}]
    assert _opposite() == [{"Action": "*"}]
    assert _opposite(_allows("s3:*"), _allows("s3:GetObject", **here)) == [{"NotAction": ["s3:*"]}]
    assert _opposite(_allows("s3:*", **here), _allows("ec2:*")) == [
        {"NotAction": ["ec2:*", "s3:*"]},
        {"Action": "s3:*", "Condition": {"StringNotEquals": {REGION: ["eu-west-1"]}}},
    ]
    both = _opposite(_allows("s3:*", **here), _allows("s3:*", **there))
    assert both[0] == {"NotAction": ["s3:*"]}
    (condition,) = [one["Condition"] for one in both[1:]]
    assert isinstance(condition, dict)
    assert sorted(condition["StringNotEquals"][REGION]) == ["eu-west-1", "us-east-1"]


@pytest.mark.parametrize(
    "allows",
    [
        [_allows("s3:*", DateGreaterThan={"aws:CurrentTime": "2026-01-01"})],
        [_allows("s3:*", StringEquals={REGION: "eu-west-1", ACCOUNT: "111111111111"})],
        [
            _allows("s3:*", StringNotEquals={REGION: "eu-west-1"}),
            _allows("s3:*", StringNotEquals={REGION: "us-east-1"}),
        ],
        [
            _allows("s3:Get*", StringEquals={REGION: "eu-west-1"}),
            _allows("s3:GetObject", StringEquals={REGION: "us-east-1"}),
        ],
    ],
)
def test_what_no_statement_says_is_not_said(allows: list[Statement]) -> None:
    assert _opposite(*allows) == []
