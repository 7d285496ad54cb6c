"""Roles that a service of AWS acts by and that are not its own to make: with AWS's policies for it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from govkit.errors import AwsError, BugError
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found
from govkit.policies.document import Document, of


@dataclass(frozen=True, slots=True)
class ServiceRole:
    """A role of an account. `trust` says who may take it, `policies` are the ARNs attached to it.

    `layout` is the owner's tag.
    """

    account: Address
    name: str
    trust: Document
    policies: tuple[str, ...]
    layout: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `service_role:audit/govkit-config-aggregator`."""
        return Address("service_role", f"{self.account.path}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def taken_by(service: str) -> Document:
    """Return the document that lets one service, and nobody else, take a role."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return of({"Version": "2012-10-17", "Statement": [trust]})


def _read(look: Look) -> Iterator[Found[ServiceRole]]:
    for one, spot in named(look, "service_role"):
        yield from looked(look, [spot], partial(_there, look, one.name))


def _there(api: Look | Api, name: str, spot: Spot) -> Iterator[Found[ServiceRole]]:
    def ask(operation: str) -> ApiCall:
        return ApiCall("iam", operation, {"RoleName": name}, spot.place)

    try:
        told = api.call(ask("GetRole"))["Role"]
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return
        raise
    attached = api.items("AttachedPolicies", ask("ListAttachedRolePolicies"))
    tags = {tag["Key"]: tag["Value"] for tag in told.get("Tags", ())}
    yield Found(
        ServiceRole(
            spot.account,
            name,
            _document(told.get("AssumeRolePolicyDocument") or {}),
            tuple(sorted(one["PolicyArn"] for one in attached)),
            tags.get(LAYOUT),
        )
    )


def _document(told: str | Mapping[str, Any]) -> Document:
    return of(dict(json.loads(told) if isinstance(told, str) else told))


def _glance(role: ServiceRole, api: Api, ids: Ids) -> Found[ServiceRole] | None:
    spot = Spot(role.account, place(role.account, ids))
    return next(_there(api, role.name, spot), None)


def _lower(change: Change[ServiceRole], ids: Ids) -> Iterator[ApiCall]:
    before, after = change.before, change.after
    if after is None:
        raise BugError("This is a bug in govkit: a service's role was to go", str(change.address))

    def ask(operation: str, **params: Any) -> ApiCall:
        where = place(after.account, ids)
        return ApiCall("iam", operation, {"RoleName": after.name, **params}, where)

    if before is None:
        tags = as_list({LAYOUT: after.layout})
        yield ask("CreateRole", AssumeRolePolicyDocument=after.trust.text, Tags=tags)
    elif before.trust != after.trust:
        yield ask("UpdateAssumeRolePolicy", PolicyDocument=after.trust.text)
    there = () if before is None else before.policies
    for arn in after.policies:
        if arn not in there:
            yield ask("AttachRolePolicy", PolicyArn=arn)
    for arn in there:
        if arn not in after.policies:
            yield ask("DetachRolePolicy", PolicyArn=arn)


KIND = Kind(
    name="service_role",
    noun="role",
    resource=ServiceRole,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    by_name=True,
    reads=("iam:GetRole", "iam:ListAttachedRolePolicies"),
    writes=lambda _: (
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DetachRolePolicy",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
    ),
    serves=("config",),
)
