"""What the sandbox remembers of an organization: one TypedDict per table, and a view of them all."""

from collections.abc import Mapping
from typing import TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.tables import Document, Shape, Table

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"
FULL_ACCESS = "p-FullAWSAccess"
RCP_FULL_ACCESS = "p-RCPFullAWSAccess"
# Attached to every entity when their type is enabled.
DEFAULT_POLICIES: Mapping[str, str] = {SCP: FULL_ACCESS, RCP: RCP_FULL_ACCESS}


class OrganizationRow(TypedDict):
    """The organization; there is at most one."""

    Id: str
    FeatureSet: str
    ManagementAccount: str
    Root: str
    CreatedTimestamp: str


class AccountRow(TypedDict):
    """A member; `Role` is the role made with it, empty for an invited account."""

    Id: str
    Name: str
    Email: str
    Parent: str
    State: str
    JoinedMethod: str
    JoinedTimestamp: str
    ClosedTimestamp: str
    Role: str


class OutsideRow(TypedDict):
    """An account that is no member (any more); its e-mail address stays taken."""

    Id: str
    Name: str
    Email: str


class OuRow(TypedDict):
    """An organizational unit."""

    Id: str
    Name: str
    Parent: str


class PolicyTypeRow(TypedDict):
    """A policy type that was enabled or disabled (`Status`) at a time; the change takes a while."""

    Type: str
    Status: str
    Since: str


class PolicyRow(TypedDict):
    """A policy, its content exactly as it was sent."""

    Id: str
    Name: str
    Type: str
    Description: str
    Content: str
    AwsManaged: bool
    UpdatedTimestamp: str


class AttachmentRow(TypedDict):
    """A policy on a target."""

    Policy: str
    Target: str


class TagsRow(TypedDict):
    """All tags of a resource."""

    Tags: dict[str, str]


class CreationRow(TypedDict):
    """A request for an account; `Polls` counts how often somebody asked about it."""

    Id: str
    AccountName: str
    Email: str
    Role: str
    Tags: dict[str, str]
    State: str
    RequestedTimestamp: str
    CompletedTimestamp: str
    AccountId: str
    FailureReason: str
    Polls: int


class ServiceRow(TypedDict):
    """A service that has access to the organization."""

    ServicePrincipal: str
    DateEnabled: str


class DelegationRow(TypedDict):
    """An account that administers a service for the organization."""

    ServicePrincipal: str
    Account: str
    DelegationEnabledDate: str


class ResourcePolicyRow(TypedDict):
    """The organization's delegation policy; there is at most one."""

    Id: str
    Content: str


class HandshakeRow(TypedDict):
    """A request to enable all features."""

    Id: str
    State: str
    RequestedTimestamp: str


class CounterRow(TypedDict):
    """How many ids were made."""

    Value: int


SHAPES: Mapping[str, Shape] = {
    "organization": Shape(OrganizationRow),
    "accounts": Shape(AccountRow, ("Parent", "Email", "State")),
    "outside": Shape(OutsideRow, ("Email",)),
    "ous": Shape(OuRow, ("Parent",)),
    "policy_types": Shape(PolicyTypeRow),
    "policies": Shape(PolicyRow, ("Type", "Name")),
    "attachments": Shape(AttachmentRow, ("Policy", "Target")),
    "tags": Shape(TagsRow),
    "creations": Shape(CreationRow, ("State",)),
    "services": Shape(ServiceRow),
    "delegations": Shape(DelegationRow, ("ServicePrincipal", "Account")),
    "resource_policy": Shape(ResourcePolicyRow),
    "handshakes": Shape(HandshakeRow),
    "counters": Shape(CounterRow),
}


class Book:
    """The tables of the organization, each with the type of its rows."""

    def __init__(self, document: Document) -> None:
        tables = document.tables
        self.organization: Table[OrganizationRow] = tables["organization"]
        self.accounts: Table[AccountRow] = tables["accounts"]
        self.outside: Table[OutsideRow] = tables["outside"]
        self.ous: Table[OuRow] = tables["ous"]
        self.policy_types: Table[PolicyTypeRow] = tables["policy_types"]
        self.policies: Table[PolicyRow] = tables["policies"]
        self.attachments: Table[AttachmentRow] = tables["attachments"]
        self.tags: Table[TagsRow] = tables["tags"]
        self.creations: Table[CreationRow] = tables["creations"]
        self.services: Table[ServiceRow] = tables["services"]
        self.delegations: Table[DelegationRow] = tables["delegations"]
        self.resource_policy: Table[ResourcePolicyRow] = tables["resource_policy"]
        self.handshakes: Table[HandshakeRow] = tables["handshakes"]
        self.counters: Table[CounterRow] = tables["counters"]

    @property
    def root(self) -> str:
        return self.the_organization["Root"]

    @property
    def the_organization(self) -> OrganizationRow:
        return self.organization.rows()[0]


def book(world: World) -> Book:
    return Book(world.documents("organizations"))
