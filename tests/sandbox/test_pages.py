"""Lists come in pages of at most twenty, with tokens that outlive changes and processes."""

import base64
import json
from typing import Any

import boto3
import pytest

from govkit.sandbox.mount import mount


def fill(play: Any, count: int) -> None:
    play.anew(limits={"accounts": 100, "creations": 100})
    for number in range(count):
        play.client.create_account(AccountName="a", Email=f"a{number}@example.com")
    play.clock.time += 30


def test_a_page_holds_twenty_at_most_and_all_pages_hold_everything(play: Any) -> None:
    fill(play, 44)
    pages = list(play.client.get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 20, 5]
    found = [account["Id"] for page in pages for account in page["Accounts"]]
    assert len(set(found)) == 45
    few = play.client.list_accounts(MaxResults=7)
    assert [account["Id"] for account in few["Accounts"]] == found[:7]


def test_a_full_last_page_has_no_token(play: Any) -> None:
    fill(play, 19)
    assert "NextToken" not in play.client.list_accounts()


def test_the_first_page_may_be_empty_and_still_have_a_token(play: Any) -> None:
    play.anew(empty_first_page=True)
    first = play.client.list_accounts()
    assert first["Accounts"] == []
    second = play.client.list_accounts(NextToken=first["NextToken"])
    assert len(second["Accounts"]) == 1
    assert "NextToken" not in second
    assert "NextToken" not in play.client.list_delegated_administrators()


def test_a_token_survives_what_comes_and_goes_and_another_session(play: Any) -> None:
    fill(play, 30)
    first = play.client.list_accounts()
    shown = [account["Id"] for account in first["Accounts"]]
    rest = [
        account["Id"]
        for account in play.client.list_accounts(NextToken=first["NextToken"])["Accounts"]
    ]
    play.clock.time += 5 * 86_400
    for gone in (shown[-1], rest[0]):
        if gone != play.management:
            play.client.remove_account_from_organization(AccountId=gone)
    session = boto3.Session()
    mount(session, play.directory, clock=play.clock.clock())
    later = session.client("organizations").list_accounts(NextToken=first["NextToken"])
    found = [account["Id"] for account in later["Accounts"]]
    assert found == [ident for ident in rest if ident in found]
    assert set(rest) - set(found) <= {rest[0]}


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "%%%",
        base64.urlsafe_b64encode(b"[1, 2, 3]").decode(),
        base64.urlsafe_b64encode(b'["x", ""]').decode(),
    ],
)
def test_a_token_that_is_none_is_refused(play: Any, refused: Any, token: str) -> None:
    assert refused(lambda: play.client.list_accounts(NextToken=token)) == (
        "InvalidInputException",
        "INVALID_NEXT_TOKEN",
    )


def test_a_token_of_another_list_is_refused(play: Any, refused: Any) -> None:
    fill(play, 30)
    token = play.client.list_accounts()["NextToken"]
    attempt = lambda: play.client.list_children(  # noqa: E731 - what is tried
        ParentId=play.root, ChildType="ACCOUNT", NextToken=token
    )
    assert refused(attempt) == ("InvalidInputException", "INVALID_NEXT_TOKEN")


def test_a_token_of_a_damaged_kind_is_refused(play: Any, refused: Any) -> None:
    fill(play, 30)
    about, _ = json.loads(base64.urlsafe_b64decode(play.client.list_accounts()["NextToken"]))
    token = base64.urlsafe_b64encode(json.dumps([about, 1]).encode()).decode()
    assert refused(lambda: play.client.list_accounts(NextToken=token))[1] == "INVALID_NEXT_TOKEN"
