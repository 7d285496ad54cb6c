"""What StackSets are told to do to stacks: in whom, how many failures are borne, and when it is over."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal
from govkit.sandbox.stacks import stack
from govkit.sandbox.stacks.follow import below
from govkit.sandbox.stacks.rows import (
    Answer,
    OperationRow,
    Params,
    StackRow,
    StackSetRow,
    changed,
    found,
    key_of,
    operations,
    stacks,
    stacks_of,
    wrong,
)
from govkit.sandbox.stacks.stack import Place

_TAKES = 0.03  # seconds until an operation is over
_MOST_UNITS = 50


def begun(world: World, row: StackSetRow, action: str, params: Params) -> OperationRow:
    """Return a new operation; one that would meet another waits for it, or is refused."""
    ends = [one["Ends"] for one in _running(world, row)]
    if ends and not row["Queues"]:
        text = f"Another Operation on StackSet {row['Id']} is in progress"
        raise refusal("OperationInProgressException", message=text, status=409)
    begins = max([world.now, *ends])
    return OperationRow(
        Set=key_of(row),
        Id=str(params.get("OperationId") or uuid.uuid4()),
        Action=action,
        Begins=begins,
        Ends=begins + _TAKES,
        Outcome="SUCCEEDED",
        Failed=0,
    )


def _running(world: World, row: StackSetRow) -> list[OperationRow]:
    keys = operations(world).where("Set", key_of(row))
    return [one for one in map(operations(world).__getitem__, keys) if one["Ends"] > world.now]


def is_busy(world: World, row: StackSetRow) -> bool:
    return bool(_running(world, row))


def done(world: World, row: OperationRow) -> Answer:
    operations(world).put(f"{row['Set']}/{row['Id']}", row)
    return {"OperationId": row["Id"]}


def create_stack_instances(world: World, params: Params) -> Answer:
    row = found(world, params)
    targets = _targets(world, params)
    if targets.get("AccountFilterType") == "UNION":
        raise wrong("AccountFilterType UNION is not supported for CreateStackInstances")
    operation = begun(world, row, "CREATE", params)
    regions = sorted(set(params["Regions"]))
    merged = {
        unit: sorted({*row["Targets"].get(unit, ()), *regions})
        for unit in targets["OrganizationalUnitIds"]
    }
    row = changed(world, row, Targets={**row["Targets"], **merged})
    accounts = dict(_accounts(world, targets))
    everybody = sorted({*row["Known"], *dict(below(world, row["Targets"]))})
    row = changed(world, row, Known=everybody)

    def make(account: str, region: str) -> StackRow | None:
        old = stacks(world).get(stack.key(row, account, region))
        if old is not None and old["Status"] == "CURRENT":
            return old
        return stack.put(world, row, Place(account, accounts[account], region), operation["Id"])

    return done(world, _over_all(operation, accounts, regions, params, make))


def update_stack_instances(world: World, params: Params) -> Answer:
    row = found(world, params)
    accounts = dict(_accounts(world, _targets(world, params)))
    operation = begun(world, row, "UPDATE", params)
    for account in accounts:
        for region in params["Regions"]:
            if stack.key(row, account, region) not in stacks(world):
                text = f"Stack instance {account} {region} not found"
                raise refusal("StackInstanceNotFoundException", message=text, status=404)

    def make(account: str, region: str) -> StackRow | None:
        return stack.put(world, row, Place(account, accounts[account], region), operation["Id"])

    return done(world, _over_all(operation, accounts, params["Regions"], params, make))


def update_all(world: World, row: StackSetRow, params: Params) -> Answer:
    """Bring what changed about a StackSet to all its stacks."""
    operation = begun(world, row, "UPDATE", params)
    units = {one["Account"]: one["Unit"] for one in stacks_of(world, row).values()}
    regions = sorted({one["Region"] for one in stacks_of(world, row).values()})

    def make(account: str, region: str) -> StackRow | None:
        if stack.key(row, account, region) not in stacks(world):
            return None
        return stack.put(world, row, Place(account, units[account], region), operation["Id"])

    return done(world, _over_all(operation, units, regions, params, make))


def delete_stack_instances(world: World, params: Params) -> Answer:
    row = found(world, params)
    targets = _targets(world, params)
    operation = begun(world, row, "DELETE", params)
    gone, accounts = set(params["Regions"]), dict(_accounts(world, targets))
    if targets.get("AccountFilterType") in (None, "NONE"):
        left = {
            unit: [one for one in regions if one not in gone]
            if unit in targets["OrganizationalUnitIds"]
            else regions
            for unit, regions in row["Targets"].items()
        }
        row = changed(world, row, Targets={unit: where for unit, where in left.items() if where})
    for one in stacks_of(world, row).values():
        if one["Account"] in accounts and one["Region"] in gone:
            stack.remove(world, row, one, retained=bool(params["RetainStacks"]))
    return done(world, operation)


def detect_drift(world: World, params: Params) -> Answer:
    row = found(world, params)
    operation = begun(world, row, "DETECT_DRIFT", params)
    for one in stacks_of(world, row).values():
        stack.compare(world, row, one)
    return done(world, operation)


def describe_operation(world: World, params: Params) -> Answer:
    row = found(world, params)
    told = operations(world).get(f"{key_of(row)}/{params['OperationId']}")
    if told is None:
        text = f"Operation {params['OperationId']} not found"
        raise refusal("OperationNotFoundException", message=text, status=404)
    status = told["Outcome"]
    if world.now < told["Ends"]:
        status = "RUNNING" if world.now >= told["Begins"] else "QUEUED"
    return {
        "StackSetOperation": {
            "OperationId": told["Id"],
            "StackSetId": row["Id"],
            "Action": told["Action"],
            "Status": status,
            "StatusDetails": {"FailedStackInstancesCount": told["Failed"]},
        }
    }


def _targets(world: World, params: Params) -> Params:
    """Return the targets of a call, or refuse those that make no sense for a service-managed StackSet."""
    targets: Params = params.get("DeploymentTargets") or {}
    units = targets.get("OrganizationalUnitIds") or []
    entries = book(world)
    unknown = [one for one in units if one not in entries.ous and one != entries.root]
    if params.get("Accounts") or not units or unknown:
        raise wrong(f"OrganizationalUnitIds must be of this organization: {unknown}")
    if len(units) > _MOST_UNITS:
        raise wrong(f"At most {_MOST_UNITS} OrganizationalUnitIds can be specified")
    if targets.get("Accounts") and not targets.get("AccountFilterType"):
        raise wrong(
            "AccountFilterType should be specified when both OrganizationalUnitIds and Accounts are provided"
        )
    return targets


def _accounts(world: World, targets: Params) -> Iterator[tuple[str, str]]:
    """Yield the accounts that targets mean, each with its OU among them."""
    some, how = set(targets.get("Accounts") or ()), targets.get("AccountFilterType") or "NONE"
    for account, unit in below(world, targets["OrganizationalUnitIds"]):
        chosen = {"INTERSECTION": account in some, "DIFFERENCE": account not in some}
        if chosen.get(how, True):
            yield account, unit


def _over_all(
    operation: OperationRow,
    accounts: dict[str, str],
    regions: list[str],
    params: Params,
    make: Callable[[str, str], StackRow | None],
) -> OperationRow:
    """Do it Region by Region until more failed than is borne; return how the operation ends."""
    failed: Counter[str] = Counter()
    borne = _borne(params.get("OperationPreferences") or {}, len(accounts))
    for region in regions:
        for account in sorted(accounts):
            one = make(account, region)
            failed[region] += one is not None and one["Status"] != "CURRENT"
            if failed[region] > borne:
                return {**operation, "Outcome": "FAILED", "Failed": failed.total()}
    return {**operation, "Failed": failed.total()}


def _borne(preferences: Any, accounts: int) -> int:
    """Return in how many accounts of a Region an operation may fail; AWS's default is none."""
    count: int = preferences.get("FailureToleranceCount") or 0
    share: int = preferences.get("FailureTolerancePercentage") or 0
    return max(count, accounts * share // 100)
