"""Lists of cases."""

from typing import Any

import pytest
from chains import ALLOW_ALL, deny, document

from govkit.access.simulate import simulate
from govkit.errors import UsageError

CASE = {
    "id": "one",
    "hierarchy": [{"id": "r-exam", "scps": [document(ALLOW_ALL), document(deny("s3:*"))]}],
    "resource_hierarchy": [{"id": "r-exam", "rcps": []}],
    "request": {
        "principal": "arn:aws:iam::111111111111:role/Any",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::a/b",
        "context": {"aws:TagKeys": ["a", "b"], "n": 1},
    },
}


def test_a_line_has_both_verdicts_and_the_reasons() -> None:
    (line,) = simulate([CASE])
    assert (line["id"], line["scp"], line["rcp"]) == ("one", "ExplicitlyDenied", "ImplicitlyDenied")
    denying = next(why for why in line["why"] if why["effect"] == "Deny")
    assert (denying["level"], denying["policy"], denying["statement"]) == ("r-exam", "scps[1]", 0)
    assert any(why["layer"] == "rcp" and why["level"] == "r-exam" for why in line["why"])


def test_an_empty_hierarchy_restricts_nobody() -> None:
    (line,) = simulate([{"id": 1, "hierarchy": [], "request": CASE["request"]}])
    assert (line["scp"], line["rcp"]) == ("NotApplicable", "NotApplicable")


def test_a_service_linked_role_is_out_of_reach() -> None:
    principal = "arn:aws:iam::111111111111:role/aws-service-role/a/AWSServiceRoleForA"
    asked = {**CASE["request"], "principal": principal}  # type: ignore[dict-item] # a case is JSON
    (line,) = simulate([{**CASE, "request": asked}])
    assert (line["scp"], line["rcp"]) == ("NotApplicable", "NotApplicable")


@pytest.mark.parametrize(
    "fault",
    [
        [],
        {"request": "s3:Get"},
        {"request": {"action": 3}},
        {"request": {"action": "s3:Get", "resource": ["a"]}},
        {"request": {"action": "s3:Get", "context": ["a"]}},
        {"request": {"action": "s3:Get", "context": {"k": {"a": 1}}}},
        {"request": {"action": "s3:Get"}, "hierarchy": "root"},
        {"request": {"action": "s3:Get"}, "hierarchy": ["root"]},
        {"request": {"action": "s3:Get"}, "hierarchy": [{"scps": {}}]},
        {"request": {"action": "s3:Get"}, "hierarchy": [{"scps": ["policy"]}]},
        {"request": {"action": "s3:Get", "resource": []}},
        {"request": {"action": "s3:Get", "context": []}},
        {"request": {"action": "s3:Get", "principal": 1}},
        *(
            {"request": {"action": "s3:Get"}, "hierarchy": [{"scps": [document]}]}
            for document in (
                {"Statement": 5},
                {"Statement": [5]},
                {"Version": 2012},
                {"Statement": {"Effect": True}},
                {"Statement": {"Sid": 1}},
                {"Statement": {"Action": 5}},
                {"Statement": {"NotAction": ["s3:*", None]}},
                {"Statement": {"Resource": {"a": 1}}},
                {"Statement": {"Principal": 3}},
                {"Statement": {"Condition": []}},
                {"Statement": {"Condition": {"StringEquals": "a"}}},
                {"Statement": {"Condition": {"StringEquals": {"a:b": {"c": 1}}}}},
            )
        ),
    ],
)
def test_what_is_no_case_is_refused_by_its_place(fault: Any) -> None:
    with pytest.raises(UsageError, match="Case 1: "):
        list(simulate([CASE, fault]))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Version": None, "Statement": {"Effect": "deny", "Action": "nothing"}},
        {"Statement": [{"Condition": None}, {"Condition": {"Equals": {"a:b": [1, True, "c"]}}}]},
        {"Statement": {"Effect": "Deny", "Principal": {"AWS": "*"}, "Resource": None}},
    ],
)
def test_what_only_matches_nothing_has_its_answer(document: Any) -> None:
    case = {"request": {"action": "s3:Get", "context": None}, "hierarchy": [{"scps": [document]}]}
    (line,) = simulate([case])
    assert line["scp"] == "ImplicitlyDenied"
