"""Roles that services make for themselves."""

from collections.abc import Mapping

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.iam.rows import Answer, Params, RoleRow, arn, at, missing, table
from govkit.sandbox.refusals import refusal

# The names that IAM gives to services' own roles.
SERVICE_ROLES: Mapping[str, str] = {
    "access-analyzer.amazonaws.com": "AWSServiceRoleForAccessAnalyzer",
    "cloudtrail.amazonaws.com": "AWSServiceRoleForCloudTrail",
    "config.amazonaws.com": "AWSServiceRoleForConfig",
}


def create_service_linked_role(world: World, params: Params) -> Answer:
    service = params["AWSServiceName"]
    name = SERVICE_ROLES.get(service)
    if name is None:
        raise refusal("InvalidInput", message=f"{service} has no role of its own here.")
    if at(world, name) in table(world, "roles"):
        text = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise refusal("InvalidInput", message=text)
    row = RoleRow(
        Account=world.caller.account,
        Name=name,
        Path=f"/aws-service-role/{service}/",
        Service=service,
        Created=iso(world.now),
    )
    table(world, "roles").put(at(world, name), row)
    return {"Role": _shown(world, row)}


def get_role(world: World, params: Params) -> Answer:
    row = table(world, "roles").get(at(world, params["RoleName"]))
    if row is None:
        raise missing(f"The role with name {params['RoleName']} cannot be found.")
    return {"Role": _shown(world, row)}


def _shown(world: World, row: RoleRow) -> Answer:
    return {
        "Path": row["Path"],
        "RoleName": row["Name"],
        "RoleId": f"AROA{row['Account']}",
        "Arn": arn(world, row["Account"], f"role{row['Path']}{row['Name']}"),
        "CreateDate": row["Created"],
    }


HANDLERS = {
    "CreateServiceLinkedRole": create_service_linked_role,
    "GetRole": get_role,
}
