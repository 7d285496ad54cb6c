"""What is stale is told by what differs, and never at a length that nobody reads."""

import json

from hypothesis import given
from hypothesis import strategies as st

from govkit.apply.otherwise import NOTHING, otherwise

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


def test_only_what_differs_is_told() -> None:
    one = {
        "name": "keep",
        "document": {"Statement": [{"Sid": "A", "Action": ["s3:*"]}, {"Sid": "B"}]},
    }
    other = {
        "name": "keep",
        "document": {"Statement": [{"Sid": "A", "Action": ["kms:*"]}, {"Sid": "B"}]},
    }
    assert otherwise(json.dumps(one), json.dumps(other)) == (
        'expected {"document":{"Statement":[{"Action":["s3:*"]}]}}, '
        'found {"document":{"Statement":[{"Action":["kms:*"]}]}}'
    )


def test_a_thing_that_is_gone_or_new_is_told_as_it_is() -> None:
    assert otherwise(NOTHING, '{"on":true}') == 'expected nothing there, found {"on":true}'


def test_a_long_text_is_shown_around_what_differs() -> None:
    told = otherwise(json.dumps("a" * 5000 + "b" + "a" * 500), json.dumps("a" * 5501))
    assert len(told) < 700
    expected, found = told.split(", found ")
    assert "b" in expected.removeprefix("expected ")
    assert "b" not in found


def test_a_list_in_another_order_is_told_whole() -> None:
    assert otherwise("[1, 2]", "[2, 1]") == "expected [1,2], found [2,1]"


@given(VALUES, VALUES)
def test_what_differs_never_reads_the_same(one: object, other: object) -> None:
    if json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True):
        told = otherwise(json.dumps(one), json.dumps(other))
        expected, _, found = told.removeprefix("expected ").rpartition(", found ")
        assert expected != found
