"""Regions that an account has enabled: looked at where the baseline covers them all, never changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.errors import BugError
from govkit.kinds._places import Spot, accounts, looked
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Found

SERVED = "regions.enabled"  # what stands in a layout that covers them all
_LIVE = ("ENABLED", "ENABLED_BY_DEFAULT")


@dataclass(frozen=True, slots=True)
class EnabledRegion:
    """A Region in which an account can be used."""

    account: Address
    region: str

    @property
    def address(self) -> Address:
        """Where it stands: `enabled_region:payments-prod/eu-west-1`."""
        return Address("enabled_region", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[EnabledRegion]]:
    reach = look.interest.coverage
    if reach is not None and reach.enabled:
        yield from looked(look, accounts(look), lambda spot: _enabled(look, spot))


def _enabled(look: Look, spot: Spot) -> Iterator[Found[EnabledRegion]]:
    call = ApiCall("account", "ListRegions", {"RegionOptStatusContains": list(_LIVE)}, spot.place)
    for one in look.items("Regions", call):
        yield Found(EnabledRegion(spot.account, one["RegionName"]))


def _glance(region: EnabledRegion, _: Api, __: Ids) -> Found[EnabledRegion] | None:
    raise _never(region.address)


def _lower(change: Change[EnabledRegion], _: Ids) -> Iterator[ApiCall]:
    raise _never(change.address)


def _never(address: Address) -> BugError:
    return BugError("This is a bug in govkit: a Region was to be changed", str(address))


KIND = Kind(
    name="enabled_region",
    noun="enabled Region",
    resource=EnabledRegion,
    read=_read,
    glance=_glance,
    lower=_lower,
    cares=lambda _, __: False,
    beyond=True,
    reads=("account:ListRegions",),
    serves=(SERVED,),
)
