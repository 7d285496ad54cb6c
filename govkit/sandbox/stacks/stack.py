"""One stack in one account and Region: made whole or not at all, changed, taken away, compared."""

from dataclasses import dataclass, replace
from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.identity import session_caller
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.stacks.resources import SORTS
from govkit.sandbox.stacks.rows import StackRow, StackSetRow, key_of, stacks
from govkit.sandbox.stacks.template import Working, given, read

_ROLE = "stacksets-exec-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack is: an account, the OU by which it got there, and a Region."""

    account: str
    unit: str
    region: str


def key(row: StackSetRow, account: str, region: str) -> str:
    return f"{key_of(row)}/{account}/{region}"


def put(world: World, row: StackSetRow, place: Place, operation: str) -> StackRow:
    """Make or change a stack as its StackSet has it; where a resource is refused, it says why.

    What a new stack had made until then is taken away again.
    """
    name = key(row, place.account, place.region)
    old = stacks(world).get(name)
    there = _world(world, place.account, place.region)
    before = {} if old is None else old["Made"]
    made: dict[str, Any] = dict(before)
    reason = ""
    try:
        _make(row, there, made)
        for logical in before.keys() - _wanted(row, there):
            _drop(there, made.pop(logical))
    except RefusalError as refused:
        reason = f"{refused.code}: {refused.message}"
        for logical in [one for one in reversed(made) if one not in before]:
            _drop(there, made.pop(logical))
    stack = StackRow(
        Set=key_of(row),
        Account=place.account,
        Region=place.region,
        Unit=place.unit,
        Status="OUTDATED" if reason else "CURRENT",
        Detail="FAILED" if reason else "SUCCEEDED",
        Reason=f"ResourceLogicalId failed to stabilize. {reason}" if reason else "",
        Drift="NOT_CHECKED" if old is None else old["Drift"],
        Operation=operation,
        Made=made,
    )
    stacks(world).put(name, stack)
    return stack


def _make(row: StackSetRow, there: World, made: dict[str, Any]) -> None:
    """Make the resources in the order in which their types allow it, and write down each in turn."""
    template = read(row["Template"])
    for sort, one in SORTS.items():
        for logical, told in template.resources.items():
            working = _working(row, there, made)
            if told.get("Type") == sort and working.is_wanted(logical):
                names = one.put(there, working.properties(logical), logical not in made)
                made[logical] = {"Type": sort, **names, "Row": one.row(there, names["Ref"])}


def _wanted(row: StackSetRow, there: World) -> set[str]:
    working = _working(row, there, {})
    return {logical for logical in working.template.resources if working.is_wanted(logical)}


def _working(row: StackSetRow, there: World, made: dict[str, Any]) -> Working:
    template = read(row["Template"])
    pseudo = {
        "AWS::AccountId": there.caller.account,
        "AWS::Partition": there.settings.partition,
        "AWS::Region": there.region,
        "AWS::StackName": f"StackSet-{row['Name']}",
    }
    return Working(template, given(template, row["Parameters"]), pseudo, made)


def remove(world: World, row: StackSetRow, stack: StackRow, *, retained: bool) -> None:
    """Take a stack out of its StackSet, and away where it is not retained."""
    there = _world(world, stack["Account"], stack["Region"])
    for one in () if retained else reversed(stack["Made"].values()):
        _drop(there, one)
    stacks(world).drop(key(row, stack["Account"], stack["Region"]))


def compare(world: World, row: StackSetRow, stack: StackRow) -> str:
    """Write down, and return, whether the resources are as the stack made them."""
    there = _world(world, stack["Account"], stack["Region"])
    same = all(
        SORTS[one["Type"]].row(there, one["Ref"]) == one["Row"] for one in stack["Made"].values()
    )
    found: Any = {**stack, "Drift": "IN_SYNC" if same else "DRIFTED"}
    stacks(world).put(key(row, stack["Account"], stack["Region"]), found)
    return str(found["Drift"])


def _drop(there: World, one: dict[str, Any]) -> None:
    SORTS[one["Type"]].drop(there, one["Ref"])


def _world(world: World, account: str, region: str) -> World:
    """Return the world as the role sees it by which StackSets act in an account."""
    caller = session_caller(world.settings, account, _ROLE, "AWSCloudFormation")
    return replace(world, caller=caller, region=region)
