"""Policy types at the root: enabling attaches the default everywhere, disabling detaches everything."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations.defaults import attach_default_everywhere, detach_type
from govkit.sandbox.organizations.policies import require_all_features
from govkit.sandbox.organizations.rows import Book, book
from govkit.sandbox.organizations.shown import show_root, type_statuses
from govkit.sandbox.refusals import constraint, refusal

Params = Mapping[str, Any]

# The services that need access to the organization before their policy type may be enabled.
SERVICE_OF: Mapping[str, str] = {
    "SECURITYHUB_POLICY": "securityhub.amazonaws.com",
    "INSPECTOR_POLICY": "inspector2.amazonaws.com",
}


def enable_policy_type(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    name = params["PolicyType"]
    _require_root(entries, params["RootId"])
    require_all_features(entries)
    _require_settled(world, entries, name)
    if name in type_statuses(world, entries):
        raise refusal("PolicyTypeAlreadyEnabledException")
    service = SERVICE_OF.get(name)
    if service is not None and service not in entries.services:
        raise constraint("SERVICE_ACCESS_NOT_ENABLED")
    enable(world, entries, name)
    return {"Root": show_root(world, entries)}


def disable_policy_type(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    name = params["PolicyType"]
    _require_root(entries, params["RootId"])
    _require_settled(world, entries, name)
    if name not in type_statuses(world, entries):
        raise refusal(
            "PolicyTypeNotEnabledException", message="The specified policy type is not enabled."
        )
    detach_type(entries, name)
    entries.policy_types.put(name, {"Type": name, "Status": "DISABLED", "Since": iso(world.now)})
    return {"Root": show_root(world, entries)}


def enable(world: World, entries: Book, name: str) -> None:
    entries.policy_types.put(name, {"Type": name, "Status": "ENABLED", "Since": iso(world.now)})
    attach_default_everywhere(entries, name)


def _require_root(entries: Book, root: str) -> None:
    if root != entries.root:
        raise refusal("RootNotFoundException")


def _require_settled(world: World, entries: Book, name: str) -> None:
    if type_statuses(world, entries).get(name, "ENABLED") != "ENABLED":
        raise refusal("PolicyChangesInProgressException")


HANDLERS: Mapping[str, Handler] = {
    "EnablePolicyType": enable_policy_type,
    "DisablePolicyType": disable_policy_type,
}
