"""Builds an organization in memory with the engine's own operations, to be written in one go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.disk import head, write_whole
from govkit.sandbox.identity import management_caller
from govkit.sandbox.organizations import (
    attachments,
    organization,
    policies,
    policy_types,
    tags,
    tree,
)
from govkit.sandbox.organizations.creation import DEFAULT_ROLE
from govkit.sandbox.organizations.defaults import attach_defaults
from govkit.sandbox.organizations.rows import SCP, SHAPES, Book, book
from govkit.sandbox.refusals import SandboxError
from govkit.sandbox.settings import Settings
from govkit.sandbox.store import write_settings
from govkit.sandbox.tables import document_text, empty_document


class Builder:
    """An organization in the making: every step obeys the same rules as a call would."""

    def __init__(self, settings: Settings, now: float) -> None:
        self._document = empty_document("organizations", SHAPES)
        self.world = World(
            documents=lambda _: self._document,
            settings=settings,
            caller=management_caller(settings),
            now=now,
        )
        self.book: Book = book(self.world)

    def organization(self, features: str = "ALL") -> str:
        """Create the organization with the management account's; return the root's id."""
        organization.create_organization(self.world, {"FeatureSet": features})
        return self.book.root

    def enable(self, policy_type: str = SCP) -> None:
        policy_types.enable_policy_type(
            self.world, {"RootId": self.book.root, "PolicyType": policy_type}
        )

    def ou(self, parent: str, name: str) -> str:
        answer = tree.create_ou(self.world, {"ParentId": parent, "Name": name})
        return str(answer["OrganizationalUnit"]["Id"])

    def account(
        self, parent: str, name: str, email: str, ident: str, *, invited: bool = False
    ) -> str:
        """Add a member that is already there, without the wait of CreateAccount."""
        self.book.accounts.put(
            ident,
            {
                "Id": ident,
                "Name": name,
                "Email": email,
                "Parent": parent,
                "State": "ACTIVE",
                "JoinedMethod": "INVITED" if invited else "CREATED",
                "JoinedTimestamp": iso(self.world.now),
                "ClosedTimestamp": "",
                "Role": "" if invited else DEFAULT_ROLE,
            },
        )
        attach_defaults(self.world, self.book, ident)
        return ident

    def policy(self, name: str, content: str, description: str, policy_type: str = SCP) -> str:
        answer = policies.create_policy(
            self.world,
            {"Type": policy_type, "Name": name, "Description": description, "Content": content},
        )
        return str(answer["Policy"]["PolicySummary"]["Id"])

    def attach(self, policy: str, target: str) -> None:
        attachments.attach_policy(self.world, {"PolicyId": policy, "TargetId": target})

    def tag(self, resource: str, values: Mapping[str, str]) -> None:
        given = [{"Key": key, "Value": value} for key, value in values.items()]
        tags.tag_resource(self.world, {"ResourceId": resource, "Tags": given})

    def do(self, handler: Any, **params: Any) -> dict[str, Any]:
        """Run any other operation's handler."""
        answer: dict[str, Any] = handler(self.world, params)
        return answer

    def write(self, directory: Path) -> None:
        """Write settings and organization into an empty folder."""
        require_empty(directory)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_settings(directory, self.world.settings)
        text = document_text(self._document, head("organizations"))
        write_whole(directory / "organizations.json", text)


def require_empty(directory: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise SandboxError(
            "The folder is not empty",
            f"A sandbox is made in a new or empty folder; {directory} has something in it.",
        )
