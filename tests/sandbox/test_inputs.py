"""The generic input layer, read from botocore's model."""

from typing import Any

import pytest

from govkit.sandbox.model import check_input
from govkit.sandbox.refusals import RefusalError

ORGANIZATIONS = "organizations"
FAULTY = [
    ("CreateOrganizationalUnit", {"ParentId": "r-abcd", "Name": "x" * 129}, "MAX_LENGTH_EXCEEDED"),
    ("CreateOrganizationalUnit", {"ParentId": "r-abcd", "Name": ""}, "MIN_LENGTH_EXCEEDED"),
    ("CreateOrganizationalUnit", {"ParentId": "r-abcd"}, "INPUT_REQUIRED"),
    ("CreateOrganizationalUnit", {"ParentId": "root", "Name": "x"}, "INVALID_PATTERN"),
    ("CreateAccount", {"Email": "nobody", "AccountName": "A"}, "INVALID_PATTERN"),
    ("CreateAccount", {"Email": "a@example.com", "AccountName": "x" * 51}, "MAX_LENGTH_EXCEEDED"),
    ("CreateAccount", {"Email": "a@example.com", "AccountName": "Zürich"}, "INVALID_PATTERN"),
    ("AttachPolicy", {"PolicyId": "p-12345678", "TargetId": "x"}, "INVALID_PATTERN_TARGET_ID"),
    ("ListPolicies", {"Filter": "SCP"}, "INVALID_ENUM_POLICY_TYPE"),
    ("ListChildren", {"ParentId": "r-abcd", "ChildType": "OU"}, "INVALID_ENUM"),
    ("ListAccounts", {"MaxResults": 21}, "MAX_VALUE_EXCEEDED"),
    ("ListAccounts", {"MaxResults": 0}, "MIN_VALUE_EXCEEDED"),
    ("PutResourcePolicy", {"Content": "x" * 40_001}, "MAX_LENGTH_EXCEEDED"),
    (
        "TagResource",
        {"ResourceId": "r-abcd", "Tags": [{"Key": "a|b", "Value": ""}]},
        "INVALID_PATTERN",
    ),
    ("TagResource", {"ResourceId": "r-abcd", "Tags": [{"Key": "a"}]}, "INPUT_REQUIRED"),
    (
        "DescribeEffectivePolicy",
        {"PolicyType": "SERVICE_CONTROL_POLICY"},
        "INVALID_ENUM_POLICY_TYPE",
    ),
]


@pytest.mark.parametrize(("operation", "params", "reason"), FAULTY)
def test_input_that_breaks_the_model_is_refused(
    operation: str, params: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RefusalError) as caught:
        check_input(ORGANIZATIONS, operation, params)
    assert (caught.value.code, caught.value.reason) == ("InvalidInputException", reason)


@pytest.mark.parametrize(
    "params",
    [{"MaxResults": "20"}, {"MaxResults": True}, {"NextToken": 1}, []],
)
def test_input_of_a_wrong_json_type_cannot_be_read(params: Any) -> None:
    with pytest.raises(RefusalError) as caught:
        check_input(ORGANIZATIONS, "ListAccounts", params)
    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("TagResource", {"ResourceId": "r-abcd", "Tags": [{"Key": "Größe im Büro", "Value": "1"}]}),
        ("TagResource", {"ResourceId": "123456789012", "Tags": []}),
        ("ListAccounts", {"MaxResults": 20, "NextToken": None}),
        ("DescribeOrganization", {}),
        ("LeaveOrganization", {"unknown": 1}),
    ],
)
def test_input_that_fits_the_model_passes(operation: str, params: dict[str, Any]) -> None:
    check_input(ORGANIZATIONS, operation, params)


def test_the_client_meets_the_same_layer(play: Any, refused: Any) -> None:
    """Botocore itself checks minimum lengths, and no maximum lengths or patterns."""
    assert refused(lambda: play.ou("x" * 200)) == ("InvalidInputException", "MAX_LENGTH_EXCEEDED")
