"""AWS IAM, as far as the baseline asks for it: the account's password policy."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]


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
}

SERVICE = Service("iam", "iam", _HANDLERS, {"password_policies": Shape(PasswordPolicyRow)}, _admit)
