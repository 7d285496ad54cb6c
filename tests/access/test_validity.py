"""Where documents depart from the grammar."""

from typing import Any

import pytest
from chains import allow, deny, document

from govkit.access.validity import Fault, faults
from govkit.access.verdict import Kind

RCP = {**deny("s3:*"), "Principal": "*"}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], ""),
        ({}, "Statement"),
        ({"Statement": "all"}, "Statement"),
        ({"Statement": ["all"]}, "Statement[0]"),
        ({**document(deny()), "Comment": "x"}, "Comment"),
        ({**document(deny()), "Id": 3}, "Id"),
        ({"Statement": {**deny(), "Sid": 3}}, "Statement.Sid"),
        ({"Statement": {**deny(), "Why": "x"}}, "Statement.Why"),
        ({"Statement": {**deny(), "Principal": ["x"]}}, "Statement.Principal"),
        ({"Statement": {**deny(), "Action": [3]}}, "Statement.Action[0]"),
        ({"Statement": deny("s3")}, "Statement.Action"),
        ({"Statement": deny(":x")}, "Statement.Action"),
        ({"Statement": deny(Sounds={"k": "a"})}, "Statement.Condition.Sounds"),
        ({"Statement": deny(Bool={"k": [None]})}, "Statement.Condition.Bool.k"),
    ],
)
def test_a_fault_is_said_with_its_place(value: Any, path: str) -> None:
    assert [fault.path for fault in faults(value)] == [path]


@pytest.mark.parametrize(
    ("statement", "paths"),
    [
        (RCP, []),
        ({**RCP, "Action": ["s3:*", "*"]}, ["Statement[0].Action"]),
        ({**allow("s3:*"), "Principal": "*"}, ["Statement[0].Effect"]),
        (deny("s3:*"), ["Statement[0]"]),
        (
            {"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": []},
            ["Statement[0]", "Statement[0].NotAction"],
        ),
    ],
)
def test_rcps_have_rules_of_their_own(statement: Any, paths: list[str]) -> None:
    assert [fault.path for fault in faults(document(statement), Kind.RCP)] == paths


def test_an_scp_has_no_principal() -> None:
    found = faults(document(RCP), Kind.SCP)
    message = "an SCP has no Principal: it holds for every principal"
    assert found == (Fault("Statement[0].Principal", message),)
