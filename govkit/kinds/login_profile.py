"""Console passwords of users whose credentials are put out of use, stage by stage."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.errors import AwsError, BugError
from govkit.kinds._places import place
from govkit.kinds._unlisted import nobody_lists
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """A user's console password, and the moment when it was last used (None: never)."""

    account: Address
    user: str
    used: str | None = None

    @property
    def address(self) -> Address:
        """Where it stands: `login_profile:payments-prod/jane`."""
        return Address("login_profile", f"{self.account.path}/{self.user}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def profile_of(account: Address, user: str, api: Api, ids: Ids) -> LoginProfile | None:
    """Return a user's password as it is now; None without one, or without the user."""
    where, told = place(account, ids), {"UserName": user}
    try:
        api.call(ApiCall("iam", "GetLoginProfile", told, where))
        used = api.call(ApiCall("iam", "GetUser", told, where))["User"].get("PasswordLastUsed")
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    return LoginProfile(account, user, None if used is None else used.isoformat())


def _glance(profile: LoginProfile, api: Api, ids: Ids) -> Found[LoginProfile] | None:
    there = profile_of(profile.account, profile.user, api, ids)
    return None if there is None else Found(there)


def _lower(change: Change[LoginProfile], ids: Ids) -> Iterator[ApiCall]:
    profile = change.subject
    if change.after is not None:
        raise BugError("This is a bug in govkit: a password was to be made", str(profile.address))
    told = {"UserName": profile.user}
    yield ApiCall("iam", "DeleteLoginProfile", told, place(profile.account, ids))


KIND = Kind(
    name="login_profile",
    noun="password",
    resource=LoginProfile,
    read=nobody_lists,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    reads=("iam:GetLoginProfile", "iam:GetUser"),
    writes=lambda _: ("iam:DeleteLoginProfile",),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
