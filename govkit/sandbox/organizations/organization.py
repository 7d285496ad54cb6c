"""The organization itself: create, describe, delete, and go from billing to all features."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations.ids import new_id
from govkit.sandbox.organizations.policy_types import enable
from govkit.sandbox.organizations.rows import (
    FULL_ACCESS,
    RCP,
    RCP_FULL_ACCESS,
    SCP,
    Book,
    HandshakeRow,
    OrganizationRow,
    PolicyRow,
    book,
)
from govkit.sandbox.organizations.shown import arn, type_statuses
from govkit.sandbox.refusals import refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]

_ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_RCP_ALLOW = _ALLOW.replace('"Allow",', '"Allow","Principal":"*",')
_MONTH = 30 * 86_400


def create_organization(world: World, params: Params) -> Answer:
    entries = book(world)
    if world.caller.account in entries.accounts or len(entries.organization):
        raise refusal("AlreadyInOrganizationException")
    seed, features = world.settings.seed, params.get("FeatureSet") or "ALL"
    row: OrganizationRow = {
        "Id": world.settings.organization or new_id(entries, seed, "o-", 10),
        "FeatureSet": features,
        "ManagementAccount": world.caller.account,
        "Root": world.settings.root or new_id(entries, seed, "r-", 4),
        "CreatedTimestamp": iso(world.now),
    }
    entries.organization.put(row["Id"], row)
    _join_management_account(world, entries, row)
    if features == "ALL":
        _add_managed_policies(world, entries)
    return {"Organization": _show(world, entries)}


def describe_organization(world: World, _: Params) -> Answer:
    return {"Organization": _show(world, book(world))}


def delete_organization(world: World, _: Params) -> Answer:
    entries = book(world)
    customers = [row for row in entries.policies.rows() if not row["AwsManaged"]]
    if len(entries.accounts) > 1 or len(entries.ous) or customers:
        raise refusal("OrganizationNotEmptyException")
    for row in entries.accounts.rows():
        entries.outside.put(
            row["Id"], {"Id": row["Id"], "Name": row["Name"], "Email": row["Email"]}
        )
    kept = {"outside", "counters"}
    for name, table in world.documents("organizations").tables.items():
        for key in () if name in kept else list(table):
            table.drop(key)
    return {}


def enable_all_features(world: World, _: Params) -> Answer:
    """Ask for all features. With no invited accounts to approve, the management account finalizes."""
    entries = book(world)
    if entries.the_organization["FeatureSet"] == "ALL" or len(entries.handshakes):
        raise refusal(
            "HandshakeConstraintViolationException", "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"
        )
    row: HandshakeRow = {
        "Id": new_id(entries, world.settings.seed, "h-", 32),
        "State": "OPEN",
        "RequestedTimestamp": iso(world.now),
    }
    entries.handshakes.put(row["Id"], row)
    return {"Handshake": _show_handshake(world, entries, row)}


def describe_handshake(world: World, params: Params) -> Answer:
    entries = book(world)
    row = _require_handshake(entries, params)
    return {"Handshake": _show_handshake(world, entries, row)}


def accept_handshake(world: World, params: Params) -> Answer:
    entries = book(world)
    row = _require_handshake(entries, params)
    if row["State"] != "OPEN":
        raise refusal("InvalidHandshakeTransitionException")
    organization: OrganizationRow = {**entries.the_organization, "FeatureSet": "ALL"}
    entries.organization.put(organization["Id"], organization)
    _add_managed_policies(world, entries)
    return {"Handshake": _ended(world, entries, row, "ACCEPTED")}


def cancel_handshake(world: World, params: Params) -> Answer:
    entries = book(world)
    row = _require_handshake(entries, params)
    if row["State"] != "OPEN":
        raise refusal("InvalidHandshakeTransitionException")
    return {"Handshake": _ended(world, entries, row, "CANCELED")}


def _join_management_account(world: World, entries: Book, row: OrganizationRow) -> None:
    ident = row["ManagementAccount"]
    outside = entries.outside.get(ident)
    email = outside["Email"] if outside else world.settings.management_email
    if outside:
        entries.outside.drop(ident)
    entries.accounts.put(
        ident,
        {
            "Id": ident,
            "Name": outside["Name"] if outside else "management",
            "Email": email,
            "Parent": row["Root"],
            "State": "ACTIVE",
            "JoinedMethod": "INVITED",
            "JoinedTimestamp": iso(world.now),
            "ClosedTimestamp": "",
            "Role": "",
        },
    )


def _add_managed_policies(world: World, entries: Book) -> None:
    described = "Allows access to every operation"
    for ident, name, content in (
        (FULL_ACCESS, SCP, _ALLOW),
        (RCP_FULL_ACCESS, RCP, _RCP_ALLOW),
    ):
        row: PolicyRow = {
            "Id": ident,
            "Name": ident.removeprefix("p-"),
            "Type": name,
            "Description": described,
            "Content": content,
            "AwsManaged": True,
            "UpdatedTimestamp": iso(world.now),
        }
        entries.policies.put(ident, row)
    if world.settings.service_control_policies_on_create:
        enable(world, entries, SCP)


def _show(world: World, entries: Book) -> Answer:
    row = entries.the_organization
    management = entries.accounts[row["ManagementAccount"]]
    return {
        "Id": row["Id"],
        "Arn": arn(entries, world.settings, "organization"),
        "FeatureSet": row["FeatureSet"],
        "MasterAccountArn": arn(entries, world.settings, "account", management["Id"]),
        "MasterAccountId": management["Id"],
        "MasterAccountEmail": management["Email"],
        "AvailablePolicyTypes": [
            {"Type": name, "Status": status}
            for name, status in type_statuses(world, entries).items()
            if name == SCP
        ],
    }


def _require_handshake(entries: Book, params: Params) -> HandshakeRow:
    row = entries.handshakes.get(params["HandshakeId"])
    if row is None:
        raise refusal("HandshakeNotFoundException")
    return row


def _ended(world: World, entries: Book, row: HandshakeRow, state: str) -> Answer:
    ended: HandshakeRow = {**row, "State": state}
    entries.handshakes.put(row["Id"], ended)
    return _show_handshake(world, entries, ended)


def _show_handshake(world: World, entries: Book, row: HandshakeRow) -> Answer:
    organization = entries.the_organization["Id"]
    return {
        "Id": row["Id"],
        "Arn": arn(entries, world.settings, "handshake", f"enable_all_features/{row['Id']}"),
        "Parties": [{"Id": organization.removeprefix("o-"), "Type": "ORGANIZATION"}],
        "State": row["State"],
        "RequestedTimestamp": row["RequestedTimestamp"],
        "Action": "ENABLE_ALL_FEATURES",
        "Resources": [{"Value": organization, "Type": "ORGANIZATION"}],
    }


HANDLERS: Mapping[str, Handler] = {
    "CreateOrganization": create_organization,
    "DescribeOrganization": describe_organization,
    "DeleteOrganization": delete_organization,
    "EnableAllFeatures": enable_all_features,
    "DescribeHandshake": describe_handshake,
    "AcceptHandshake": accept_handshake,
    "CancelHandshake": cancel_handshake,
}
