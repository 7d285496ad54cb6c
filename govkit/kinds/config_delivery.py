"""Whether what AWS Config records is delivered: looked at and never written."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.kinds._observed import no_change, where_seen
from govkit.kinds._places import Spot, entered, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class ConfigDelivery:
    """How a recorder fares: AWS's word for why it last failed, None where it did not."""

    account: Address
    region: str
    recorder: str
    error: str | None = None

    @property
    def address(self) -> Address:
        """Where it stands: `config_delivery:payments-prod/eu-west-1/govkit`."""
        return Address("config_delivery", f"{self.account.path}/{self.region}/{self.recorder}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """That it records."""
        return (Address("config_recording", self.address.path),)


def _read(look: Look) -> Iterator[Found[ConfigDelivery]]:
    yield from looked(look, entered(look, regions(look)), lambda spot: _there(look, spot))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[ConfigDelivery]]:
    """Yield what asking whether it records has told already: a look fetches each answer once."""
    call = ApiCall("config", "DescribeConfigurationRecorderStatus", {}, spot.place)
    for one in api.call(call)["ConfigurationRecordersStatus"]:
        if one.get("recording") and not one.get("servicePrincipal"):
            failed = one.get("lastStatus") == "FAILURE"
            error = one.get("lastErrorCode") or "FAILURE" if failed else None
            yield Found(ConfigDelivery(spot.account, spot.region, one["name"], error))


def _glance(delivery: ConfigDelivery, api: Api, ids: Ids) -> Found[ConfigDelivery] | None:
    spot = Spot(delivery.account, place(delivery.account, ids, delivery.region))
    found = _there(api, spot)
    return next((one for one in found if one.resource.recorder == delivery.recorder), None)


KIND = Kind(
    name="config_delivery",
    noun="delivery of Config",
    resource=ConfigDelivery,
    read=_read,
    glance=_glance,
    lower=no_change,
    meet=where_seen,  # a recorder that does not record is said of the recording itself
    authority=Authority.MEMBER,
    beyond=True,
    reads=("config:DescribeConfigurationRecorderStatus",),
    serves=("config",),
    remedy="Look at what AWS said: the bucket's policy, its key's policy, or the topic's keeps AWS "
    "Config from delivering.",
)
