"""What a plan says of a law that its order could not keep."""

from typing import Any

import pytest

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import policy
from govkit.model.address import ROOT, account
from govkit.model.change import Change
from govkit.plan.proof import Lapse, remarks
from govkit.policies.document import of, statements

STEPS: tuple[Change[Any], ...] = tuple(
    Change(None, Attachment(policy("scp", name), ROOT)) for name in ("p1", "p2")
)


@pytest.mark.parametrize(
    ("law", "effect", "told"),
    [
        ("gap", "Deny", "From step s1 until step s2, 1 account is without Reading: pay."),
        ("outage", "Deny", "1 account is under Reading, unlike before and after: pay."),
        ("outage", "Allow", "1 account is without Reading, unlike before and after: pay."),
    ],
)
def test_what_is_lost_is_wanting_and_what_is_strange_is_what_one_is_under(
    law: str, effect: str, told: str
) -> None:
    said = {"Sid": "Reading", "Effect": effect, "Action": "s3:GetObject", "Resource": "*"}
    lapse = Lapse(law, 0, 1, (account("pay"),), statements(of({"Statement": [said]})))
    (found,) = remarks([lapse], STEPS)
    assert found.code == {"gap": "GK310", "outage": "GK311"}[law]
    assert told in found.message


def test_a_lapse_that_nothing_ends_lasts_until_the_end() -> None:
    (found,) = remarks([Lapse("gap", 1, 2, tuple(map(account, "abcdefg")), ())], STEPS)
    assert "From step s2 until the end, 7 accounts are" in found.message
    assert found.message.endswith("a, b, c, d, e and 2 more.")
