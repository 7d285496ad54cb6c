"""Packing statements into few documents."""

import json
import time
from typing import Any

import pytest
from chains import ALLOW_ALL, deny, document

from govkit.access import pack as packing
from govkit.access.difference import Change
from govkit.access.merge import CannotJoin
from govkit.access.pack import DoesNotFit, pack, size
from govkit.errors import BugError


def _distinct(number: int) -> dict[str, Any]:
    where = {"aws:RequestedRegion": [f"region-{number}-{part}" for part in range(number % 7 + 3)]}
    return deny([f"svc{number}:Do{part}*" for part in range(9)], StringNotEquals=where)


def test_statements_with_equal_conditions_become_one() -> None:
    given = {
        "a": document({**deny(["s3:GetObject", "s3:Get*"]), "Sid": "One"}),
        "b": document(deny("ec2:Run", StringEquals={"k": ["x"]}), deny(["s3:PutObject"])),
    }
    found = pack(given, 5_120)
    assert found.documents == {
        "a": document(deny(["s3:Get*", "s3:PutObject"]), deny("ec2:Run", StringEquals={"k": "x"}))
    } or list(found.documents) == ["b"]
    assert found.proof.change is Change.EQUAL
    assert found.after == size(found.documents) < found.before


def test_resources_are_joined_where_actions_are_equal() -> None:
    given = {"a": document(deny("s3:*", "arn:aws:s3:::a"), deny("s3:*", ["arn:aws:s3:::b"]))}
    (packed,) = pack(given, 5_120).documents.values()
    assert packed["Statement"] == [deny("s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::b"])]


def test_intersections_are_never_joined() -> None:
    inverse = [
        {"Effect": "Deny", "NotAction": name, "Resource": "*"} for name in ("a:*", "b:*", "a:*")
    ]
    (packed,) = pack({"a": document(*inverse)}, 5_120).documents.values()
    assert [one["NotAction"] for one in packed["Statement"]] == ["a:*", "b:*"]


def test_allows_and_denies_share_a_document() -> None:
    found = pack({"full": document(ALLOW_ALL), "guard": document(deny("s3:*"))}, 5_120)
    assert len(found.documents) == 1
    assert found.proof.change is Change.EQUAL


def test_sixty_statements_are_packed_and_proved_within_five_seconds() -> None:
    given = {f"policy-{number}": document(_distinct(number)) for number in range(60)}
    start = time.process_time()
    found = pack(given, 5_120)
    assert time.process_time() - start < 5
    assert found.proof.change is Change.EQUAL
    assert len(found.documents) == -(-found.after // 5_120)
    assert all(size({"": one}) <= 5_120 for one in found.documents.values())


def test_a_small_edit_touches_one_document() -> None:
    given = {f"policy-{number}": document(_distinct(number)) for number in range(60)}
    packed = pack(given, 5_120).documents
    first, *_ = packed
    edited = json.loads(json.dumps(packed))
    edited[first]["Statement"][0]["Condition"]["StringNotEquals"]["aws:RequestedRegion"].pop()
    again = pack(edited, 5_120).documents
    assert [name for name in packed if packed[name] != again.get(name)] == [first]


def test_packing_what_is_packed_changes_nothing() -> None:
    given = {f"policy-{number}": document(_distinct(number)) for number in range(25)}
    packed = pack(given, 5_120).documents
    assert pack(packed, 5_120).documents == packed


def test_more_documents_than_there_were_get_names_of_their_own() -> None:
    given = {"one": document(*(_distinct(number) for number in range(20)))}
    found = pack(given, 2_000)
    assert set(found.documents) - {"one"}
    assert found.proof.change is Change.EQUAL


def test_what_does_not_fit_is_refused() -> None:
    given = {"one": document(*(_distinct(number) for number in range(20)))}
    with pytest.raises(DoesNotFit, match="there may be 2"):
        pack(given, 2_000, most=2)
    with pytest.raises(DoesNotFit, match="a document may have 100"):
        pack(given, 100)


def test_variables_of_an_older_version_are_not_made_to_mean_something() -> None:
    old = document(deny("s3:*", "arn:aws:s3:::${aws:username}"), version="2008-10-17")
    with pytest.raises(CannotJoin, match="2008-10-17"):
        pack({"old": old}, 5_120)


def test_a_packing_that_changes_something_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"a": document(deny("s3:Get*")), "b": document(deny("s3:Put*"))}
    lost = packing.merged(packing.pieces(given))[:0]
    monkeypatch.setattr(packing, "merged", lambda _found: lost)
    with pytest.raises(BugError, match="packing changed"):
        pack(given, 5_120)


def test_homes_are_left_where_they_would_take_more_documents() -> None:
    """Four statements of 3 and 2 fifths fill two documents, but not from the homes they have."""

    def sized(name: str, characters: int) -> dict[str, Any]:
        return deny(f"{name}:{'x' * characters}", StringEquals={"k": name})

    given = {
        "a": document(sized("a", 400), sized("b", 400)),
        "b": document(sized("c", 250), sized("d", 250), sized("e", 250), sized("f", 250)),
    }
    found = pack(given, 1_000)
    assert found.proof.change is Change.EQUAL
    assert len(found.documents) == len(
        pack({"one": given["a"], "two": given["b"]}, 1_000).documents
    )
