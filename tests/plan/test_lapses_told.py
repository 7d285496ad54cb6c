"""What a plan says of a law that its order could not keep."""

import pytest

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import policy
from govkit.model.address import account, ou
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.plan.proof import Lapse, remarks
from govkit.policies.document import Statement, of, statements

STEP: Change[Resource] = Change(None, Attachment(policy("scp", "fence"), ou("/Work")))


def _said(effect: str) -> tuple[Statement, ...]:
    value = {"Sid": "Buckets", "Effect": effect, "Action": "s3:*", "Resource": "*"}
    return tuple(statements(of({"Version": "2012-10-17", "Statement": [value]})))


@pytest.mark.parametrize(
    ("law", "effect", "code", "told"),
    [
        ("gap", "Deny", "GK310", "1 account is without Buckets: pay."),
        ("outage", "Deny", "GK311", "1 account is under Buckets, unlike before and after: pay."),
        ("outage", "Allow", "GK311", "1 account is without Buckets, unlike before and after: pay."),
    ],
)
def test_a_lapse_says_what_is_wanting_or_what_is_strange(
    law: str, effect: str, code: str, told: str
) -> None:
    lapse = Lapse(law, 0, 1, (account("pay"),), _said(effect))
    (found,) = remarks([lapse], [STEP])
    assert (found.code, found.message) == (code, f"From step s1 until the end, {told}")
