"""Users with nothing left to sign in with, which the last stage deletes with all that hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from govkit.errors import AwsError, BugError
from govkit.kinds._places import place
from govkit.kinds._unlisted import nobody_lists
from govkit.kinds.access_key import keys_of
from govkit.kinds.iam_user import IamUser
from govkit.kinds.login_profile import profile_of
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class SpareUser:
    """A user; `idle` says that it has neither a password nor an active key.

    The rest is what AWS wants taken away before a user can go.
    """

    account: Address
    name: str
    idle: bool = True
    groups: tuple[str, ...] = field(default=(), compare=False)
    attached: tuple[str, ...] = field(default=(), compare=False)
    inline: tuple[str, ...] = field(default=(), compare=False)
    devices: tuple[str, ...] = field(default=(), compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `spare_user:payments-prod/jane`."""
        return Address("spare_user", f"{self.account.path}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def spare(user: IamUser, api: Api, ids: Ids) -> SpareUser:
    """Return a user as one to be deleted, with its MFA devices, which no list of users tells."""
    asked = ApiCall("iam", "ListMFADevices", {"UserName": user.name}, place(user.account, ids))
    devices = tuple(sorted(one["SerialNumber"] for one in api.items("MFADevices", asked)))
    return SpareUser(
        user.account,
        user.name,
        groups=user.groups,
        attached=user.attached,
        inline=user.inline,
        devices=devices,
    )


def _glance(user: SpareUser, api: Api, ids: Ids) -> Found[SpareUser] | None:
    try:
        api.call(ApiCall("iam", "GetUser", {"UserName": user.name}, place(user.account, ids)))
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    keys = any(one.active for one in keys_of(user.account, user.name, api, ids))
    idle = not keys and profile_of(user.account, user.name, api, ids) is None
    return Found(SpareUser(user.account, user.name, idle))


def _lower(change: Change[SpareUser], ids: Ids) -> Iterator[ApiCall]:
    user = change.before
    if user is None or change.after is not None:
        raise BugError("This is a bug in govkit: a user was to be made", str(change.address))
    where = place(user.account, ids)

    def ask(operation: str, **told: Any) -> ApiCall:
        return ApiCall("iam", operation, {"UserName": user.name, **told}, where)

    yield from (ask("DeactivateMFADevice", SerialNumber=one) for one in user.devices)
    yield from (ask("RemoveUserFromGroup", GroupName=one) for one in user.groups)
    yield from (ask("DetachUserPolicy", PolicyArn=one) for one in user.attached)
    yield from (ask("DeleteUserPolicy", PolicyName=one) for one in user.inline)
    yield ask("DeleteUser")


KIND = Kind(
    name="spare_user",
    noun="unused user",
    resource=SpareUser,
    read=nobody_lists,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    reads=(
        "iam:GetLoginProfile",
        "iam:GetUser",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
    ),
    writes=lambda _: (
        "iam:DeactivateMFADevice",
        "iam:DeleteUser",
        "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy",
        "iam:RemoveUserFromGroup",
    ),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
