"""Whether the organization's trail is in an account, as the account itself sees it; never written."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from govkit.kinds._observed import no_change, where_seen
from govkit.kinds._places import Spot, accounts, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Place
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class TrailView:
    """An organization's trail, seen from a member: whether CloudTrail shows it there."""

    account: Address
    region: str
    name: str
    shown: bool = True

    @property
    def address(self) -> Address:
        """Where it stands: `trail_view:payments-prod/eu-west-1/org-trail`."""
        return Address("trail_view", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[TrailView]]:
    """Yield how each member sees each trail that the management account has for all: one call each."""
    trails = [one.resource for one in look.found("trail") if one.resource.organization]
    owners = {trail.account for trail in trails}
    for region in sorted({trail.region for trail in trails}):
        spots = [
            Spot(spot.account, Place(spot.place.account, region))
            for spot in accounts(look)
            if spot.account not in owners
        ]
        names = {trail.name for trail in trails if trail.region == region}
        yield from looked(look, spots, partial(_seen, look, names))


def _seen(api: Look | Api, names: set[str], spot: Spot) -> Iterator[Found[TrailView]]:
    listed = api.call(ApiCall("cloudtrail", "DescribeTrails", {}, spot.place))["trailList"]
    shown = {one["Name"] for one in listed if one.get("IsOrganizationTrail")}
    for name in sorted(names):
        yield Found(TrailView(spot.account, spot.region, name, name in shown))


def _glance(view: TrailView, api: Api, ids: Ids) -> Found[TrailView] | None:
    spot = Spot(view.account, place(view.account, ids, view.region))
    return next(_seen(api, {view.name}, spot), None)


KIND = Kind(
    name="trail_view",
    noun="view of a trail",
    resource=TrailView,
    read=_read,
    glance=_glance,
    lower=no_change,
    meet=where_seen,  # a missing trail is said of the trail itself
    authority=Authority.MEMBER,
    beyond=True,
    watched=True,
    reads=("cloudtrail:DescribeTrails",),
    serves=("cloudtrail",),
)
