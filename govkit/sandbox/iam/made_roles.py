"""IAM's roles that somebody made: who may take them, and which policies of AWS are on them."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]


class MadeRoleRow(TypedDict):
    """A role, keyed by account and name; `Trust` is a document's text, `Attached` are ARNs."""

    Account: str
    Name: str
    Path: str
    Trust: str
    Attached: list[str]
    Tags: dict[str, str]
    Created: str


SHAPE = Shape(MadeRoleRow, ("Account",))


def create_role(world: World, params: Params) -> Answer:
    name, key = params["RoleName"], _key(world, params)
    if key in _table(world) or key in world.documents("iam").tables["roles"]:
        text = f"Role with name {name} already exists."
        raise refusal("EntityAlreadyExists", message=text, status=409)
    row = MadeRoleRow(
        Account=world.caller.account,
        Name=name,
        Path=params.get("Path", "/"),
        Trust=_checked(params["AssumeRolePolicyDocument"]),
        Attached=[],
        Tags={one["Key"]: one["Value"] for one in params.get("Tags") or ()},
        Created=iso(world.now),
    )
    _table(world).put(key, row)
    return {"Role": _shown(world, row)}


def update_trust(world: World, params: Params) -> Answer:
    row: Any = {**_found(world, params), "Trust": _checked(params["PolicyDocument"])}
    _table(world).put(_key(world, params), row)
    return {}


def attach(world: World, params: Params) -> Answer:
    old = _found(world, params)
    row: Any = {**old, "Attached": sorted({*old["Attached"], params["PolicyArn"]})}
    _table(world).put(_key(world, params), row)
    return {}


def detach(world: World, params: Params) -> Answer:
    old = _found(world, params)
    if params["PolicyArn"] not in old["Attached"]:
        raise _missing(f"Policy {params['PolicyArn']} was not found.")
    row: Any = {**old, "Attached": [one for one in old["Attached"] if one != params["PolicyArn"]]}
    _table(world).put(_key(world, params), row)
    return {}


def list_attached(world: World, params: Params) -> Answer:
    attached = [
        {"PolicyName": one.rpartition("/")[2], "PolicyArn": one}
        for one in _found(world, params)["Attached"]
    ]
    return {"AttachedPolicies": attached, "IsTruncated": False}


def handlers(other_role: Handler) -> Mapping[str, Handler]:
    """Return the handlers; roles that somebody else keeps are shown by `other_role`."""

    def get_role(world: World, params: Params) -> Answer:
        row = _table(world).get(_key(world, params))
        return other_role(world, params) if row is None else {"Role": _shown(world, row)}

    return {
        "CreateRole": create_role,
        "UpdateAssumeRolePolicy": update_trust,
        "AttachRolePolicy": attach,
        "DetachRolePolicy": detach,
        "ListAttachedRolePolicies": list_attached,
        "GetRole": get_role,
    }


def _checked(text: str) -> str:
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError) as problem:
        raise refusal("MalformedPolicyDocument", message="This policy contains invalid Json") from (
            problem
        )
    if not statements:
        raise refusal("MalformedPolicyDocument", message="A role's trust needs a statement.")
    return text


def _found(world: World, params: Params) -> MadeRoleRow:
    row = _table(world).get(_key(world, params))
    if row is None:
        raise _missing(f"The role with name {params['RoleName']} cannot be found.")
    return row


def _missing(text: str) -> RefusalError:
    return refusal("NoSuchEntity", message=text, status=404)


def _shown(world: World, row: MadeRoleRow) -> Answer:
    return {
        "Path": row["Path"],
        "RoleName": row["Name"],
        "RoleId": f"AROA{row['Account']}",
        "Arn": f"arn:{world.settings.partition}:iam::{row['Account']}:role{row['Path']}{row['Name']}",
        "CreateDate": row["Created"],
        "AssumeRolePolicyDocument": row["Trust"],
        "Tags": [{"Key": key, "Value": value} for key, value in row["Tags"].items()],
    }


def _key(world: World, params: Params) -> str:
    return f"{world.caller.account}/{params['RoleName']}"


def _table(world: World) -> "Table[MadeRoleRow]":
    return world.documents("iam").tables["made_roles"]
