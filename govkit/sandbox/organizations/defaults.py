"""The attachments that come and go by themselves: the defaults of enabled types, and all of a lost target."""

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import DEFAULT_POLICIES, Book
from govkit.sandbox.organizations.shown import type_statuses


def attachment_key(policy: str, target: str) -> str:
    return f"{policy} {target}"


def attach(entries: Book, policy: str, target: str) -> None:
    entries.attachments.put(attachment_key(policy, target), {"Policy": policy, "Target": target})


def attach_defaults(world: World, entries: Book, target: str) -> None:
    """Give a new OU or account the default policy of every type that is enabled."""
    for name in type_statuses(world, entries):
        if name in DEFAULT_POLICIES:
            attach(entries, DEFAULT_POLICIES[name], target)


def attach_default_everywhere(entries: Book, name: str) -> None:
    """Attach a newly enabled type's default policy to the root, every OU and every account."""
    if name in DEFAULT_POLICIES:
        for target in (entries.root, *entries.ous, *entries.accounts):
            attach(entries, DEFAULT_POLICIES[name], target)


def detach_all(entries: Book, target: str) -> None:
    for key in list(entries.attachments.where("Target", target)):
        entries.attachments.drop(key)


def detach_type(entries: Book, name: str) -> None:
    """Detach every policy of a type everywhere: what disabling the type does."""
    for policy in entries.policies.where("Type", name):
        for key in list(entries.attachments.where("Policy", policy)):
            entries.attachments.drop(key)
