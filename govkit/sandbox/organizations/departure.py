"""Accounts that go: closed, removed, or leaving of their own accord."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso, seconds
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.accounts import require_account
from govkit.sandbox.organizations.defaults import detach_all
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.rows import AccountRow, Book, book
from govkit.sandbox.organizations.shown import account_state
from govkit.sandbox.refusals import constraint, refusal

Params = Mapping[str, Any]
_DAY = 86_400


def close_account(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    row = require_account(entries, params["AccountId"])
    if row["Id"] == entries.the_organization["ManagementAccount"]:
        raise constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
    if entries.the_organization["FeatureSet"] != "ALL":
        raise constraint("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
    if row["State"] != "ACTIVE":
        raise refusal("AccountAlreadyClosedException")
    _require_closing_quota(world, entries)
    closing: AccountRow = {**row, "State": "PENDING_CLOSURE", "ClosedTimestamp": iso(world.now)}
    entries.accounts.put(row["Id"], closing)
    return {}


def remove_account(world: World, params: Params) -> dict[str, Any]:
    _remove(world, book(world), params["AccountId"])
    return {}


def leave_organization(world: World, _: Params) -> dict[str, Any]:
    _remove(world, book(world), world.caller.account)
    return {}


def _require_closing_quota(world: World, entries: Book) -> None:
    """Closed accounts of 30 days: the higher of a least figure or a share of members, capped."""
    settings = world.settings
    closed = [
        entries.accounts[ident] for ident in entries.accounts.where("State", "PENDING_CLOSURE")
    ]
    in_flight = sum(account_state(world, row) == "PENDING_CLOSURE" for row in closed)
    if in_flight >= limit(settings, "closings"):
        raise constraint("CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED")
    since = world.now - limit(settings, "closed-days") * _DAY
    recent = sum(seconds(row["ClosedTimestamp"]) > since for row in closed)
    share = (len(entries.accounts) - 1) * limit(settings, "closed-share") // 100
    quota = min(max(limit(settings, "closed-least"), share), limit(settings, "closed-most"))
    if recent >= quota:
        raise constraint("CLOSE_ACCOUNT_QUOTA_EXCEEDED")


def _remove(world: World, entries: Book, ident: str) -> None:
    row = require_account(entries, ident)
    if ident == entries.the_organization["ManagementAccount"]:
        raise refusal("MasterCannotLeaveOrganizationException")
    if entries.delegations.where("Account", ident):
        raise constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
    age = world.now - seconds(row["JoinedTimestamp"])
    if row["JoinedMethod"] == "CREATED" and age < limit(world.settings, "removal-days") * _DAY:
        raise constraint("WAIT_PERIOD_ACTIVE")
    detach_all(entries, ident)
    tags.write(entries, ident, {})
    entries.accounts.drop(ident)
    entries.outside.put(ident, {"Id": ident, "Name": row["Name"], "Email": row["Email"]})


HANDLERS: Mapping[str, Handler] = {
    "CloseAccount": close_account,
    "RemoveAccountFromOrganization": remove_account,
    "LeaveOrganization": leave_organization,
}
