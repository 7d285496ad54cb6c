"""IAM users with their groups, policies and the stage that their credentials are in; looked at alone."""

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

STAGE_TAG = "govkit:credentials"
_OWNER_TAGS = ("owner", "Owner")


@dataclass(frozen=True, slots=True)
class IamUser:
    """A user. `administrator` are those of its inline policies that let do everything.

    `stage` is the value of the tag `govkit:credentials`, `owner` that of `owner`; None without.
    """

    account: Address
    name: str
    arn: str
    groups: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    administrator: tuple[str, ...] = ()
    stage: str | None = None
    owner: str | None = None

    @property
    def address(self) -> Address:
        """Where it stands: `iam_user:payments-prod/jane`."""
        return Address("iam_user", f"{self.account.path}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[IamUser]]:
    yield from looked(look, accounts(look), lambda spot: _users(look, spot))


def _users(look: Look, spot: Spot) -> Iterator[Found[IamUser]]:
    for one in listed(look, spot, "User"):
        yield Found(_user(spot.account, one))


def _user(account: Address, told: Mapping[str, Any]) -> IamUser:
    names, administrator = inline(told.get("UserPolicyList", ()))
    tags = {one["Key"]: one["Value"] for one in told.get("Tags", ())}
    return IamUser(
        account,
        told["UserName"],
        told["Arn"],
        groups=tuple(sorted(told.get("GroupList", ()))),
        attached=attached(told),
        inline=names,
        administrator=administrator,
        stage=tags.get(STAGE_TAG),
        owner=next((tags[name] for name in _OWNER_TAGS if name in tags), None),
    )


KIND = Kind(
    name="iam_user",
    noun="IAM user",
    resource=IamUser,
    read=_read,
    glance=no_glance,
    lower=no_change,
    authority=Authority.MEMBER,
    reads=("iam:GetAccountAuthorizationDetails",),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
