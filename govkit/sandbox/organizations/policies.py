"""Policies of every type: create, read, change, delete."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.documents import require_document
from govkit.sandbox.organizations.ids import new_id
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.rows import Book, PolicyRow, book
from govkit.sandbox.organizations.shown import show_policy
from govkit.sandbox.refusals import constraint, invalid, refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def require_policy(entries: Book, ident: str) -> PolicyRow:
    row = entries.policies.get(ident)
    if row is None:
        raise refusal("PolicyNotFoundException")
    return row


def require_all_features(entries: Book) -> None:
    if entries.the_organization["FeatureSet"] != "ALL":
        raise refusal("PolicyTypeNotAvailableForOrganizationException")


def create_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    name, content = params["Type"], params["Content"]
    require_all_features(entries)
    given = tags.checked(world, {}, params.get("Tags") or ())
    _require_content(world, name, content)
    _require_free_name(world, entries, name, params["Name"])
    customers = [
        ident for ident in entries.policies.where("Type", name) if not _is_managed(entries, ident)
    ]
    if len(customers) >= limit(world.settings, "policies", name):
        raise constraint("POLICY_NUMBER_LIMIT_EXCEEDED")
    row: PolicyRow = {
        "Id": new_id(entries, world.settings.seed, "p-", 10),
        "Name": params["Name"],
        "Type": name,
        "Description": params["Description"],
        "Content": content,
        "AwsManaged": False,
        "UpdatedTimestamp": iso(world.now),
    }
    entries.policies.put(row["Id"], row)
    tags.write(entries, row["Id"], given)
    return {"Policy": _whole(world, entries, row)}


def describe_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_policy(entries, params["PolicyId"])
    return {"Policy": _whole(world, entries, row)}


def update_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_policy(entries, params["PolicyId"])
    _require_ours(row)
    name = params.get("Name")
    if name is not None and name != row["Name"]:
        _require_free_name(world, entries, row["Type"], name)
    content = params.get("Content")
    if content is not None:
        _require_content(world, row["Type"], content)
    described = params.get("Description")
    changed: PolicyRow = {
        **row,
        "Name": row["Name"] if name is None else name,
        "Description": row["Description"] if described is None else described,
        "Content": row["Content"] if content is None else content,
        "UpdatedTimestamp": iso(world.now),
    }
    entries.policies.put(row["Id"], changed)
    return {"Policy": _whole(world, entries, changed)}


def delete_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_policy(entries, params["PolicyId"])
    _require_ours(row)
    if entries.attachments.where("Policy", row["Id"]):
        raise refusal("PolicyInUseException")
    tags.write(entries, row["Id"], {})
    entries.policies.drop(row["Id"])
    return {}


def list_policies(world: World, params: Params) -> Answer:
    entries = book(world)
    found = entries.policies.where("Type", params["Filter"])
    return page(
        world,
        params,
        "Policies",
        found,
        lambda ident: show_policy(world, entries, entries.policies[ident]),
    )


def _whole(world: World, entries: Book, row: PolicyRow) -> Answer:
    return {"PolicySummary": show_policy(world, entries, row), "Content": row["Content"]}


def _is_managed(entries: Book, ident: str) -> bool:
    return entries.policies[ident]["AwsManaged"]


def _require_ours(row: PolicyRow) -> None:
    if row["AwsManaged"]:
        raise invalid("IMMUTABLE_POLICY")


def _require_content(world: World, name: str, content: str) -> None:
    """The size counts every character as sent, white space too."""
    if len(content) > limit(world.settings, "characters", name):
        raise constraint("POLICY_CONTENT_LIMIT_EXCEEDED")
    require_document(name, content)


def _require_free_name(world: World, entries: Book, name: str, wanted: str) -> None:
    """Names are unique within a type; whether across types is unverified: a setting."""
    across = world.settings.policy_names_unique_across_types
    for ident in entries.policies.where("Name", wanted):
        if across or entries.policies[ident]["Type"] == name:
            raise refusal("DuplicatePolicyException")


HANDLERS: Mapping[str, Handler] = {
    "CreatePolicy": create_policy,
    "DescribePolicy": describe_policy,
    "UpdatePolicy": update_policy,
    "DeletePolicy": delete_policy,
    "ListPolicies": list_policies,
}
