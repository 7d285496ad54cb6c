"""AWS Config's delivery channels: where what is recorded in an account and Region goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.kinds._places import Spot, entered, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class ConfigChannel:
    """The delivery channel; an account has one per Region.

    `frequency` is AWS's word for how often a snapshot is delivered (None: never). `holder` is the
    account of the bucket, and `recorder` the one that must be there first, where the layout asks.
    """

    account: Address
    region: str
    name: str
    bucket: str
    prefix: str | None = None
    frequency: str | None = None
    sns_topic: str | None = None
    kms_key: str | None = None
    recorder: str | None = field(default=None, compare=False)
    holder: Address | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `config_channel:payments-prod/eu-west-1/govkit`."""
        return Address("config_channel", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def seat(self) -> Address:
        """What only one channel can have."""
        return Address("config_channel", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, the recorder, and the bucket where it is ours."""
        place = f"{self.account.path}/{self.region}/{self.recorder}"
        recorder = (Address("config_recorder", place),) if self.recorder else ()
        bucket = (Address("bucket", self.bucket),) if self.holder is not None else ()
        return (self.account, *recorder, *bucket)


def _read(look: Look) -> Iterator[Found[ConfigChannel]]:
    yield from looked(look, entered(look, regions(look)), lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[ConfigChannel]]:
    call = ApiCall("config", "DescribeDeliveryChannels", {}, spot.place)
    for one in api.call(call)["DeliveryChannels"]:
        yield Found(_channel(spot, one))


def _channel(spot: Spot, told: Mapping[str, Any]) -> ConfigChannel:
    return ConfigChannel(
        spot.account,
        spot.region,
        told["name"],
        told.get("s3BucketName", ""),
        told.get("s3KeyPrefix") or None,
        (told.get("configSnapshotDeliveryProperties") or {}).get("deliveryFrequency"),
        told.get("snsTopicARN") or None,
        told.get("s3KmsKeyArn") or None,
    )


def _glance(channel: ConfigChannel, api: Api, ids: Ids) -> Found[ConfigChannel] | None:
    spot = Spot(channel.account, place(channel.account, ids, channel.region))
    return next((one for one in _there(api, spot) if one.resource.name == channel.name), None)


def _lower(change: Change[ConfigChannel], ids: Ids) -> Iterator[ApiCall]:
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    if after is None:
        told: dict[str, Any] = {"DeliveryChannelName": subject.name}
        yield ApiCall("config", "DeleteDeliveryChannel", told, where)
        return
    optional = {
        "s3KeyPrefix": after.prefix,
        "snsTopicARN": after.sns_topic,
        "s3KmsKeyArn": after.kms_key,
        "configSnapshotDeliveryProperties": (
            {"deliveryFrequency": after.frequency} if after.frequency else None
        ),
    }
    channel = {
        "name": after.name,
        "s3BucketName": after.bucket,
        **{name: value for name, value in optional.items() if value is not None},
    }
    yield ApiCall("config", "PutDeliveryChannel", {"DeliveryChannel": channel}, where)


KIND = Kind(
    name="config_channel",
    noun="Config delivery channel",
    resource=ConfigChannel,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("config:DescribeDeliveryChannels",),
    writes=lambda _: ("config:DeleteDeliveryChannel", "config:PutDeliveryChannel"),
    serves=("config",),
)
