"""Users and their tags; a user that still has something cannot be deleted."""

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.iam.rows import (
    Answer,
    Params,
    UserRow,
    arn,
    at,
    in_use,
    keep_user,
    keys_of,
    taken,
    the_user,
    users,
)

_RESERVED = ("Login Profile", "Access Keys", "MFA devices", "groups", "policies")


def create_user(world: World, params: Params) -> Answer:
    name = params["UserName"]
    known = {one.rpartition("/")[2].lower() for one in _mine(world)}
    if name.lower() in known:
        raise taken(f"User with name {name} already exists.")
    row = UserRow(
        Account=world.caller.account,
        Name=name,
        Path=params.get("Path", "/"),
        Id=f"AIDA{world.caller.account}{len(users(world)):04d}",
        Created=iso(world.now),
        Password="",
        PasswordUsed="",
        Mfa=[],
        Groups=[],
        Attached=[],
        Inline={},
        Tags={one["Key"]: one["Value"] for one in params.get("Tags", ())},
    )
    keep_user(world, row)
    return {"User": shown(world, row)}


def get_user(world: World, params: Params) -> Answer:
    return {"User": shown(world, the_user(world, params))}


def list_users(world: World, _: Params) -> Answer:
    return {
        "Users": [shown(world, users(world)[one]) for one in _mine(world)],
        "IsTruncated": False,
    }


def delete_user(world: World, params: Params) -> Answer:
    row = the_user(world, params)
    has = (
        row["Password"],
        keys_of(world, row),
        row["Mfa"],
        row["Groups"],
        [*row["Attached"], *row["Inline"]],
    )
    left = [what for what, there in zip(_RESERVED, has, strict=True) if there]
    if left:
        raise in_use(f"Cannot delete entity, must remove {left[0]} first.")
    users(world).drop(at(world, row["Name"]))
    return {}


def tag_user(world: World, params: Params) -> Answer:
    row = the_user(world, params)
    given = {one["Key"]: one["Value"] for one in params["Tags"]}
    keep_user(world, {**row, "Tags": {**row["Tags"], **given}})
    return {}


def untag_user(world: World, params: Params) -> Answer:
    row = the_user(world, params)
    kept = {key: value for key, value in row["Tags"].items() if key not in params["TagKeys"]}
    keep_user(world, {**row, "Tags": kept})
    return {}


def list_user_tags(world: World, params: Params) -> Answer:
    return {"Tags": tags_of(the_user(world, params)), "IsTruncated": False}


def tags_of(row: UserRow) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in sorted(row["Tags"].items())]


def shown(world: World, row: UserRow) -> Answer:
    used = {"PasswordLastUsed": row["PasswordUsed"]} if row["PasswordUsed"] else {}
    return {
        "Path": row["Path"],
        "UserName": row["Name"],
        "UserId": row["Id"],
        "Arn": arn(world, row["Account"], f"user{row['Path']}{row['Name']}"),
        "CreateDate": row["Created"],
        **used,
    }


def _mine(world: World) -> list[str]:
    return users(world).where("Account", world.caller.account)


HANDLERS = {
    "CreateUser": create_user,
    "GetUser": get_user,
    "ListUsers": list_users,
    "DeleteUser": delete_user,
    "TagUser": tag_user,
    "UntagUser": untag_user,
    "ListUserTags": list_user_tags,
}
