"""Member accounts: reading them, and moving them in the tree."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.rows import AccountRow, Book, book
from govkit.sandbox.organizations.shown import show_account
from govkit.sandbox.organizations.tree import require_parent
from govkit.sandbox.refusals import refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def require_account(entries: Book, ident: str) -> AccountRow:
    row = entries.accounts.get(ident)
    if row is None:
        raise refusal("AccountNotFoundException")
    return row


def list_accounts(world: World, params: Params) -> Answer:
    entries = book(world)
    return _account_page(world, entries, params, entries.accounts.keys())


def list_accounts_for_parent(world: World, params: Params) -> Answer:
    entries = book(world)
    require_parent(entries, params["ParentId"])
    found = entries.accounts.where("Parent", params["ParentId"])
    return _account_page(world, entries, params, found)


def describe_account(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_account(entries, params["AccountId"])
    return {"Account": show_account(world, entries, row)}


def move_account(world: World, params: Params) -> Answer:
    """Move an account. Which error a wrong but existing source gives is unverified: a setting."""
    entries = book(world)
    row = require_account(entries, params["AccountId"])
    source, destination = params["SourceParentId"], params["DestinationParentId"]
    require_parent(entries, source, "SourceParentNotFoundException")
    require_parent(entries, destination, "DestinationParentNotFoundException")
    if row["Parent"] == destination:
        raise refusal("DuplicateAccountException")
    if row["Parent"] != source:
        raise refusal(world.settings.wrong_source_code)
    moved: AccountRow = {**row, "Parent": destination}
    entries.accounts.put(row["Id"], moved)
    return {}


def _account_page(world: World, entries: Book, params: Params, keys: list[str]) -> Answer:
    return page(
        world,
        params,
        "Accounts",
        keys,
        lambda ident: show_account(world, entries, entries.accounts[ident]),
    )


HANDLERS: Mapping[str, Handler] = {
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "DescribeAccount": describe_account,
    "MoveAccount": move_account,
}
