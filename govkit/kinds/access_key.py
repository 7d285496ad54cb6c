"""Access keys of users whose credentials are put out of use, stage by stage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import AwsError, BugError
from govkit.kinds._places import place
from govkit.kinds._unlisted import nobody_lists
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A user's access key, and the moment when it was last used (None: never).

    A key that was used after a stage was reviewed is another one than was reviewed.
    """

    account: Address
    user: str
    key: str
    active: bool
    created: str
    used: str | None = None

    @property
    def address(self) -> Address:
        """Where it stands: `access_key:payments-prod/jane/AKIA…`."""
        return Address("access_key", f"{self.account.path}/{self.user}/{self.key}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def keys_of(account: Address, user: str, api: Api, ids: Ids) -> Iterator[AccessKey]:
    """Yield a user's access keys as they are now; none where there is no such user any more."""
    where = place(account, ids)
    try:
        listed = api.call(ApiCall("iam", "ListAccessKeys", {"UserName": user}, where))
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return
        raise
    for one in listed["AccessKeyMetadata"]:
        asked = ApiCall("iam", "GetAccessKeyLastUsed", {"AccessKeyId": one["AccessKeyId"]}, where)
        used = api.call(asked).get("AccessKeyLastUsed", {}).get("LastUsedDate")
        yield AccessKey(
            account,
            user,
            one["AccessKeyId"],
            one["Status"] == "Active",
            one["CreateDate"].isoformat(),
            None if used is None else used.isoformat(),
        )


def _glance(key: AccessKey, api: Api, ids: Ids) -> Found[AccessKey] | None:
    there = keys_of(key.account, key.user, api, ids)
    return next((Found(one) for one in there if one.key == key.key), None)


def _lower(change: Change[AccessKey], ids: Ids) -> Iterator[ApiCall]:
    key = change.subject
    told: Mapping[str, Any] = {"UserName": key.user, "AccessKeyId": key.key}
    where = place(key.account, ids)
    match change.action:
        case Action.DELETE:
            yield ApiCall("iam", "DeleteAccessKey", told, where)
        case Action.UPDATE:
            status = "Active" if key.active else "Inactive"
            yield ApiCall("iam", "UpdateAccessKey", {**told, "Status": status}, where)
        case Action.CREATE:
            raise BugError(
                "This is a bug in govkit: an access key was to be made", str(key.address)
            )


def _verb(change: Change[AccessKey]) -> str:
    if change.action is Action.UPDATE:
        return "enable" if change.subject.active else "disable"
    return "create" if change.action is Action.CREATE else "delete"


KIND = Kind(
    name="access_key",
    noun="access key",
    resource=AccessKey,
    read=nobody_lists,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    authority=Authority.MEMBER,
    reads=("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"),
    writes=lambda _: ("iam:DeleteAccessKey", "iam:UpdateAccessKey"),
    beyond=True,
    serves=("credentials",),
    watched=True,
)
