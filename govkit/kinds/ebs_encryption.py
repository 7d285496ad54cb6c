"""That new EBS volumes are encrypted by default in an account and Region: there while they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.kinds._places import Spot, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class EbsEncryption:
    """EBS encryption by default; which key is used stays as it is."""

    account: Address
    region: str

    @property
    def address(self) -> Address:
        """Where it stands: `ebs_encryption:payments-prod/eu-west-1`."""
        return Address("ebs_encryption", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[EbsEncryption]]:
    yield from looked(look, regions(look), lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[EbsEncryption]]:
    answer = api.call(ApiCall("ec2", "GetEbsEncryptionByDefault", {}, spot.place))
    if answer["EbsEncryptionByDefault"]:
        yield Found(EbsEncryption(spot.account, spot.region))


def _glance(encryption: EbsEncryption, api: Api, ids: Ids) -> Found[EbsEncryption] | None:
    where = place(encryption.account, ids, encryption.region)
    return next(_there(api, Spot(encryption.account, where)), None)


def _lower(change: Change[EbsEncryption], ids: Ids) -> Iterator[ApiCall]:
    where = place(change.subject.account, ids, change.subject.region)
    yield ApiCall("ec2", f"{_verb(change).title()}EbsEncryptionByDefault", {}, where)


def _verb(change: Change[EbsEncryption]) -> str:
    return "disable" if change.action is Action.DELETE else "enable"


KIND = Kind(
    name="ebs_encryption",
    noun="EBS encryption by default",
    resource=EbsEncryption,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("ec2:GetEbsEncryptionByDefault",),
    writes=lambda _: ("ec2:DisableEbsEncryptionByDefault", "ec2:EnableEbsEncryptionByDefault"),
    serves=("account.ebs_encryption",),
)
