"""Creating accounts: a request at first, an account under the root when it is done."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso, seconds
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.defaults import attach_defaults
from govkit.sandbox.organizations.ids import new_account_id, new_id
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.rows import Book, CreationRow, book
from govkit.sandbox.refusals import constraint, refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]
DEFAULT_ROLE = "OrganizationAccountAccessRole"


def create_account(world: World, params: Params) -> Answer:
    entries = book(world)
    given = tags.checked(world, {}, params.get("Tags") or ())
    _require_ready(world, entries)
    running = len(entries.creations.where("State", "IN_PROGRESS"))
    if running >= limit(world.settings, "creations"):
        raise constraint("ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED")
    if len(entries.accounts) + running >= limit(world.settings, "accounts"):
        raise constraint("ACCOUNT_NUMBER_LIMIT_EXCEEDED")
    row: CreationRow = {
        "Id": new_id(entries, world.settings.seed, "car-", 32),
        "AccountName": params["AccountName"],
        "Email": params["Email"],
        "Role": params.get("RoleName") or DEFAULT_ROLE,
        "Tags": given,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": iso(world.now),
        "CompletedTimestamp": "",
        "AccountId": "",
        "FailureReason": "",
        "Polls": 0,
    }
    entries.creations.put(row["Id"], row)
    return {"CreateAccountStatus": _show(row)}


def describe_creation(world: World, params: Params) -> Answer:
    entries = book(world)
    row = entries.creations.get(params["CreateAccountRequestId"])
    if row is None:
        raise refusal("CreateAccountStatusNotFoundException")
    return {"CreateAccountStatus": _show(_polled(world, entries, row))}


def list_creations(world: World, params: Params) -> Answer:
    entries = book(world)
    for ident in list(entries.creations.where("State", "IN_PROGRESS")):
        _polled(world, entries, entries.creations[ident])
    wanted = params.get("States")
    found = [
        ident
        for ident in entries.creations.keys()  # noqa: SIM118 - sorted, which iteration is not
        if not wanted or entries.creations[ident]["State"] in wanted
    ]
    return page(
        world,
        params,
        "CreateAccountStatuses",
        found,
        lambda ident: _show(entries.creations[ident]),
    )


def settle(world: World) -> None:
    """End the creations whose time has come, whoever asks for whatever."""
    entries = book(world)
    for ident in list(entries.creations.where("State", "IN_PROGRESS")):
        row = entries.creations[ident]
        due = seconds(row["RequestedTimestamp"]) + world.settings.create_account_seconds
        if world.now >= due:
            _finish(world, entries, row)


def _require_ready(world: World, entries: Book) -> None:
    ready = seconds(entries.the_organization["CreatedTimestamp"])
    if world.now < ready + world.settings.finalizing_seconds:
        raise refusal("FinalizingOrganizationException")


def _polled(world: World, entries: Book, row: CreationRow) -> CreationRow:
    """Count a question about a running creation: one too many ends it."""
    if row["State"] != "IN_PROGRESS":
        return row
    if row["Polls"] >= world.settings.create_account_polls:
        return _finish(world, entries, row)
    asked: CreationRow = {**row, "Polls": row["Polls"] + 1}
    entries.creations.put(row["Id"], asked)
    return asked


def _finish(world: World, entries: Book, row: CreationRow) -> CreationRow:
    done: CreationRow = {**row, "CompletedTimestamp": iso(world.now)}
    if entries.accounts.where("Email", row["Email"]) or entries.outside.where(
        "Email", row["Email"]
    ):
        done = {**done, "State": "FAILED", "FailureReason": "EMAIL_ALREADY_EXISTS"}
    else:
        ident = new_account_id(entries, world.settings.seed)
        done = {**done, "State": "SUCCEEDED", "AccountId": ident}
        _open(world, entries, done)
    entries.creations.put(row["Id"], done)
    return done


def _open(world: World, entries: Book, row: CreationRow) -> None:
    entries.accounts.put(
        row["AccountId"],
        {
            "Id": row["AccountId"],
            "Name": row["AccountName"],
            "Email": row["Email"],
            "Parent": entries.root,
            "State": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": iso(world.now),
            "ClosedTimestamp": "",
            "Role": row["Role"],
        },
    )
    tags.write(entries, row["AccountId"], row["Tags"])
    attach_defaults(world, entries, row["AccountId"])


def _show(row: CreationRow) -> Answer:
    """Show a request; what is not yet known is left out."""
    shown = {
        "Id": row["Id"],
        "AccountName": row["AccountName"],
        "State": row["State"],
        "RequestedTimestamp": row["RequestedTimestamp"],
        "CompletedTimestamp": row["CompletedTimestamp"],
        "AccountId": row["AccountId"],
        "FailureReason": row["FailureReason"],
    }
    return {name: value for name, value in shown.items() if value}


HANDLERS: Mapping[str, Handler] = {
    "CreateAccount": create_account,
    "DescribeCreateAccountStatus": describe_creation,
    "ListCreateAccountStatus": list_creations,
}
