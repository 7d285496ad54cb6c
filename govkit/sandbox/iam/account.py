"""An account's own settings: its password policy, and the figures of GetAccountSummary."""

from typing import cast

from govkit.sandbox.calls import World
from govkit.sandbox.iam.rows import (
    Answer,
    Params,
    PasswordPolicyRow,
    groups,
    missing,
    root_of,
    table,
    users,
)
from govkit.sandbox.refusals import RefusalError

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


def get_account_password_policy(world: World, _: Params) -> Answer:
    found = table(world, "password_policies").get(world.caller.account)
    if found is None:
        raise _no_policy(world)
    return {"PasswordPolicy": {**found, "ExpirePasswords": "MaxPasswordAge" in found}}


def update_account_password_policy(world: World, params: Params) -> Answer:
    row = cast("PasswordPolicyRow", {**_DEFAULTS, **params})
    table(world, "password_policies").put(world.caller.account, row)
    return {}


def delete_account_password_policy(world: World, _: Params) -> Answer:
    policies = table(world, "password_policies")
    if world.caller.account not in policies:
        raise _no_policy(world)
    policies.drop(world.caller.account)
    return {}


def get_account_summary(world: World, _: Params) -> Answer:
    account = world.caller.account
    root = root_of(world, account)
    mine = users(world).where("Account", account)
    return {
        "SummaryMap": {
            "Users": len(mine),
            "Groups": len(groups(world).where("Account", account)),
            "MFADevicesInUse": sum(len(users(world)[one]["Mfa"]) for one in mine) + root["Mfa"],
            "AccountMFAEnabled": int(root["Mfa"]),
            "AccountAccessKeysPresent": int(bool(root["Keys"])),
            "AccountPasswordPresent": int(root["Password"]),
            "AccountSigningCertificatesPresent": root["Certificates"],
        }
    }


def _no_policy(world: World) -> RefusalError:
    return missing(f"The Password Policy with domain name {world.caller.account} cannot be found.")


HANDLERS = {
    "GetAccountPasswordPolicy": get_account_password_policy,
    "UpdateAccountPasswordPolicy": update_account_password_policy,
    "DeleteAccountPasswordPolicy": delete_account_password_policy,
    "GetAccountSummary": get_account_summary,
}
