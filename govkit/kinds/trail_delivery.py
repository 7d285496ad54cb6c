"""Whether a trail delivers: looked at and never written, for nothing here mends it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.kinds._observed import no_change, where_seen
from govkit.kinds._places import Spot, looked, management, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.kind import Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class TrailDelivery:
    """How a trail fares: S3's answer where it could not deliver logs, or the digests that prove them."""

    account: Address
    region: str
    name: str
    error: str | None = None
    digest_error: str | None = None

    @property
    def address(self) -> Address:
        """Where it stands: `trail_delivery:management/eu-west-1/org-trail`."""
        return Address("trail_delivery", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The trail."""
        return (Address("trail", self.address.path),)


def _read(look: Look) -> Iterator[Found[TrailDelivery]]:
    yield from looked(look, management(look), lambda spot: _there(look, spot))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[TrailDelivery]]:
    """Yield what the trails' own reading asks as well: a look fetches each answer once."""
    trails = api.call(ApiCall("cloudtrail", "DescribeTrails", {}, spot.place))["trailList"]
    for one in trails:
        if one.get("HomeRegion") == spot.region or one.get("IsOrganizationTrail"):
            asked = ApiCall("cloudtrail", "GetTrailStatus", {"Name": one["TrailARN"]}, spot.place)
            yield Found(_delivery(spot, one, api.call(asked)))


def _delivery(spot: Spot, trail: Mapping[str, Any], status: Mapping[str, Any]) -> TrailDelivery:
    return TrailDelivery(
        spot.account,
        trail.get("HomeRegion", spot.region),
        trail["Name"],
        status.get("LatestDeliveryError") or None,
        status.get("LatestDigestDeliveryError") or None,
    )


def _glance(delivery: TrailDelivery, api: Api, ids: Ids) -> Found[TrailDelivery] | None:
    spot = Spot(delivery.account, place(delivery.account, ids, delivery.region))
    found = _there(api, spot)
    return next((one for one in found if one.resource.name == delivery.name), None)


KIND = Kind(
    name="trail_delivery",
    noun="delivery of a trail",
    resource=TrailDelivery,
    read=_read,
    glance=_glance,
    lower=no_change,
    meet=where_seen,  # a missing trail is said of the trail itself
    beyond=True,
    reads=("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"),
    serves=("cloudtrail",),
    remedy="Look at what AWS said: the bucket's policy, its key's policy, or the topic's keeps "
    "CloudTrail from delivering.",
)
