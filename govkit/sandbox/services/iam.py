"""AWS IAM, as far as the baseline asks for it: the password policy, and services' own roles."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

from govkit.sandbox import made_roles
from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.clock import iso
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
# The names that IAM gives to services' own roles.
SERVICE_ROLES: Mapping[str, str] = {
    "access-analyzer.amazonaws.com": "AWSServiceRoleForAccessAnalyzer",
    "cloudtrail.amazonaws.com": "AWSServiceRoleForCloudTrail",
    "config.amazonaws.com": "AWSServiceRoleForConfig",
}


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


# What AWS takes for a member that UpdateAccountPasswordPolicy is not told (botocore's model).
_DEFAULTS: PasswordPolicyRow = {
    "MinimumPasswordLength": 6,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
    "HardExpiry": False,
}


def get_account_password_policy(world: World, _: Params) -> dict[str, Any]:
    found = _policies(world).get(world.caller.account)
    if found is None:
        raise _no_policy(world)
    return {"PasswordPolicy": {**found, "ExpirePasswords": "MaxPasswordAge" in found}}


def update_account_password_policy(world: World, params: Params) -> dict[str, Any]:
    row = cast("PasswordPolicyRow", {**_DEFAULTS, **params})
    _policies(world).put(world.caller.account, row)
    return {}


def delete_account_password_policy(world: World, _: Params) -> dict[str, Any]:
    policies = _policies(world)
    if world.caller.account not in policies:
        raise _no_policy(world)
    policies.drop(world.caller.account)
    return {}


def create_service_linked_role(world: World, params: Params) -> dict[str, Any]:
    service = params["AWSServiceName"]
    name = SERVICE_ROLES.get(service)
    if name is None:
        raise refusal("InvalidInput", message=f"{service} has no role of its own here.")
    key = f"{world.caller.account}/{name}"
    if key in _roles(world):
        text = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise refusal("InvalidInput", message=text)
    row = RoleRow(
        Account=world.caller.account,
        Name=name,
        Path=f"/aws-service-role/{service}/",
        Service=service,
        Created=iso(world.now),
    )
    _roles(world).put(key, row)
    return {"Role": _shown(world, row)}


def get_role(world: World, params: Params) -> dict[str, Any]:
    row = _roles(world).get(f"{world.caller.account}/{params['RoleName']}")
    if row is None:
        text = f"The role with name {params['RoleName']} cannot be found."
        raise refusal("NoSuchEntity", message=text, status=404)
    return {"Role": _shown(world, row)}


def _shown(world: World, row: RoleRow) -> dict[str, Any]:
    return {
        "Path": row["Path"],
        "RoleName": row["Name"],
        "RoleId": f"AROA{row['Account']}",
        "Arn": f"arn:{world.settings.partition}:iam::{row['Account']}:role{row['Path']}{row['Name']}",
        "CreateDate": row["Created"],
    }


def _roles(world: World) -> "Table[RoleRow]":
    return world.documents("iam").tables["roles"]


def _policies(world: World) -> "Table[PasswordPolicyRow]":
    return world.documents("iam").tables["password_policies"]


def _no_policy(world: World) -> RefusalError:
    text = f"The Password Policy with domain name {world.caller.account} cannot be found."
    return refusal("NoSuchEntity", message=text, status=404)


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("InvalidAction", message=f"Could not find operation {call.operation}.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        text = f"1 validation error detected: {refused.message}"
        raise refusal("ValidationError", message=text) from refused


_HANDLERS: Mapping[str, Handler] = {
    "GetAccountPasswordPolicy": get_account_password_policy,
    "UpdateAccountPasswordPolicy": update_account_password_policy,
    "DeleteAccountPasswordPolicy": delete_account_password_policy,
    "CreateServiceLinkedRole": create_service_linked_role,
    "GetRole": get_role,
    **made_roles.handlers(get_role),
}

_SHAPES = {
    "password_policies": Shape(PasswordPolicyRow),
    "roles": Shape(RoleRow, ("Account",)),
    "made_roles": made_roles.SHAPE,
}

SERVICE = Service("iam", "iam", _HANDLERS, _SHAPES, _admit)
