"""That AWS Config records in an account and Region: there while its recorder runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from govkit.kinds._places import Spot, entered, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class ConfigRecording:
    """A recorder that runs; AWS starts it only once there is a channel."""

    account: Address
    region: str
    recorder: str
    channel: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `config_recording:payments-prod/eu-west-1/govkit`."""
        return Address("config_recording", f"{self.account.path}/{self.region}/{self.recorder}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The recorder and its channel."""
        place = f"{self.account.path}/{self.region}"
        channel = (Address("config_channel", f"{place}/{self.channel}"),) if self.channel else ()
        return (Address("config_recorder", f"{place}/{self.recorder}"), *channel)


def _read(look: Look) -> Iterator[Found[ConfigRecording]]:
    yield from looked(look, entered(look, regions(look)), lambda spot: _with_channel(look, spot))


def _with_channel(look: Look, spot: Spot) -> Iterator[Found[ConfigRecording]]:
    """Yield what records with its channel, which cannot go before it; a look asks for that anyway."""
    call = ApiCall("config", "DescribeDeliveryChannels", {}, spot.place)
    channel = next((one["name"] for one in look.call(call)["DeliveryChannels"]), None)
    for found in _there(look, spot):
        yield Found(replace(found.resource, channel=channel))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[ConfigRecording]]:
    call = ApiCall("config", "DescribeConfigurationRecorderStatus", {}, spot.place)
    for one in api.call(call)["ConfigurationRecordersStatus"]:
        if one.get("recording") and not one.get("servicePrincipal"):
            yield Found(ConfigRecording(spot.account, spot.region, one["name"]))


def _glance(recording: ConfigRecording, api: Api, ids: Ids) -> Found[ConfigRecording] | None:
    spot = Spot(recording.account, place(recording.account, ids, recording.region))
    found = _there(api, spot)
    return next((one for one in found if one.resource.recorder == recording.recorder), None)


def _lower(change: Change[ConfigRecording], ids: Ids) -> Iterator[ApiCall]:
    recording = change.subject
    verb = "Stop" if change.action is Action.DELETE else "Start"
    where = place(recording.account, ids, recording.region)
    told = {"ConfigurationRecorderName": recording.recorder}
    yield ApiCall("config", f"{verb}ConfigurationRecorder", told, where)


def _verb(change: Change[ConfigRecording]) -> str:
    return "disable" if change.action is Action.DELETE else "enable"


KIND = Kind(
    name="config_recording",
    noun="Config recording",
    resource=ConfigRecording,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("config:DescribeConfigurationRecorderStatus", "config:DescribeDeliveryChannels"),
    writes=lambda _: ("config:StartConfigurationRecorder", "config:StopConfigurationRecorder"),
    serves=("config",),
)
