"""What users may do: groups, attached and inline policies, and the list of it all."""

import json
from collections.abc import Iterable
from urllib.parse import quote

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.iam.rows import (
    Answer,
    GroupRow,
    Params,
    UserRow,
    arn,
    at,
    groups,
    in_use,
    keep_group,
    keep_user,
    missing,
    taken,
    the_group,
    the_user,
    users,
)
from govkit.sandbox.iam.users import shown, tags_of
from govkit.sandbox.refusals import refusal

_PAGE = 100  # how many users and groups GetAccountAuthorizationDetails shows at once


def create_group(world: World, params: Params) -> Answer:
    name = params["GroupName"]
    if at(world, name) in groups(world):
        raise taken(f"Group with name {name} already exists.")
    row = GroupRow(
        Account=world.caller.account,
        Name=name,
        Path=params.get("Path", "/"),
        Id=f"AGPA{world.caller.account}{len(groups(world)):04d}",
        Created=iso(world.now),
        Attached=[],
        Inline={},
    )
    keep_group(world, row)
    return {"Group": _group(world, row)}


def delete_group(world: World, params: Params) -> Answer:
    row = the_group(world, params)
    if row["Attached"] or row["Inline"] or _members(world, row["Name"]):
        raise in_use("Cannot delete entity, must remove policies and users first.")
    groups(world).drop(at(world, row["Name"]))
    return {}


def add_user_to_group(world: World, params: Params) -> Answer:
    group, user = the_group(world, params)["Name"], the_user(world, params)
    keep_user(world, {**user, "Groups": sorted({*user["Groups"], group})})
    return {}


def remove_user_from_group(world: World, params: Params) -> Answer:
    group, user = the_group(world, params)["Name"], the_user(world, params)
    keep_user(world, {**user, "Groups": [one for one in user["Groups"] if one != group]})
    return {}


def attach_user_policy(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    keep_user(world, {**user, "Attached": sorted({*user["Attached"], params["PolicyArn"]})})
    return {}


def detach_user_policy(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    keep_user(world, {**user, "Attached": _without(user["Attached"], params["PolicyArn"])})
    return {}


def attach_group_policy(world: World, params: Params) -> Answer:
    group = the_group(world, params)
    keep_group(world, {**group, "Attached": sorted({*group["Attached"], params["PolicyArn"]})})
    return {}


def detach_group_policy(world: World, params: Params) -> Answer:
    group = the_group(world, params)
    keep_group(world, {**group, "Attached": _without(group["Attached"], params["PolicyArn"])})
    return {}


def put_user_policy(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    given = {params["PolicyName"]: _document(params["PolicyDocument"])}
    keep_user(world, {**user, "Inline": {**user["Inline"], **given}})
    return {}


def delete_user_policy(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    keep_user(world, {**user, "Inline": _less(user["Inline"], params["PolicyName"])})
    return {}


def put_group_policy(world: World, params: Params) -> Answer:
    group = the_group(world, params)
    given = {params["PolicyName"]: _document(params["PolicyDocument"])}
    keep_group(world, {**group, "Inline": {**group["Inline"], **given}})
    return {}


def delete_group_policy(world: World, params: Params) -> Answer:
    group = the_group(world, params)
    keep_group(world, {**group, "Inline": _less(group["Inline"], params["PolicyName"])})
    return {}


def get_account_authorization_details(world: World, params: Params) -> Answer:
    """Show users and groups in pages; roles and policies, which the sandbox has none of, are empty."""
    asked = params.get("Filter") or ["User", "Group"]
    account = world.caller.account
    listed = [("User", one) for one in users(world).where("Account", account) if "User" in asked]
    listed += [
        ("Group", one) for one in groups(world).where("Account", account) if "Group" in asked
    ]
    start = _start(params.get("Marker", "0"))
    size = min(int(params.get("MaxItems", _PAGE)), _PAGE)
    here = listed[start : start + size]
    more = start + size < len(listed)
    return {
        "UserDetailList": [
            _user_detail(world, users(world)[one]) for sort, one in here if sort == "User"
        ],
        "GroupDetailList": [
            _group_detail(world, groups(world)[one]) for sort, one in here if sort == "Group"
        ],
        "RoleDetailList": [],
        "Policies": [],
        "IsTruncated": more,
        **({"Marker": str(start + size)} if more else {}),
    }


def _start(marker: str) -> int:
    if not marker.isdecimal():
        raise refusal("InvalidInput", message="Invalid Marker.")
    return int(marker)


def _user_detail(world: World, row: UserRow) -> Answer:
    found = {name: value for name, value in shown(world, row).items() if name != "PasswordLastUsed"}
    return {
        **found,
        "UserPolicyList": _inline(row["Inline"]),
        "GroupList": row["Groups"],
        "AttachedManagedPolicies": _attached(row["Attached"]),
        "Tags": tags_of(row),
    }


def _group_detail(world: World, row: GroupRow) -> Answer:
    return {
        **_group(world, row),
        "GroupPolicyList": _inline(row["Inline"]),
        "AttachedManagedPolicies": _attached(row["Attached"]),
    }


def _group(world: World, row: GroupRow) -> Answer:
    return {
        "Path": row["Path"],
        "GroupName": row["Name"],
        "GroupId": row["Id"],
        "Arn": arn(world, row["Account"], f"group{row['Path']}{row['Name']}"),
        "CreateDate": row["Created"],
    }


def _inline(told: dict[str, str]) -> list[Answer]:
    return [
        {"PolicyName": name, "PolicyDocument": quote(text)} for name, text in sorted(told.items())
    ]


def _attached(arns: Iterable[str]) -> list[Answer]:
    return [{"PolicyName": one.rpartition("/")[2], "PolicyArn": one} for one in arns]


def _members(world: World, group: str) -> list[str]:
    mine = users(world).where("Account", world.caller.account)
    return [one for one in mine if group in users(world)[one]["Groups"]]


def _without(listed: list[str], one: str) -> list[str]:
    if one not in listed:
        raise missing(f"Policy {one} was not found.")
    return [each for each in listed if each != one]


def _less(inline: dict[str, str], name: str) -> dict[str, str]:
    if name not in inline:
        raise missing(f"The policy with name {name} cannot be found.")
    return {each: text for each, text in inline.items() if each != name}


def _document(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise _malformed() from problem
    if not isinstance(document, dict) or "Statement" not in document:
        raise _malformed()
    return text


def _malformed() -> Exception:
    return refusal("MalformedPolicyDocument", message="Syntax errors in policy.")


HANDLERS = {
    "CreateGroup": create_group,
    "DeleteGroup": delete_group,
    "AddUserToGroup": add_user_to_group,
    "RemoveUserFromGroup": remove_user_from_group,
    "AttachUserPolicy": attach_user_policy,
    "DetachUserPolicy": detach_user_policy,
    "AttachGroupPolicy": attach_group_policy,
    "DetachGroupPolicy": detach_group_policy,
    "PutUserPolicy": put_user_policy,
    "DeleteUserPolicy": delete_user_policy,
    "PutGroupPolicy": put_group_policy,
    "DeleteGroupPolicy": delete_group_policy,
    "GetAccountAuthorizationDetails": get_account_authorization_details,
}
