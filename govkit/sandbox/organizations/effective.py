"""Effective management policies: what an account inherits, merged by the inheritance operators."""

import json
from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.organizations.attachments import attached
from govkit.sandbox.organizations.rows import Book, book
from govkit.sandbox.organizations.shown import ancestry
from govkit.sandbox.refusals import invalid, refusal

_OPERATORS = ("@@assign", "@@append", "@@remove")
_CONTROL = "@@operators_allowed_for_child_policies"
_ALL = frozenset(_OPERATORS)

# A merged tree: plain members, and beside them what children may still do to this place.
Node = dict[str, Any]


def describe_effective_policy(world: World, params: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the merged policy of an account; roots, OUs, SCPs and RCPs have none."""
    entries = book(world)
    target = params.get("TargetId") or world.caller.account
    row = entries.accounts.get(target)
    if row is None:
        known = target == entries.root or target in entries.ous
        raise invalid("TARGET_NOT_SUPPORTED") if known else refusal("TargetNotFoundException")
    management = entries.the_organization["ManagementAccount"]
    if world.caller.account not in {management, target} and not _is_administrator(world, entries):
        raise refusal("AccessDeniedException")
    levels = [
        [entries.policies[ident] for ident in attached(entries, place, params["PolicyType"])]
        for place in [*ancestry(entries, row["Parent"]), target]
    ]
    found = [policy for level in levels for policy in level]
    if not found:
        raise refusal("EffectivePolicyNotFoundException")
    merged: Node = {}
    for level in levels:
        merged = merge_level(merged, [json.loads(policy["Content"]) for policy in level])
    return {
        "EffectivePolicy": {
            "PolicyContent": json.dumps(plain(merged), separators=(",", ":")),
            "LastUpdatedTimestamp": max(policy["UpdatedTimestamp"] for policy in found),
            "TargetId": target,
            "PolicyType": params["PolicyType"],
        }
    }


def merge_level(inherited: Node, documents: list[Node]) -> Node:
    """Lay one level's documents over what is inherited.

    Several policies on one target are siblings: each is limited by what the parents allow only,
    and of several assignments the first wins.
    """
    merged: Node = _copy(inherited)
    for document in reversed(documents):
        _merge(merged, document, inherited)
    return merged


def plain(node: Any) -> Any:
    """Return a merged tree without its operators: what DescribeEffectivePolicy shows."""
    if not isinstance(node, dict):
        return node
    if "@@value" in node:
        return node["@@value"]
    return {key: plain(child) for key, child in node.items() if not key.startswith("@@")}


def _merge(into: Node, document: Node, inherited: Node) -> None:
    for key, child in document.items():
        if key == _CONTROL:
            # A child can narrow what its own children may do, never widen it.
            into[key] = sorted(_operators(child) & _allowed(inherited))
        elif key in _OPERATORS:
            if key in _allowed(inherited):
                _apply(into, key, child)
        elif isinstance(child, dict):
            below = _below(inherited, key)
            grown = into.setdefault(key, {})
            _merge(grown, child, below)
        elif "@@assign" in _allowed(_below(inherited, key)):
            into[key] = {"@@value": child}


def _apply(into: Node, operator: str, given: Any) -> None:
    if operator == "@@assign":
        into["@@value"] = given
        return
    present = into.get("@@value", [])
    listed = list(present) if isinstance(present, list) else [present]
    values = given if isinstance(given, list) else [given]
    if operator == "@@append":
        into["@@value"] = listed + [one for one in values if one not in listed]
    else:
        into["@@value"] = [one for one in listed if one not in values]


def _below(inherited: Node, key: str) -> Node:
    """Return a child of an inherited node; a restriction holds for everything under it."""
    child = inherited.get(key)
    known: Node = child if isinstance(child, dict) else {}
    if _CONTROL in known or _CONTROL not in inherited:
        return known
    return {**known, _CONTROL: inherited[_CONTROL]}


def _allowed(inherited: Node) -> frozenset[str]:
    return _operators(inherited[_CONTROL]) if _CONTROL in inherited else _ALL


def _operators(given: Any) -> frozenset[str]:
    listed = given if isinstance(given, list) else [given]
    if "@@all" in listed:
        return _ALL
    return frozenset(one for one in listed if one in _ALL)


def _copy(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copy(child) for key, child in node.items()}
    return list(node) if isinstance(node, list) else node


def _is_administrator(world: World, entries: Book) -> bool:
    return bool(entries.delegations.where("Account", world.caller.account))


HANDLERS: Mapping[str, Handler] = {"DescribeEffectivePolicy": describe_effective_policy}
