"""CloudFormation's service-managed StackSets: in which OUs they are, and which accounts have stacks.

With automatic deployment the accounts are those of the OUs at any time; the management account never is.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_ACCESS = "member.org.stacksets.cloudformation.amazonaws.com"


class StackSetRow(TypedDict):
    """A StackSet, keyed by account, Region and name; `Accounts` are those of one that follows nobody."""

    Name: str
    Place: str
    Id: str
    Template: str
    Automatic: bool
    Retained: bool
    Units: list[str]
    Regions: list[str]
    Accounts: list[str]


SHAPES = {"stack_sets": Shape(StackSetRow, ("Place",))}


def create_stack_set(world: World, params: Params) -> Answer:
    name = params["StackSetName"]
    if params.get("PermissionModel") != "SERVICE_MANAGED":
        raise _invalid("Only service-managed StackSets are known here.")
    entries = book(world)
    management = len(entries.organization) and entries.the_organization["ManagementAccount"]
    if world.caller.account != management or _ACCESS not in entries.services:
        raise _invalid(
            "You must enable organizations access to operate a service managed stack set"
        )
    if _key(world, name) in _table(world):
        text = f"StackSet {name} already exists"
        raise refusal("NameAlreadyExistsException", message=text, status=409)
    automatic = params.get("AutoDeployment") or {}
    row = StackSetRow(
        Name=name,
        Place=_place(world),
        Id=f"{name}:{uuid.uuid5(uuid.NAMESPACE_URL, _key(world, name))}",
        Template=params.get("TemplateBody", ""),
        Automatic=bool(automatic.get("Enabled")),
        Retained=bool(automatic.get("RetainStacksOnAccountRemoval")),
        Units=[],
        Regions=[],
        Accounts=[],
    )
    _table(world).put(_key(world, name), row)
    return {"StackSetId": row["Id"]}


def create_stack_instances(world: World, params: Params) -> Answer:
    old = _found(world, params)
    units = (params.get("DeploymentTargets") or {}).get("OrganizationalUnitIds") or []
    entries = book(world)
    unknown = [one for one in units if one not in entries.ous and one != entries.root]
    if not units or unknown:
        raise _invalid(f"OrganizationalUnitIds must be of this organization: {unknown}")
    row: Any = {
        **old,
        "Units": sorted({*old["Units"], *units}),
        "Regions": sorted({*old["Regions"], *params["Regions"]}),
    }
    row["Accounts"] = sorted(_below(world, row["Units"]))
    _table(world).put(_key(world, row["Name"]), row)
    return {"OperationId": str(uuid.uuid4())}


def delete_stack_instances(world: World, params: Params) -> Answer:
    old = _found(world, params)
    gone = (params.get("DeploymentTargets") or {}).get("OrganizationalUnitIds") or []
    row: Any = {**old, "Units": [one for one in old["Units"] if one not in gone]}
    row["Accounts"] = sorted(_below(world, row["Units"]))
    _table(world).put(_key(world, row["Name"]), row)
    return {"OperationId": str(uuid.uuid4())}


def delete_stack_set(world: World, params: Params) -> Answer:
    row = _found(world, params)
    if row["Units"]:
        raise refusal("StackSetNotEmptyException", message="StackSet is not empty", status=409)
    _table(world).drop(_key(world, row["Name"]))
    return {}


def list_stack_sets(world: World, params: Params) -> Answer:
    rows = [_table(world)[key] for key in _table(world).where("Place", _place(world))]
    shown = [_summary(row) for row in rows if params.get("Status") != "DELETED"]
    return {"Summaries": shown}


def describe_stack_set(world: World, params: Params) -> Answer:
    row = _found(world, params)
    more = {"OrganizationalUnitIds": row["Units"], "Regions": row["Regions"]}
    return {"StackSet": {**_summary(row), "TemplateBody": row["Template"], **more}}


def list_stack_instances(world: World, params: Params) -> Answer:
    row = _found(world, params)
    accounts = sorted(_below(world, row["Units"])) if row["Automatic"] else row["Accounts"]
    return {
        "Summaries": [
            {
                "StackSetId": row["Id"],
                "Account": account,
                "Region": region,
                "Status": "CURRENT",
                "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED"},
            }
            for account in accounts
            for region in row["Regions"]
        ]
    }


def _below(world: World, units: list[str]) -> Iterator[str]:
    """Yield the accounts in the OUs and all OUs below; the management account is left out always."""
    entries = book(world)
    management = entries.the_organization["ManagementAccount"]
    for row in entries.accounts.rows():
        here = row["Parent"]
        while here not in units and here in entries.ous:
            here = entries.ous[here]["Parent"]
        if here in units and row["Id"] != management and row["State"] == "ACTIVE":
            yield row["Id"]


def _summary(row: StackSetRow) -> Answer:
    return {
        "StackSetName": row["Name"],
        "StackSetId": row["Id"],
        "Status": "ACTIVE",
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {
            "Enabled": row["Automatic"],
            "RetainStacksOnAccountRemoval": row["Retained"],
        },
    }


def _found(world: World, params: Params) -> StackSetRow:
    row = _table(world).get(_key(world, params["StackSetName"]))
    if row is None:
        text = f"StackSet {params['StackSetName']} not found"
        raise refusal("StackSetNotFoundException", message=text, status=404)
    return row


def _key(world: World, name: str) -> str:
    return f"{_place(world)}/{name}"


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _table(world: World) -> "Table[StackSetRow]":
    return world.documents("cloudformation").tables["stack_sets"]


def _invalid(text: str) -> RefusalError:
    return refusal("ValidationError", message=text)


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("InvalidAction", message=f"Could not find operation {call.operation}.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise _invalid(f"1 validation error detected: {refused.message}") from refused


def _called_as(handler: Handler) -> Handler:
    """Let a delegated administrator who says so work on what the management account has."""

    def handle(world: World, params: Params) -> Answer:
        if params.get("CallAs", "SELF") == "SELF":
            return handler(world, params)
        entries, caller = book(world), world.caller
        if f"{_ACCESS} {caller.account}" not in entries.delegations:
            raise _invalid(
                "You must be the management account or delegated admin account of an organization "
                "before operating a SERVICE_MANAGED stack set"
            )
        management = entries.the_organization["ManagementAccount"]
        return handler(replace(world, caller=replace(caller, account=management)), params)

    return handle


_HANDLERS: Mapping[str, Handler] = {
    name: _called_as(handler)
    for name, handler in {
        "CreateStackSet": create_stack_set,
        "DeleteStackSet": delete_stack_set,
        "CreateStackInstances": create_stack_instances,
        "DeleteStackInstances": delete_stack_instances,
        "ListStackSets": list_stack_sets,
        "DescribeStackSet": describe_stack_set,
        "ListStackInstances": list_stack_instances,
    }.items()
}

SERVICE = Service("cloudformation", "cloudformation", _HANDLERS, SHAPES, _admit)
