"""Documents that hold for a while: what two share, both together, and statements by themselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from govkit.kinds.policy import is_temporary
from govkit.plan.joined import made_for, meetings, overlaps, temporaries, with_more
from govkit.policies.document import Document, Statement, of, statements

EUROPE = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
PEOPLE = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}


def _says(*actions: str, effect: str = "Deny", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": "*", **more}


def _document(*said: dict[str, Any]) -> Document:
    return of({"Version": "2012-10-17", "Statement": list(said)})


def _statements(*said: dict[str, Any]) -> tuple[Statement, ...]:
    return statements(_document(*said))


def _values(said: Sequence[Statement]) -> list[dict[str, Any]]:
    return [dict(one.value) for one in said]


def test_what_two_both_say_are_their_common_actions_under_both_conditions() -> None:
    (found,) = overlaps(
        _statements(_says("s3:GetObject", "s3:PutObject", Sid="One", Condition=EUROPE)),
        _statements(_says("S3:GETOBJECT", "ec2:RunInstances", Condition=PEOPLE)),
    )
    assert found.value == _says("s3:GetObject", Condition={**EUROPE, **PEOPLE})


def test_one_action_may_stand_alone() -> None:
    (found,) = overlaps(
        _statements({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}),
        _statements(_says("s3:GetObject", "s3:PutObject")),
    )
    assert found.value == _says("s3:GetObject")


def test_what_two_both_say_is_not_guessed() -> None:
    one = _statements(_says("s3:GetObject", Condition=EUROPE))
    others = (
        _says("s3:PutObject"),  # no action of both is listed
        _says("s3:GetObject", effect="Allow"),
        {**_says("s3:GetObject"), "Resource": "arn:aws:s3:::a/*"},
        {"Effect": "Deny", "NotAction": ["s3:PutObject"], "Resource": "*"},
        _says("s3:GetObject", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
    )
    for other in others:
        assert overlaps(one, _statements(other)) == set(), other


def test_a_content_goes_by_way_of_all_of_both_or_of_what_they_share() -> None:
    gone, kept, come = _says("s3:GetObject"), _says("s3:PutObject"), _says("ec2:RunInstances")
    found = [
        one.value["Statement"] for one in meetings(_document(gone, kept), _document(kept, come))
    ]
    assert sorted(map(len, found)) == [1, 3]
    assert [kept] in found


def test_contents_of_two_versions_do_not_meet() -> None:
    old = of({"Version": "2008-10-17", "Statement": [_says("s3:GetObject")]})
    assert list(meetings(old, _document(_says("s3:PutObject")))) == []


def test_a_guest_says_its_own_without_a_name() -> None:
    host = _document(_says("s3:GetObject", Sid="Own"))
    found = with_more(host, _statements(_says("s3:PutObject", Sid="Own")))
    assert found.value["Statement"] == [_says("s3:GetObject", Sid="Own"), _says("s3:PutObject")]


def test_as_few_temporary_policies_as_hold_the_statements() -> None:
    said = _statements(_says("s3:GetObject"), _says("s3:PutObject"), _says("ec2:RunInstances"))
    two = temporaries(said, "scp", "main", lambda one: len(one.value["Statement"]) <= 2)
    assert [len(one.document.value["Statement"]) for one in two] == [2, 1]
    assert all(is_temporary(one.address) and one.layout == "main" for one in two)
    assert (
        temporaries(reversed(said), "scp", "main", lambda one: len(one.value["Statement"]) <= 2)
        == two
    )
    assert temporaries(said, "scp", "main", lambda _: False) == ()


def test_the_name_of_a_temporary_policy_tells_what_it_says_and_whose_it_is() -> None:
    (one,) = temporaries(_statements(_says("s3:GetObject")), "scp", "main", lambda _: True)
    (other,) = temporaries(_statements(_says("s3:PutObject")), "scp", "main", lambda _: True)
    (theirs,) = temporaries(_statements(_says("s3:GetObject")), "scp", "theirs", lambda _: True)
    assert len({one.name, other.name, theirs.name}) == 3
    assert _values(statements(one.document)) == [_says("s3:GetObject")]


def test_what_says_more_for_others_by_now_is_still_of_the_part_that_made_it() -> None:
    first, later = _statements(_says("s3:GetObject")), _statements(_says("ec2:RunInstances"))
    (made,) = temporaries(first, "scp", "main", lambda _: True, ["ou:/A"])
    for one in (made, replace(made, document=with_more(made.document, later))):
        assert made_for(one, "main", ["ou:/A"])
        assert not made_for(one, "main", ["ou:/B"])
        assert not made_for(one, "other", ["ou:/A"])
    assert not made_for(replace(made, document=_document(_says("*"))), "main", ["ou:/A"])
