"""Policies on targets: attach, detach, and who has what."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.organizations.defaults import attach, attachment_key
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.policies import require_all_features, require_policy
from govkit.sandbox.organizations.rows import RCP_FULL_ACCESS, Book, book
from govkit.sandbox.organizations.shown import show_policy, show_target, type_statuses
from govkit.sandbox.refusals import constraint, invalid, refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def attach_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    policy = require_policy(entries, params["PolicyId"])
    target, name = params["TargetId"], policy["Type"]
    require_target(entries, target)
    require_all_features(entries)
    _require_enabled(world, entries, name)
    if attachment_key(policy["Id"], target) in entries.attachments:
        raise refusal("DuplicatePolicyAttachmentException")
    if len(attached(entries, target, name)) >= limit(world.settings, "attachments", name):
        raise constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    attach(entries, policy["Id"], target)
    return {}


def detach_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    policy = require_policy(entries, params["PolicyId"])
    target, name = params["TargetId"], policy["Type"]
    require_target(entries, target)
    key = attachment_key(policy["Id"], target)
    if key not in entries.attachments:
        raise refusal("PolicyNotAttachedException")
    if policy["Id"] == RCP_FULL_ACCESS:
        raise invalid("NON_DETACHABLE_POLICY")
    if len(attached(entries, target, name)) <= limit(world.settings, "minimum", name):
        raise constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    entries.attachments.drop(key)
    return {}


def list_policies_for_target(world: World, params: Params) -> Answer:
    entries = book(world)
    require_target(entries, params["TargetId"])
    found = sorted(attached(entries, params["TargetId"], params["Filter"]))
    return page(
        world,
        params,
        "Policies",
        found,
        lambda ident: show_policy(world, entries, entries.policies[ident]),
    )


def list_targets_for_policy(world: World, params: Params) -> Answer:
    entries = book(world)
    policy = require_policy(entries, params["PolicyId"])
    return page(
        world,
        params,
        "Targets",
        entries.attachments.where("Policy", policy["Id"]),
        lambda key: show_target(world, entries, entries.attachments[key]["Target"]),
    )


def attached(entries: Book, target: str, name: str) -> list[str]:
    """Return the policies of a type that are attached to a target itself."""
    found = [
        entries.attachments[key]["Policy"] for key in entries.attachments.where("Target", target)
    ]
    return [policy for policy in found if entries.policies[policy]["Type"] == name]


def require_target(entries: Book, target: str) -> None:
    known = target == entries.root or target in entries.ous or target in entries.accounts
    if not known:
        raise refusal("TargetNotFoundException")


def _require_enabled(world: World, entries: Book, name: str) -> None:
    status = type_statuses(world, entries).get(name)
    if status is None:
        spoken = name.replace("_", " ").title().replace(" ", "")
        raise refusal(
            "PolicyTypeNotEnabledException",
            message=f"The given policy type {spoken} is not enabled on the current view",
        )
    if status != "ENABLED":
        raise refusal("PolicyChangesInProgressException")


HANDLERS: Mapping[str, Handler] = {
    "AttachPolicy": attach_policy,
    "DetachPolicy": detach_policy,
    "ListPoliciesForTarget": list_policies_for_target,
    "ListTargetsForPolicy": list_targets_for_policy,
}
