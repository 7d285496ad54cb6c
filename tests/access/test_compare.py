"""The comparison of documents, as plain data."""

import json
from typing import Any

from chains import ALLOW_ALL, allow, deny, document

from govkit.access.compare import compare
from govkit.access.verdict import Kind


def _compared(old: list[dict[str, Any]], new: list[dict[str, Any]], kind: Kind = Kind.SCP) -> Any:
    found = compare({"old.json": document(*old)}, {"new.json": document(*new)}, kind)
    return json.loads(json.dumps(found))  # it is JSON all through


def test_an_effect_has_words_and_a_witness() -> None:
    old = deny("s3:*", "arn:aws:s3:::a*", StringNotEquals={"aws:PrincipalTag/team": ["red"]})
    new = deny(
        "s3:*", "arn:aws:s3:::a*", StringNotEquals={"aws:PrincipalTag/team": ["red", "blue"]}
    )
    found = _compared([old], [new])
    assert (found["verdict"], found["newly_denied"]) == ("weakens", [])
    (effect,) = found["newly_allowed"]
    condition = {"operator": "StringEquals", "key": "aws:PrincipalTag/team", "values": ["blue"]}
    assert (effect["actions"], effect["resources"]) == (["s3:*"], ["arn:aws:s3:::a*"])
    assert (effect["conditions"], effect["exact"]) == ([condition], True)
    assert effect["witness"] == {
        "action": "s3:AbortMultipartUpload",
        "resource": "arn:aws:s3:::ax",
        "context": {"aws:PrincipalTag/team": "blue"},
        "old": {"outcome": "ExplicitlyDenied", "policy": "old.json", "statement": 0, "sid": ""},
        "new": {"outcome": "Allowed"},
    }


def test_exceptions_are_said_apart() -> None:
    old = {"Effect": "Deny", "NotAction": ["s3:*", "ec2:Get*"], "NotResource": "arn:aws:s3:::a"}
    (effect,) = _compared([old], [deny("iam:*", "arn:aws:s3:::nothing-of-note")])["newly_allowed"][
        :1
    ]
    assert effect["not_resources"]


def test_a_list_of_values_is_a_list_in_the_witness() -> None:
    old = deny(**{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}})
    new = deny(**{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}})
    found = _compared([old], [new])
    assert found["verdict"] == "both"
    assert isinstance(found["newly_allowed"][0]["witness"]["context"]["aws:TagKeys"], list)


def test_a_side_that_allows_nothing_is_read_with_full_access() -> None:
    found = _compared([deny("s3:*")], [ALLOW_ALL, deny("s3:*")])
    assert (found["verdict"], found["assumed_full_access"]) == ("equal", ["old"])
    narrowed = _compared([deny("s3:*")], [allow("ec2:*")])
    assert narrowed["verdict"] == "strengthens" or narrowed["verdict"] == "both"


def test_rcps_are_always_read_with_full_access() -> None:
    found = _compared([{**deny("s3:*"), "Principal": "*"}], [], Kind.RCP)
    assert (found["verdict"], found["assumed_full_access"]) == ("weakens", ["old", "new"])


def test_several_documents_are_a_union() -> None:
    one = {"a": document(deny("s3:Get*")), "b": document(deny("s3:Put*"))}
    other = {"c": document(deny(["s3:Put*", "s3:Get*"]))}
    assert compare(one, other, Kind.SCP)["verdict"] == "equal"


def test_an_answer_that_was_not_found_says_why() -> None:
    condition = {"DateLessThan": {"k": "2026-01-01"}, "StringEquals": {"k": "no date"}}
    found = _compared([deny(**condition)], [ALLOW_ALL])
    assert found["verdict"] == "unknown"
    assert found["unknown"]
