"""What ListRoots, ListPolicies and ListTargetsForPolicy say: shared by the kinds, asked once."""

from collections.abc import Iterator, Sequence
from typing import Any

from govkit.model.address import Address
from govkit.model.call import Look, organizations
from govkit.policies.policy_type import PolicyType
from govkit.policies.types import policy_type

# What AWS attaches everywhere and lets nobody detach is a law, not a fact: it is not read.
ALIVE = frozenset({"ENABLED", "PENDING_ENABLE"})

PAGE = 20


def pages(count: int) -> int:
    """Return how many pages AWS needs for so many things."""
    return max(1, -(-count // PAGE))


def enabled_types(look: Look) -> tuple[PolicyType, ...]:
    """Return the policy types that are enabled in the root, by key."""
    root = look.items("Roots", organizations("ListRoots"))[0]
    found = [
        policy_type(entry["Type"])
        for entry in root.get("PolicyTypes", ())
        if entry["Status"] in ALIVE
    ]
    return tuple(sorted(found, key=lambda kind: kind.key))


def listed(look: Look, kind: PolicyType) -> tuple[Any, ...]:
    """Return the summaries of all policies of a type."""
    return look.items("Policies", organizations("ListPolicies", Filter=kind.name))


def by_targets(summaries: Sequence[Any], kind: PolicyType) -> tuple[list[Any], list[Any]]:
    """Return AWS's own policies, and the customer's; those that nobody can detach left out."""
    fixed = kind.default.id if kind.default and not kind.default.detachable else None
    managed = [one for one in summaries if one["AwsManaged"] and one["Id"] != fixed]
    return managed, [one for one in summaries if not one["AwsManaged"]]


def targets(look: Look, given: str) -> tuple[Any, ...]:
    """Return what a policy is attached to."""
    return look.items("Targets", organizations("ListTargetsForPolicy", PolicyId=given))


def address_of(summary: Any, kind: PolicyType) -> Address:
    """Return a policy's live address: AWS's own by name, the others by ID."""
    name = summary["Name"] if summary["AwsManaged"] else summary["Id"]
    return Address("policy", f"{kind.key}/{name}")


def scp(look: Look) -> Iterator[PolicyType]:
    """Yield the SCP type where it is enabled."""
    yield from (kind for kind in enabled_types(look) if kind.key == "scp")
