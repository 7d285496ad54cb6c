"""What the sandbox remembers of IAM, keyed by account and name."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]


class PasswordPolicyRow(TypedDict):
    """An account's password policy, keyed by the account; members are those of IAM's own."""

    MinimumPasswordLength: int
    RequireSymbols: bool
    RequireNumbers: bool
    RequireUppercaseCharacters: bool
    RequireLowercaseCharacters: bool
    AllowUsersToChangePassword: bool
    MaxPasswordAge: NotRequired[int]
    PasswordReusePrevention: NotRequired[int]
    HardExpiry: bool


class RoleRow(TypedDict):
    """A role that a service made for itself, keyed by account and name."""

    Account: str
    Name: str
    Path: str
    Service: str
    Created: str


class UserRow(TypedDict):
    """A user. Empty texts stand for what is not there: `Password` is when it was last set."""

    Account: str
    Name: str
    Path: str
    Id: str
    Created: str
    Password: str
    PasswordUsed: str
    Mfa: list[str]
    Groups: list[str]
    Attached: list[str]
    Inline: dict[str, str]
    Tags: dict[str, str]


class KeyRow(TypedDict):
    """An access key, keyed by its ID."""

    Owner: str
    Id: str
    Active: bool
    Created: str
    Used: str
    UsedRegion: str
    UsedService: str


class GroupRow(TypedDict):
    """A group of users."""

    Account: str
    Name: str
    Path: str
    Id: str
    Created: str
    Attached: list[str]
    Inline: dict[str, str]


class RootRow(TypedDict):
    """What an account's root user signs in with, keyed by the account; `Keys` are days of creation."""

    Password: bool
    Mfa: bool
    Keys: list[str]
    Certificates: int
    Used: str


class ReportRow(TypedDict):
    """The last credential report, keyed by the account."""

    Done: bool
    Generated: str
    Content: str


class FeatureRow(TypedDict):
    """A root feature of the organization, keyed by its name."""

    Name: str


SHAPES = {
    "password_policies": Shape(PasswordPolicyRow),
    "roles": Shape(RoleRow, ("Account",)),
    "users": Shape(UserRow, ("Account",)),
    "keys": Shape(KeyRow, ("Owner",)),
    "groups": Shape(GroupRow, ("Account",)),
    "roots": Shape(RootRow),
    "reports": Shape(ReportRow),
    "features": Shape(FeatureRow),
}


def table(world: World, name: str) -> "Table[Any]":
    return world.documents("iam").tables[name]


def users(world: World) -> "Table[UserRow]":
    return table(world, "users")


def keys(world: World) -> "Table[KeyRow]":
    return table(world, "keys")


def groups(world: World) -> "Table[GroupRow]":
    return table(world, "groups")


def at(world: World, name: str) -> str:
    """Return the key of what is called so in the caller's account."""
    return f"{world.caller.account}/{name}"


def the_user(world: World, params: Params) -> UserRow:
    """Return the user that a call names, the caller's own where it may leave that out."""
    name = params["UserName"]
    row = users(world).get(at(world, name))
    if row is None:
        raise missing(f"The user with name {name} cannot be found.")
    return row


def keep_user(world: World, row: UserRow) -> None:
    users(world).put(f"{row['Account']}/{row['Name']}", row)


def the_group(world: World, params: Params) -> GroupRow:
    row = groups(world).get(at(world, params["GroupName"]))
    if row is None:
        raise missing(f"The group with name {params['GroupName']} cannot be found.")
    return row


def keep_group(world: World, row: GroupRow) -> None:
    groups(world).put(f"{row['Account']}/{row['Name']}", row)


def keys_of(world: World, user: UserRow) -> list[KeyRow]:
    """Return a user's access keys, the oldest first."""
    found = [
        keys(world)[one] for one in keys(world).where("Owner", f"{user['Account']}/{user['Name']}")
    ]
    return sorted(found, key=lambda one: (one["Created"], one["Id"]))


def arn(world: World, account: str, resource: str) -> str:
    return f"arn:{world.settings.partition}:iam::{account}:{resource}"


def root_of(world: World, account: str) -> RootRow:
    """Return what a root user has: AWS gives one to accounts that were not made by Organizations."""
    told: RootRow | None = table(world, "roots").get(account)
    if told is not None:
        return told
    member = book(world).accounts.get(account)
    own = member is None or member["JoinedMethod"] == "INVITED"
    return {"Password": own, "Mfa": own, "Keys": [], "Certificates": 0, "Used": ""}


def missing(text: str) -> RefusalError:
    return refusal("NoSuchEntity", message=text, status=404)


def taken(text: str) -> RefusalError:
    return refusal("EntityAlreadyExists", message=text, status=409)


def too_many(text: str) -> RefusalError:
    return refusal("LimitExceeded", message=text, status=409)


def in_use(text: str) -> RefusalError:
    return refusal("DeleteConflict", message=text, status=409)
