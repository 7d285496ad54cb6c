"""IAM groups with their policies; looked at alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.kinds._grants import attached, inline, listed
from govkit.kinds._observed import no_change, no_glance
from govkit.kinds._places import Spot, accounts, looked
from govkit.model.address import Address
from govkit.model.call import Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class IamGroup:
    """A group. `administrator` are those of its inline policies that let do everything."""

    account: Address
    name: str
    arn: str
    attached: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    administrator: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Where it stands: `iam_group:payments-prod/developers`."""
        return Address("iam_group", f"{self.account.path}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[IamGroup]]:
    yield from looked(look, accounts(look), lambda spot: _groups(look, spot))


def _groups(look: Look, spot: Spot) -> Iterator[Found[IamGroup]]:
    for one in listed(look, spot, "Group"):
        yield Found(_group(spot.account, one))


def _group(account: Address, told: Mapping[str, Any]) -> IamGroup:
    names, administrator = inline(told.get("GroupPolicyList", ()))
    return IamGroup(
        account,
        told["GroupName"],
        told["Arn"],
        attached=attached(told),
        inline=names,
        administrator=administrator,
    )


KIND = Kind(
    name="iam_group",
    noun="IAM group",
    resource=IamGroup,
    read=_read,
    glance=no_glance,
    lower=no_change,
    authority=Authority.MEMBER,
    reads=("iam:GetAccountAuthorizationDetails",),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
