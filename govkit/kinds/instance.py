"""EC2 instances, as far as `check` asks for them: their role, and which metadata service they offer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import BugError
from govkit.kinds._places import Spot, looked, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found

_GONE = ("shutting-down", "terminated")


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance. `profile` is the ARN of its instance profile, without which it has no role.

    `imds` is `v2`, `v1` where version 1 is answered too, or `off`.
    """

    account: Address
    region: str
    id: str
    profile: str | None = None
    imds: str = "v2"

    @property
    def address(self) -> Address:
        """Where it stands: `instance:payments-prod/eu-west-1/i-0123456789abcdef0`."""
        return Address("instance", f"{self.account.path}/{self.region}/{self.id}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[Instance]]:
    yield from looked(look, regions(look), lambda spot: _there(look, spot))


def _there(look: Look, spot: Spot) -> Iterator[Found[Instance]]:
    for reservation in look.items(
        "Reservations", ApiCall("ec2", "DescribeInstances", {}, spot.place)
    ):
        for one in reservation["Instances"]:
            if one["State"]["Name"] not in _GONE:
                profile = (one.get("IamInstanceProfile") or {}).get("Arn")
                options = one.get("MetadataOptions") or {}
                yield Found(
                    Instance(spot.account, spot.region, one["InstanceId"], profile, _imds(options))
                )


def _imds(options: Mapping[str, Any]) -> str:
    if options.get("HttpEndpoint") == "disabled":
        return "off"
    return "v2" if options.get("HttpTokens") == "required" else "v1"


def _glance(instance: Instance, _: Api, __: Ids) -> Found[Instance] | None:
    raise _never(instance.address)


def _lower(change: Change[Instance], _: Ids) -> Iterator[ApiCall]:
    raise _never(change.address)


def _never(address: Address) -> BugError:
    return BugError("This is a bug in govkit: an instance was to be changed", str(address))


KIND = Kind(
    name="instance",
    noun="instance",
    resource=Instance,
    read=_read,
    glance=_glance,
    lower=_lower,
    cares=lambda _, __: False,
    authority=Authority.MEMBER,
    beyond=True,
    watched=True,
    reads=("ec2:DescribeInstances",),
    serves=("account",),
)
