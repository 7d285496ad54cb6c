"""The root, and the organization that it is the root of; observed, never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from govkit.errors import BugError
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Look, organizations
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Found, Resource
from govkit.model.wanted import Wanted

ORGANIZATION = Address("organization", "/")
ORGANIZATION_ARN = Address("organization", "arn")  # which names the management account, too


@dataclass(frozen=True, slots=True)
class Root:
    """The organization: its ID, its management account's ID, partition, and feature set."""

    organization: str
    management_account: str
    partition: str = "aws"
    feature_set: str = "ALL"

    @property
    def arn(self) -> str:
        """The organization's name everywhere in AWS; in it stand both IDs."""
        return (
            f"arn:{self.partition}:organizations::{self.management_account}"
            f":organization/{self.organization}"
        )

    @property
    def address(self) -> Address:
        """The top of every path."""
        return ROOT

    @property
    def needs(self) -> tuple[Address, ...]:
        """Nothing."""
        return ()


def partition(ids: Ids) -> str:
    """Return the partition that the organization is in: `aws` where its ARN is not known."""
    return (ids.get(ORGANIZATION_ARN) or "arn:aws").split(":")[1]


def _read(look: Look) -> Iterator[Found[Root]]:
    described = look.call(organizations("DescribeOrganization"))
    roots = look.items("Roots", organizations("ListRoots"))
    yield Found(_root(described["Organization"]), str(roots[0]["Id"]))


def _root(organization: Any) -> Root:
    # MasterAccountId is AWS's name for the management account's ID.
    return Root(
        organization=organization["Id"],
        management_account=organization["MasterAccountId"],
        partition=str(organization["Arn"]).split(":")[1],
        feature_set=organization.get("FeatureSet", "ALL"),
    )


def _glance(_: Root, api: Api, __: Ids) -> Found[Root] | None:
    described = api.call(organizations("DescribeOrganization"))
    (root,) = api.items("Roots", organizations("ListRoots"))
    return Found(_root(described["Organization"]), str(root["Id"]))


def _lower(change: Change[Root], _: Ids) -> Iterator[ApiCall]:
    raise BugError("This is a bug in govkit: a root is never changed", f"{change.facts()}")


def _meet(wanted: Root | None, live: Root | None) -> tuple[Root | None, Root | None]:
    return (live if wanted is not None and live is not None else wanted), live


def _cares(resource: Resource, wanted: Wanted) -> bool:
    return resource.address in wanted.state


_READS = (
    "organizations:DescribeOrganization",
    "organizations:ListRoots",
)

KIND = Kind(
    name="root",
    noun="root",
    resource=Root,
    read=_read,
    glance=_glance,
    lower=_lower,
    meet=_meet,
    cares=_cares,
    reads=_READS,
)
