"""The tables of CloudFormation: StackSets, their stacks, their operations, and the access they have."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]


class StackSetRow(TypedDict):
    """A StackSet, keyed by account, Region and name.

    `Targets` are its OUs with their Regions; `Known` are the accounts that were in them when it last
    looked: of those that came or went since, stacks are made or taken away.
    """

    Name: str
    Place: str
    Id: str
    Description: str
    Template: str
    Parameters: dict[str, str]
    Capabilities: list[str]
    Tags: dict[str, str]
    Automatic: bool
    Retained: bool
    Queues: bool
    Targets: dict[str, list[str]]
    Known: list[str]


class StackRow(TypedDict):
    """A stack of a StackSet, keyed by the StackSet's key, account and Region.

    `Made` are its resources by logical name, each as it was when the stack made it.
    """

    Set: str
    Account: str
    Region: str
    Unit: str
    Status: str
    Detail: str
    Reason: str
    Drift: str
    Operation: str
    Made: dict[str, Any]


class OperationRow(TypedDict):
    """An operation, keyed by the StackSet's key and its ID; what it does is done when it is told."""

    Set: str
    Id: str
    Action: str
    Begins: float
    Ends: float
    Outcome: str
    Failed: int


class AccessRow(TypedDict):
    """That the management account, its key, let StackSets into the organization."""

    Account: str


SHAPES = {
    "stack_sets": Shape(StackSetRow, ("Place",)),
    "stacks": Shape(StackRow, ("Set",)),
    "operations": Shape(OperationRow, ("Set",)),
    "access": Shape(AccessRow),
}


def sets(world: World) -> "Table[StackSetRow]":
    return world.documents("cloudformation").tables["stack_sets"]


def stacks(world: World) -> "Table[StackRow]":
    return world.documents("cloudformation").tables["stacks"]


def operations(world: World) -> "Table[OperationRow]":
    return world.documents("cloudformation").tables["operations"]


def access(world: World) -> "Table[AccessRow]":
    return world.documents("cloudformation").tables["access"]


def place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def key_of(row: StackSetRow) -> str:
    return f"{row['Place']}/{row['Name']}"


def found(world: World, params: Params) -> StackSetRow:
    """Return the StackSet that a call names, by its name or ID."""
    name = str(params["StackSetName"]).partition(":")[0]
    row = sets(world).get(f"{place(world)}/{name}")
    if row is None:
        text = f"StackSet {name} not found"
        raise refusal("StackSetNotFoundException", message=text, status=404)
    return row


def changed(world: World, row: StackSetRow, **members: Any) -> StackSetRow:
    """Write a StackSet with other members, and return it."""
    new: Any = {**row, **members}
    sets(world).put(key_of(row), new)
    made: StackSetRow = new
    return made


def stacks_of(world: World, row: StackSetRow) -> dict[str, StackRow]:
    return {key: stacks(world)[key] for key in stacks(world).where("Set", key_of(row))}


def wrong(text: str) -> RefusalError:
    return refusal("ValidationError", message=text)
