"""What users sign in with: access keys, passwords and MFA devices."""

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.iam.rows import (
    Answer,
    KeyRow,
    Params,
    keep_user,
    keys,
    keys_of,
    missing,
    taken,
    the_user,
    too_many,
)

_MOST_KEYS = 2


def create_access_key(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if len(keys_of(world, user)) >= _MOST_KEYS:
        raise too_many("Cannot exceed quota for AccessKeysPerUser: 2")
    row = KeyRow(
        Owner=f"{user['Account']}/{user['Name']}",
        Id=f"AKIA{len(keys(world)):04d}{user['Account']}",
        Active=True,
        Created=iso(world.now),
        Used="",
        UsedRegion="",
        UsedService="",
    )
    keys(world).put(row["Id"], row)
    return {"AccessKey": {**_shown(row), "SecretAccessKey": "not-a-secret-of-the-sandbox"}}


def list_access_keys(world: World, params: Params) -> Answer:
    found = [_shown(one) for one in keys_of(world, the_user(world, params))]
    return {"AccessKeyMetadata": found, "IsTruncated": False}


def get_access_key_last_used(world: World, params: Params) -> Answer:
    row = keys(world).get(params["AccessKeyId"])
    if row is None or row["Owner"].partition("/")[0] != world.caller.account:
        raise missing(f"The Access Key with id {params['AccessKeyId']} cannot be found")
    used = {"LastUsedDate": row["Used"]} if row["Used"] else {}
    return {
        "UserName": row["Owner"].partition("/")[2],
        "AccessKeyLastUsed": {
            **used,
            "ServiceName": row["UsedService"] or "N/A",
            "Region": row["UsedRegion"] or "N/A",
        },
    }


def update_access_key(world: World, params: Params) -> Answer:
    row = _key(world, params)
    keys(world).put(row["Id"], {**row, "Active": params["Status"] == "Active"})
    return {}


def delete_access_key(world: World, params: Params) -> Answer:
    keys(world).drop(_key(world, params)["Id"])
    return {}


def _key(world: World, params: Params) -> KeyRow:
    user = the_user(world, params)
    for row in keys_of(world, user):
        if row["Id"] == params["AccessKeyId"]:
            return row
    raise missing(f"The Access Key with id {params['AccessKeyId']} cannot be found.")


def _shown(row: KeyRow) -> Answer:
    return {
        "UserName": row["Owner"].partition("/")[2],
        "AccessKeyId": row["Id"],
        "Status": "Active" if row["Active"] else "Inactive",
        "CreateDate": row["Created"],
    }


def create_login_profile(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if user["Password"]:
        raise taken(f"Login Profile for user {user['Name']} already exists.")
    keep_user(world, {**user, "Password": iso(world.now)})
    return {"LoginProfile": {"UserName": user["Name"], "CreateDate": iso(world.now)}}


def get_login_profile(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if not user["Password"]:
        raise missing(f"Login Profile for User {user['Name']} cannot be found.")
    return {"LoginProfile": {"UserName": user["Name"], "CreateDate": user["Password"]}}


def delete_login_profile(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if not user["Password"]:
        raise missing(f"Login Profile for User {user['Name']} cannot be found.")
    keep_user(world, {**user, "Password": "", "PasswordUsed": ""})
    return {}


def enable_mfa_device(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if params["SerialNumber"] in user["Mfa"]:
        raise taken("MFADevice entity at the same path and name already exists.")
    keep_user(world, {**user, "Mfa": [*user["Mfa"], params["SerialNumber"]]})
    return {}


def deactivate_mfa_device(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    if params["SerialNumber"] not in user["Mfa"]:
        raise missing(f"MFA Device invalid for user {user['Name']}.")
    left = [one for one in user["Mfa"] if one != params["SerialNumber"]]
    keep_user(world, {**user, "Mfa": left})
    return {}


def list_mfa_devices(world: World, params: Params) -> Answer:
    user = the_user(world, params)
    found = [
        {"UserName": user["Name"], "SerialNumber": one, "EnableDate": user["Created"]}
        for one in user["Mfa"]
    ]
    return {"MFADevices": found, "IsTruncated": False}


HANDLERS = {
    "CreateAccessKey": create_access_key,
    "ListAccessKeys": list_access_keys,
    "GetAccessKeyLastUsed": get_access_key_last_used,
    "UpdateAccessKey": update_access_key,
    "DeleteAccessKey": delete_access_key,
    "CreateLoginProfile": create_login_profile,
    "GetLoginProfile": get_login_profile,
    "DeleteLoginProfile": delete_login_profile,
    "EnableMFADevice": enable_mfa_device,
    "DeactivateMFADevice": deactivate_mfa_device,
    "ListMFADevices": list_mfa_devices,
}
