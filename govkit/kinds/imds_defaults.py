"""How new instances of an account and Region answer for their metadata, where nobody says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.kinds._places import Spot, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found

REQUIRED = "required"
NO_PREFERENCE = "no-preference"


@dataclass(frozen=True, slots=True)
class ImdsDefaults:
    """The default of `HttpTokens`: `required` is IMDSv2 alone. What else is chosen stays as it is."""

    account: Address
    region: str
    http_tokens: str = REQUIRED

    @property
    def address(self) -> Address:
        """Where it stands: `imds_defaults:payments-prod/eu-west-1`."""
        return Address("imds_defaults", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[ImdsDefaults]]:
    yield from looked(look, regions(look), lambda spot: (_there(look, spot),))


def _there(api: Api | Look, spot: Spot) -> Found[ImdsDefaults]:
    answer = api.call(ApiCall("ec2", "GetInstanceMetadataDefaults", {}, spot.place))
    tokens = (answer.get("AccountLevel") or {}).get("HttpTokens") or NO_PREFERENCE
    return Found(ImdsDefaults(spot.account, spot.region, tokens))


def _glance(defaults: ImdsDefaults, api: Api, ids: Ids) -> Found[ImdsDefaults] | None:
    where = place(defaults.account, ids, defaults.region)
    return _there(api, Spot(defaults.account, where))


def _lower(change: Change[ImdsDefaults], ids: Ids) -> Iterator[ApiCall]:
    """ModifyInstanceMetadataDefaults leaves alone what it is not told; nothing is no preference."""
    where = place(change.subject.account, ids, change.subject.region)
    tokens = NO_PREFERENCE if change.after is None else change.after.http_tokens
    yield ApiCall("ec2", "ModifyInstanceMetadataDefaults", {"HttpTokens": tokens}, where)


KIND = Kind(
    name="imds_defaults",
    noun="default of instance metadata",
    resource=ImdsDefaults,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("ec2:GetInstanceMetadataDefaults",),
    writes=lambda _: ("ec2:ModifyInstanceMetadataDefaults",),
    serves=("account.imds",),
)
