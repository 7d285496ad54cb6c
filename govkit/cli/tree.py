"""A sandbox's organization as a tree: OUs, accounts, and what is attached to each."""

from collections.abc import Sequence
from typing import Any

from govkit.report import Node, drawn


def sandbox_tree(shown: Any) -> str:
    """Return a sandbox's organization as a tree, and what is enabled beside it."""
    if shown.root is None:
        return f"{shown.directory}: no organization yet.\n"
    types = ", ".join(sorted(shown.policy_types)) or "none"
    trusted = ", ".join(shown.trusted_services) or "none"
    admins = ", ".join(f"{service} by {account}" for account, service in shown.administrators)
    return (
        drawn(_ou(shown.root, f"{shown.organization}, managed by {shown.management_account}"))
        + f"\nPolicy types: {types}\nTrusted access: {trusted}\n"
        + f"Delegated administrators: {admins or 'none'}\n"
    )


def _ou(ou: Any, line: str) -> Node:
    accounts = [Node(_account(account)) for account in ou.accounts]
    return Node(
        line + _attached(ou.policies),
        [*accounts, *(_ou(child, f"{child.name}/") for child in ou.ous)],
    )


def _account(account: Any) -> str:
    state = "" if account.state == "ACTIVE" else f" ({account.state})"
    return f"{account.name} {account.id}{state}{_attached(account.policies)}"


def _attached(policies: Sequence[str]) -> str:
    own = [name for name in policies if name not in {"FullAWSAccess", "RCPFullAWSAccess"}]
    return f"  [{', '.join(own)}]" if own else ""
