"""CloudFormation's service-managed StackSets: in which OUs they are, and which accounts have stacks.

With automatic deployment the accounts are those of the OUs at any time; the management account never is.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.stacks import operations as tasks
from govkit.sandbox.stacks.follow import follow
from govkit.sandbox.stacks.resources import SORTS
from govkit.sandbox.stacks.rows import (
    SHAPES,
    Answer,
    Params,
    StackRow,
    StackSetRow,
    access,
    changed,
    found,
    key_of,
    operations,
    place,
    sets,
    stacks_of,
    wrong,
)
from govkit.sandbox.stacks.template import given, read

_T = TypeVar("_T")
_ACCESS = "member.org.stacksets.cloudformation.amazonaws.com"
_PAGE = 100


def activate_access(world: World, _: Params) -> Answer:
    """Let StackSets in; the organization must trust them first, as AWS Organizations knows it."""
    _require_management(world)
    if _ACCESS not in book(world).services:
        raise refusal("InvalidOperationException", message="Trusted access is not enabled.")
    access(world).put(world.caller.account, {"Account": world.caller.account})
    return {}


def deactivate_access(world: World, _: Params) -> Answer:
    _require_management(world)
    if world.caller.account in access(world):
        access(world).drop(world.caller.account)
    return {}


def describe_access(world: World, _: Params) -> Answer:
    _require_management(world)
    return {"Status": "ENABLED" if _is_let_in(world) else "DISABLED"}


def _require_management(world: World) -> None:
    entries = book(world)
    management = len(entries.organization) and entries.the_organization["ManagementAccount"]
    if world.caller.account != management:
        text = "Only the management account can do this."
        raise refusal("InvalidOperationException", message=text)


def _is_let_in(world: World) -> bool:
    return world.caller.account in access(world) and _ACCESS in book(world).services


def create_stack_set(world: World, params: Params) -> Answer:
    name = params["StackSetName"]
    if params.get("PermissionModel") != "SERVICE_MANAGED":
        raise wrong("Only service-managed StackSets are known here.")
    if not _is_let_in(world):
        raise wrong("You must enable organizations access to operate a service managed stack set")
    key = f"{place(world)}/{name}"
    if key in sets(world):
        text = f"StackSet {name} already exists"
        raise refusal("NameAlreadyExistsException", message=text, status=409)
    row: Any = {
        "Name": name,
        "Place": place(world),
        "Id": f"{name}:{uuid.uuid5(uuid.NAMESPACE_URL, key)}",
        "Tags": {one["Key"]: one["Value"] for one in params.get("Tags") or ()},
        "Targets": {},
        "Known": [],
        **_told(params),
    }
    sets(world).put(key, row)
    return {"StackSetId": row["Id"]}


def update_stack_set(world: World, params: Params) -> Answer:
    """Change a StackSet, and all its stacks; what is told replaces, and tags stay where none are."""
    row = found(world, params)
    if tasks.is_busy(world, row) and not row["Queues"]:
        tasks.begun(world, row, "UPDATE", params)  # refuses
    old: dict[str, Any] = {
        "AutoDeployment": _automatic(row),
        "ManagedExecution": {"Active": row["Queues"]},
    }
    if params.get("UsePreviousTemplate"):
        old["TemplateBody"] = row["Template"]
    tags = params.get("Tags")
    row = changed(
        world,
        row,
        **_told({**old, **params}),
        Tags=row["Tags"] if tags is None else {one["Key"]: one["Value"] for one in tags},
    )
    return tasks.update_all(world, row, params)


def _told(params: Params) -> Any:
    """Return what a call says of a StackSet, checked."""
    automatic = params.get("AutoDeployment")
    if automatic is None:
        raise wrong("AutoDeployment must be specified for a service managed stack set")
    if not automatic.get("Enabled") and automatic.get("RetainStacksOnAccountRemoval") is not None:
        raise wrong("RetainStacksOnAccountRemoval goes with enabled automatic deployment only")
    text = params.get("TemplateBody", "")
    template = read(text)
    sorts = {str(one.get("Type")) for one in template.resources.values()}
    if strange := sorted(sorts - SORTS.keys()):
        raise wrong(f"The sandbox makes no resources of the types {', '.join(strange)}.")
    named = any("RoleName" in (one.get("Properties") or {}) for one in template.resources.values())
    capabilities = list(params.get("Capabilities") or ())
    if named and "CAPABILITY_NAMED_IAM" not in capabilities:
        text = "Requires capabilities : [CAPABILITY_NAMED_IAM]"
        raise refusal("InsufficientCapabilitiesException", message=text)
    parameters = {
        one["ParameterKey"]: one["ParameterValue"] for one in params.get("Parameters") or ()
    }
    given(template, parameters)
    return {
        "Description": params.get("Description", ""),
        "Template": text,
        "Parameters": parameters,
        "Capabilities": capabilities,
        "Automatic": bool(automatic.get("Enabled")),
        "Retained": bool(automatic.get("RetainStacksOnAccountRemoval")),
        "Queues": bool((params.get("ManagedExecution") or {}).get("Active")),
    }


def delete_stack_set(world: World, params: Params) -> Answer:
    row = found(world, params)
    if row["Targets"] or stacks_of(world, row):
        raise refusal("StackSetNotEmptyException", message="StackSet is not empty", status=409)
    if tasks.is_busy(world, row):
        text = "An operation is in progress"
        raise refusal("OperationInProgressException", message=text, status=409)
    for key in [*operations(world).where("Set", key_of(row))]:
        operations(world).drop(key)
    sets(world).drop(key_of(row))
    return {}


def list_stack_sets(world: World, params: Params) -> Answer:
    rows = [sets(world)[key] for key in sets(world).where("Place", place(world))]
    shown = [_summary(row) for row in rows if params.get("Status") != "DELETED"]
    return _page(params, shown, lambda one: one)


def describe_stack_set(world: World, params: Params) -> Answer:
    row = found(world, params)
    told = stacks_of(world, row).values()
    account, _, region = row["Place"].partition("/")
    arn = f"arn:{world.settings.partition}:cloudformation:{region}:{account}:stackset/{row['Id']}"
    drifts = {one["Drift"] for one in told}
    return {
        "StackSet": {
            **_summary(row),
            "TemplateBody": row["Template"],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in row["Parameters"].items()
            ],
            "Capabilities": row["Capabilities"],
            "Tags": [{"Key": name, "Value": value} for name, value in row["Tags"].items()],
            "StackSetARN": arn,
            "OrganizationalUnitIds": sorted(row["Targets"]),
            "Regions": sorted({one for regions in row["Targets"].values() for one in regions}),
            "StackSetDriftDetectionDetails": {"DriftStatus": _drift(drifts)},
        }
    }


def _drift(drifts: set[str]) -> str:
    if "DRIFTED" in drifts:
        return "DRIFTED"
    return "IN_SYNC" if drifts == {"IN_SYNC"} else "NOT_CHECKED"


def list_stack_instances(world: World, params: Params) -> Answer:
    row = found(world, params)
    asked = {"StackInstanceAccount": "Account", "StackInstanceRegion": "Region"}
    meant: Any = [(member, params[name]) for name, member in asked.items() if name in params]
    shown: list[Any] = [
        one
        for one in stacks_of(world, row).values()
        if all(dict(one)[member] == value for member, value in meant)
    ]
    return _page(params, shown, lambda one: _instance(world, row, one))


def _instance(world: World, row: StackSetRow, one: StackRow) -> Answer:
    told = operations(world).get(f"{key_of(row)}/{one['Operation']}")
    under_way = told is not None and world.now < told["Ends"]
    return {
        "StackSetId": row["Id"],
        "Account": one["Account"],
        "Region": one["Region"],
        "Status": "OUTDATED" if under_way else one["Status"],
        "StackInstanceStatus": {"DetailedStatus": "RUNNING" if under_way else one["Detail"]},
        "OrganizationalUnitId": one["Unit"],
        "DriftStatus": one["Drift"],
        "LastOperationId": one["Operation"],
        **({"StatusReason": one["Reason"]} if one["Reason"] else {}),
    }


def list_targets(world: World, params: Params) -> Answer:
    row = found(world, params)
    shown = [
        {"OrganizationalUnitId": unit, "Regions": regions}
        for unit, regions in sorted(row["Targets"].items())
    ]
    return _page(params, shown if row["Automatic"] else [], lambda one: one)


def _page(params: Params, rows: Sequence[_T], show: Callable[[_T], Any]) -> Answer:
    """Return a page of a list; the token is where the next one begins."""
    token = params.get("NextToken") or "0"
    if not token.isdigit():
        raise wrong("Invalid NextToken")
    start, size = int(token), params.get("MaxResults") or _PAGE
    answer: Answer = {"Summaries": [show(one) for one in rows[start : start + size]]}
    if start + size < len(rows):
        answer["NextToken"] = str(start + size)
    return answer


def _summary(row: StackSetRow) -> Answer:
    return {
        "StackSetName": row["Name"],
        "StackSetId": row["Id"],
        "Description": row["Description"],
        "Status": "ACTIVE",
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": _automatic(row),
        "ManagedExecution": {"Active": row["Queues"]},
    }


def _automatic(row: StackSetRow) -> Answer:
    if not row["Automatic"]:
        return {"Enabled": False}
    return {"Enabled": True, "RetainStacksOnAccountRemoval": row["Retained"]}


def _admit(world: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("InvalidAction", message=f"Could not find operation {call.operation}.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise wrong(f"1 validation error detected: {refused.message}") from refused
    follow(world)


def _for_whom(handler: Handler) -> Handler:
    """Let a delegated administrator, who says to be one, at what the management account keeps."""

    def handle(world: World, params: Params) -> Answer:
        if params.get("CallAs", "SELF") == "SELF":
            return handler(world, params)
        entries, caller = book(world), world.caller
        if f"{_ACCESS} {caller.account}" not in entries.delegations:
            raise wrong(
                "You must be the management account or delegated admin account of an organization "
                "before operating a SERVICE_MANAGED stack set"
            )
        management = entries.the_organization["ManagementAccount"]
        return handler(replace(world, caller=replace(caller, account=management)), params)

    return handle


_OFFERED: Mapping[str, Handler] = {
    "ActivateOrganizationsAccess": activate_access,
    "DeactivateOrganizationsAccess": deactivate_access,
    "DescribeOrganizationsAccess": describe_access,
    "CreateStackSet": create_stack_set,
    "UpdateStackSet": update_stack_set,
    "DeleteStackSet": delete_stack_set,
    "CreateStackInstances": tasks.create_stack_instances,
    "UpdateStackInstances": tasks.update_stack_instances,
    "DeleteStackInstances": tasks.delete_stack_instances,
    "DetectStackSetDrift": tasks.detect_drift,
    "ListStackSets": list_stack_sets,
    "DescribeStackSet": describe_stack_set,
    "DescribeStackSetOperation": tasks.describe_operation,
    "ListStackInstances": list_stack_instances,
    "ListStackSetAutoDeploymentTargets": list_targets,
}
_HANDLERS: Mapping[str, Handler] = {
    operation: _for_whom(handler) for operation, handler in _OFFERED.items()
}

SERVICE = Service("cloudformation", "cloudformation", _HANDLERS, SHAPES, _admit)
