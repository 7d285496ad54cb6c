"""Documents compare by what they mean, and only JSON objects become documents."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.policies.canonical import Grammar
from govkit.policies.document import DocumentError, of, parse, statements
from govkit.policies.positions import Position, positions

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "scps"

WRITTEN = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "One", "Effect": "Deny", "Action": ["S3:GetObject", "s3:put*"], "Resource": "*"},
        {
            "Effect": "Deny",
            "NotAction": "iam:*",
            "NotResource": ["arn:b", "arn:a"],
            "Condition": {
                "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]},
                "Bool": {"aws:SecureTransport": False},
                "NumericLessThan": {"s3:max-keys": 10},
            },
        },
    ],
}
SAME = {
    "Statement": [
        {
            "Condition": {
                "numericlessthan": {"s3:max-keys": ["10"]},
                "BOOL": {"AWS:SecureTransport": "False"},
                "stringNOTequals": {
                    "aws:requestedregion": ["us-east-1", "eu-west-1", "us-east-1"],
                },
            },
            "NotResource": ["arn:a", "arn:b", "arn:a"],
            "NotAction": ["IAM:*"],
            "Effect": "Deny",
            "Sid": "Other",
        },
        {"Effect": "Deny", "Action": ["s3:Put*", "s3:getobject"], "Resource": ["*"]},
        {"Effect": "Deny", "Action": ["s3:put*", "s3:getObject"], "Resource": "*"},
    ],
    "Version": "2012-10-17",
    "Id": "a label",
}


def test_spelling_and_order_do_not_matter() -> None:
    assert of(WRITTEN) == of(SAME)
    assert hash(of(WRITTEN)) == hash(of(SAME))
    assert {str(one) for one in statements(of(WRITTEN))} == {
        str(one) for one in statements(of(SAME))
    }


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Action": "s3:*"},
        {"Resource": "arn:aws:s3:::A"},
        {"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]},
        {"Condition": {"StringEquals": {"aws:x": "V"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:x": "v"}}},
        {"Condition": {"StringEquals": {"aws:y": "v"}}},
        {"Condition": {"StringEquals": {"aws:x": ["v", "w"]}}},
        {"Condition": {}},
    ],
)
def test_what_makes_a_difference_to_aws_makes_one_here(change: dict[str, Any]) -> None:
    plain = {
        "Effect": "Deny",
        "Action": "s3:get*",
        "Resource": "arn:aws:s3:::a",
        "Condition": {"StringEquals": {"aws:x": "v"}},
    }
    assert of({"Statement": plain}) != of({"Statement": plain | change})
    assert of({"Statement": plain, "Version": "2012-10-17"}) != of({"Statement": plain})


def test_a_lone_statement_is_a_list_of_one_and_order_within_a_tree_counts() -> None:
    statement = WRITTEN["Statement"][0]
    assert of({"Statement": statement}) == of({"Statement": [statement, statement]})
    one, other = {"a": [1, 2], "b": {}}, {"b": {}, "a": [2, 1]}
    assert of(one, Grammar.TREE) != of(other, Grammar.TREE)
    assert of(one, Grammar.TREE_OF_SETS) == of(other, Grammar.TREE_OF_SETS)
    assert of({"a": [{}, 1]}, Grammar.TREE_OF_SETS) != of({"a": [1, {}]}, Grammar.TREE_OF_SETS)


def test_everybody_and_an_account_are_spelled_in_several_ways() -> None:
    def principal(value: Any) -> Any:
        return of({"Statement": {"Principal": value}})

    assert principal("*") == principal({"AWS": ["*"]})
    assert principal({"AWS": "arn:aws:iam::111111111111:root"}) == principal(
        {"AWS": "111111111111"}
    )
    assert principal({"AWS": ["222222222222", "111111111111"]}) == principal(
        {"AWS": ["111111111111", "arn:aws:iam::222222222222:root"]}
    )
    assert principal({"AWS": "arn:aws:iam::111111111111:role/x"}) != principal(
        {"AWS": "111111111111"}
    )
    assert principal(["odd"]) != principal({"AWS": 3})


def test_one_condition_key_in_two_spellings_is_two_tests() -> None:
    twice = {"StringEquals": {"aws:x": "a"}, "stringequals": {"AWS:X": "b"}}
    once = {"StringEquals": {"aws:x": ["a", "b"]}}
    assert of({"Statement": {"Condition": twice}}) != of({"Statement": {"Condition": once}})
    same = {"StringEquals": {"aws:x": "a"}, "stringequals": {"AWS:X": ["a"]}}
    once = {"StringEquals": {"aws:x": "a"}}
    assert of({"Statement": {"Condition": same}}) == of({"Statement": {"Condition": once}})


@pytest.mark.parametrize(
    "odd",
    [
        {"Statement": None},
        {"Statement": "x"},
        {"Statement": [1, None, []]},
        {"Statement": {"Action": 3, "Resource": [None], "Condition": []}},
        {"Statement": {"Condition": {"StringEquals": 1}}},
        {"Statement": {"Condition": {"StringEquals": {"a": [{}]}}}},
        {"Statement": {"Principal": {"AWS": [1]}}},
        {},
    ],
)
def test_malformed_documents_are_still_values(odd: dict[str, Any]) -> None:
    document = of(odd)
    assert document == parse(document.text)
    assert parse(json.dumps(odd, indent=2)).to_json() == odd
    assert all(isinstance(str(one), str) and one.sid is None for one in statements(document))


def test_text_is_minified_and_keeps_its_order_and_its_letters() -> None:
    document = parse('{"Version": "2012-10-17",\n "Statement": [ {"Sid": "Grün", "Action": "*"} ]}')
    assert document.text == '{"Version":"2012-10-17","Statement":[{"Sid":"Grün","Action":"*"}]}'
    assert len(document) == len(document.text)
    assert statements(document)[0].sid == "Grün"
    assert statements(of({"a": 1}, Grammar.TREE)) == ()


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"a": 1,\n "b": {"c": 1, "c": 2}}', "2:16", 'the key "c" is given twice'),
        ('{"a": 1, "a": [}', "1:16", "not JSON"),
        ('{"x": [{"a": 1, "a": 1}], "b": ]', "1:17", '"a" is given twice'),
        ('{"a":\n  NaN}', "2:3", "NaN is not JSON"),
        ('{"a": 1e999}', "1:7", "too large"),
        ('{"a": 1' + "0" * 6_000 + "}", "1:7", "too large a number"),
        ('{"a": -Infinity}', "1:7", "-Infinity"),
        ('{"a": 1} {}', "1:10", "text after the end"),
        ("[]", "1:1", "a JSON object"),
        ("", "1:1", "expecting value"),
        ("\ufeff{}", "1:1", "BOM"),
        ('{"a": "\\ud800"}', "1:1", "surrogate"),
        ('{"a": ' + "9" * 5_000 + "}", "1:7", "too large a number"),
        ('{"a":' + "[" * 100_000, "1:1", "nested too deeply"),
        ('{"a":' + "[" * 100 + "]" * 100 + "}", "1:1", "64 levels"),
        ('{"a":' * 100_000, "1:1", "nested too deeply"),
        ("{'a': 1}", "1:2", "double quotes"),
        ('{"a": 1 // no\n}', "1:9", "delimiter"),
    ],
)
def test_what_is_no_document_says_where(text: str, place: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text)
    assert f"{caught.value.line}:{caught.value.column}" == place
    assert says in caught.value.message
    assert place in caught.value.detail


def test_values_that_are_no_json_are_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value, says in (({"a": {1}}, "not JSON"), ({"a": float("nan")}, "not JSON")):
        with pytest.raises(DocumentError, match=says):
            of(value)
    with pytest.raises(DocumentError, match="nested too deeply"):
        of({"a": deep})


def test_positions_lead_to_values() -> None:
    text = '{\n "a": [1, {"b\\"x": "],{"}],\n "c": {}, "d": []\n}'
    found = positions(text)
    assert found[()] == Position(1, 1)
    assert found[("a", 0)] == Position(2, 8)
    assert found[("a", 1, 'b"x')] == Position(2, 20)
    assert found[("c",)] == Position(3, 7)
    assert str(found[("d",)]) == "3:16"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=4), parts, max_size=3)
    ),
    max_leaves=12,
)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=4), json_values, max_size=4), st.sampled_from([1, None]))
def test_every_value_is_found_where_it_stands(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    found = positions(text)
    for path, place in found.items():
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert decoder.raw_decode(rest)[0] == _at(value, path)
    assert len(found) == _count(value)


def _count(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_count, parts))


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='{}[]":,0aNe-\\ \n', max_size=30))
def test_nothing_but_a_document_error_comes_out_of_the_parser(text: str) -> None:
    try:
        document = parse(text)
    except DocumentError:
        return
    assert parse(document.text) == document


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"published policies are not at {SHARED}")
def test_published_policies_are_read_quickly_and_survive_their_own_text() -> None:
    texts = [path.read_text() for path in sorted(SHARED.glob("[0-9]*.json"))]
    assert len(texts) > 200
    for text in texts:
        document = parse(text)
        assert parse(document.text) == document == parse(json.dumps(document.value, indent=4))
    large = [text for text in texts if 4_000 < len(text) < 8_000]
    begun = time.process_time()
    for index in range(300):
        parse(large[index % len(large)])
    assert time.process_time() - begun < 1
