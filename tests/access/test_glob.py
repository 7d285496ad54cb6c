"""Patterns with `*` and `?`."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.access.glob import Wild, glob, split, tokens

_PATTERNS = st.text("ab*?", max_size=12)
_TEXTS = st.text("ab", max_size=14)


def _oracle(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


@given(_PATTERNS, _TEXTS)
def test_it_agrees_with_regular_expressions(pattern: str, text: str) -> None:
    assert glob(tokens(pattern))(text) == _oracle(pattern, text)


@given(st.text("a*?:", max_size=12))
def test_tokens_are_the_pattern_again(pattern: str) -> None:
    assert (
        "".join(one.value if isinstance(one, Wild) else one for one in tokens(pattern)) == pattern
    )


def test_it_is_cut_at_colons_into_at_most_so_many_parts() -> None:
    assert split(tokens("a:*b:c:d"), ":", 3) == [["a"], [Wild.STAR, "b"], ["c:d"]]
    assert split(tokens("*"), ":", 3) == [[Wild.STAR]]


def _seconds(pattern: str, text: str) -> float:
    """Return the best of three runs, since a machine may be busy."""
    found = []
    for _ in range(3):
        start = time.process_time()
        glob(tokens(pattern))(text)
        found.append(time.process_time() - start)
    return min(found)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 5120, "a" * 5119 + "b"),
        ("*" + "a" * 5000 + "b*", "a" * 10240),
        ("*" + "a?" * 2500 + "b*", "a" * 10240),
        ("*?" * 5120, "a" * 10240),
        ("*a?" * 3413, "ab" * 5120),
    ],
)
def test_hostile_patterns_of_10240_characters_take_no_time(pattern: str, text: str) -> None:
    assert _seconds(pattern, text) < 0.5


@pytest.mark.parametrize("repeated", ["*a", "*?", "*ab?", "*a?a"])
def test_time_grows_with_the_text_and_not_faster(repeated: str) -> None:
    def one(size: int) -> float:
        return _seconds(repeated * size, "ab" * (size * 2)) + 1e-4

    # 32 times the size: 32 times the time, were it not for caches; 1,024 times if it were squared.
    assert one(8_000) / one(250) < 250
