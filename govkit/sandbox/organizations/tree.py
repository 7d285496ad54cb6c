"""Roots and organizational units: reading the tree, and building it."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.defaults import attach_defaults, detach_all
from govkit.sandbox.organizations.ids import ou_id
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.rows import Book, OuRow, book
from govkit.sandbox.organizations.shown import ancestry, show_ou, show_root
from govkit.sandbox.refusals import constraint, refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def require_parent(entries: Book, parent: str, code: str = "ParentNotFoundException") -> None:
    if parent != entries.root and parent not in entries.ous:
        raise refusal(code)


def list_roots(world: World, params: Params) -> Answer:
    entries = book(world)
    return page(world, params, "Roots", [entries.root], lambda _: show_root(world, entries))


def create_ou(world: World, params: Params) -> Answer:
    entries = book(world)
    parent, name = params["ParentId"], params["Name"]
    require_parent(entries, parent)
    given = tags.checked(world, {}, params.get("Tags") or ())
    _require_free_name(entries, parent, name)
    if len(ancestry(entries, parent)) > limit(world.settings, "depth"):
        raise constraint("OU_DEPTH_LIMIT_EXCEEDED")
    if len(entries.ous) >= limit(world.settings, "ous"):
        raise constraint("OU_NUMBER_LIMIT_EXCEEDED")
    row: OuRow = {"Id": ou_id(entries, world.settings.seed), "Name": name, "Parent": parent}
    entries.ous.put(row["Id"], row)
    tags.write(entries, row["Id"], given)
    attach_defaults(world, entries, row["Id"])
    return {"OrganizationalUnit": show_ou(world, entries, row)}


def update_ou(world: World, params: Params) -> Answer:
    entries = book(world)
    row = _require_ou(entries, params["OrganizationalUnitId"])
    name = params.get("Name")
    if name is not None and name != row["Name"]:
        _require_free_name(entries, row["Parent"], name)
        row = {"Id": row["Id"], "Name": name, "Parent": row["Parent"]}
        entries.ous.put(row["Id"], row)
    return {"OrganizationalUnit": show_ou(world, entries, row)}


def delete_ou(world: World, params: Params) -> Answer:
    entries = book(world)
    ident = _require_ou(entries, params["OrganizationalUnitId"])["Id"]
    if entries.ous.where("Parent", ident) or entries.accounts.where("Parent", ident):
        raise refusal("OrganizationalUnitNotEmptyException")
    detach_all(entries, ident)
    tags.write(entries, ident, {})
    entries.ous.drop(ident)
    return {}


def describe_ou(world: World, params: Params) -> Answer:
    entries = book(world)
    row = _require_ou(entries, params["OrganizationalUnitId"])
    return {"OrganizationalUnit": show_ou(world, entries, row)}


def list_ous_for_parent(world: World, params: Params) -> Answer:
    entries = book(world)
    require_parent(entries, params["ParentId"])
    found = entries.ous.where("Parent", params["ParentId"])
    return page(
        world,
        params,
        "OrganizationalUnits",
        found,
        lambda ident: show_ou(world, entries, entries.ous[ident]),
    )


def list_children(world: World, params: Params) -> Answer:
    entries = book(world)
    parent, kind = params["ParentId"], params["ChildType"]
    require_parent(entries, parent)
    if kind == "ACCOUNT":
        found = entries.accounts.where("Parent", parent)
    else:
        found = entries.ous.where("Parent", parent)
    return page(world, params, "Children", found, lambda ident: {"Id": ident, "Type": kind})


def list_parents(world: World, params: Params) -> Answer:
    entries = book(world)
    child = entries.accounts.get(params["ChildId"]) or entries.ous.get(params["ChildId"])
    if child is None:
        raise refusal("ChildNotFoundException")
    parent = child["Parent"]
    kind = "ROOT" if parent == entries.root else "ORGANIZATIONAL_UNIT"
    return page(world, params, "Parents", [parent], lambda ident: {"Id": ident, "Type": kind})


def _require_ou(entries: Book, ident: str) -> OuRow:
    row = entries.ous.get(ident)
    if row is None:
        raise refusal("OrganizationalUnitNotFoundException")
    return row


def _require_free_name(entries: Book, parent: str, name: str) -> None:
    siblings = entries.ous.where("Parent", parent)
    if any(entries.ous[ident]["Name"] == name for ident in siblings):
        raise refusal("DuplicateOrganizationalUnitException")


HANDLERS: Mapping[str, Handler] = {
    "ListRoots": list_roots,
    "CreateOrganizationalUnit": create_ou,
    "UpdateOrganizationalUnit": update_ou,
    "DeleteOrganizationalUnit": delete_ou,
    "DescribeOrganizationalUnit": describe_ou,
    "ListOrganizationalUnitsForParent": list_ous_for_parent,
    "ListChildren": list_children,
    "ListParents": list_parents,
}
