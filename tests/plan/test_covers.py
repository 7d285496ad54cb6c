"""A wildcard covers another only where every action that the other means is its own, too."""

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.plan.covers import covers
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
