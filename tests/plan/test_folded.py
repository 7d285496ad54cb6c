"""What a Deny says of one account, once it is known whose account that is."""

from typing import Any

import pytest

from govkit.plan.guards._folded import Who, below, folded, named
from govkit.policies.document import Statement, of, statements

ME = Who("555555555555", frozenset(map(below, ("/", "/Work", "/Work/Prod"))))
OTHER = "444444444444"


def _said(condition: Any) -> Statement:
    value = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition}
    (one,) = statements(of({"Version": "2012-10-17", "Statement": [value]}))
    return one


PLAIN = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
REGION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
ROLE = "arn:aws:iam::555555555555:role/DR-*"
THEIRS = f"arn:aws:iam::{OTHER}:role/DR-*"


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ({"StringNotEquals": {"aws:PrincipalAccount": OTHER}}, {}),
        ({"StringNotEqualsIfExists": {"aws:principalaccount": [OTHER]}}, {}),
        ({"StringNotEquals": {"aws:PrincipalAccount": [OTHER, ME.account]}}, None),
        ({"StringEquals": {"aws:PrincipalAccount": ME.account}}, {}),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, None),
        ({"StringLike": {"aws:PrincipalAccount": OTHER}}, ...),
        ({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "${govkit:path:/Else}/*"}}, {}),
        ({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "${govkit:path:/Work}/*"}}, None),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "${govkit:path:/Work/Prod}/*"}}, {}),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "${govkit:path:/Else}/*"}}, None),
        ({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-x/r-x/*"}}, ...),
        ({"ArnNotLike": {"aws:PrincipalArn": THEIRS}}, {}),
        (
            {"ArnNotLike": {"aws:PrincipalArn": [ROLE, THEIRS]}},
            {"ArnNotLike": {"aws:PrincipalArn": [ROLE]}},
        ),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/DR"}}, ...),
        ({"ArnLike": {"aws:PrincipalArn": THEIRS}}, ...),
        ({**REGION, "StringNotEquals": {"aws:PrincipalAccount": OTHER}}, REGION),
        (REGION, ...),
    ],
)
def test_the_tests_of_who_it_is_are_answered(condition: Any, left: Any) -> None:
    """`...` is a statement that stays as it is, None one that says nothing of the account."""
    statement = _said(condition)
    found = folded(statement, "scp", ME)
    if left is None:
        assert found is None
    elif left is ...:
        assert found == statement
    else:
        wanted = {**PLAIN, **({"Condition": left} if left else {})}
        (expected,) = statements(of({"Version": "2012-10-17", "Statement": [wanted]}))
        assert found == expected


def test_an_rcp_asks_for_the_resources_account_and_leaves_the_principals_alone() -> None:
    principal = _said({"StringNotEquals": {"aws:PrincipalAccount": ME.account}})
    assert folded(principal, "rcp", ME) == principal
    assert folded(_said({"ArnNotLike": {"aws:PrincipalArn": THEIRS}}), "rcp", ME) is not None
    assert (
        folded(_said({"StringNotEquals": {"aws:ResourceAccount": ME.account}}), "rcp", ME) is None
    )


def test_a_statement_without_conditions_is_for_everybody() -> None:
    (plain,) = statements(of({"Version": "2012-10-17", "Statement": [PLAIN]}))
    assert folded(plain, "scp", ME) is plain


def test_what_statements_name_is_what_tells_accounts_apart() -> None:
    said = _said(
        {
            "StringNotEquals": {"aws:PrincipalAccount": [OTHER]},
            "ArnNotLike": {"aws:PrincipalArn": ROLE},
            "ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": below("/Work")},
        }
    )
    assert named([said]) == {OTHER, ME.account, below("/Work")}
