"""What AWS Config puts into all accounts of an organization, rules and packs: there a moment later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.config.aggregators import check_in_charge
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_TAKES = 0.03  # seconds until it is in all accounts
_ACCESS = "config-multiaccountsetup.amazonaws.com"
_NO_RECORDER = "NoAvailableConfigurationRecorder"


class Row(TypedDict):
    """A rule or a pack, keyed by account, Region and name.

    `Told` is what is shown again, `Hidden` what never is; `Error` is an account that records nothing,
    `Put` when it was last put.
    """

    Name: str
    Place: str
    Told: dict[str, Any]
    Hidden: str
    Excluded: list[str]
    Tags: dict[str, str]
    Status: str
    Error: str
    Put: float


SHAPE = Shape(Row, ("Place",))


@dataclass(frozen=True, slots=True)
class Sort:
    """AWS's words for rules or packs, and what one is told; `told` may refuse it."""

    word: str
    status: str
    resource: str
    table: str
    told: Callable[[Params], tuple[dict[str, Any], str]]


def _put(sort: Sort, world: World, params: Params) -> Answer:
    """Make one, or change it; where an account records nothing it fails."""
    check_in_charge(world)
    if _ACCESS not in book(world).services:
        raise refusal("OrganizationAccessDeniedException", message="Access is not enabled.")
    told, hidden = sort.told(params)
    name, place = params[f"{sort.word}Name"], _place(world)
    old = _table(world, sort).get(f"{place}/{name}")
    given = {one["Key"]: one.get("Value", "") for one in params.get("Tags") or ()}
    excluded = list(params.get("ExcludedAccounts") or ())
    failing = _without_recorder(world, excluded)
    row = Row(
        Name=name,
        Place=place,
        Told=told,
        Hidden=hidden,
        Excluded=excluded,
        Tags=given if old is None else old["Tags"],
        Status="CREATE" if old is None else "UPDATE",
        Error=failing[0] if failing else "",
        Put=world.now,
    )
    _table(world, sort).put(f"{place}/{name}", row)
    return {f"{sort.word}Arn": _arn(sort, world, row)}


def _without_recorder(world: World, excluded: list[str]) -> list[str]:
    """Return the active accounts, the excluded ones aside, that record nothing in this Region."""
    recorders = world.documents("config").tables["recorders"]
    return [
        row["Id"]
        for row in book(world).accounts.rows()
        if row["State"] == "ACTIVE"
        and row["Id"] not in excluded
        and not recorders.where("Place", f"{row['Id']}/{world.region}")
    ]


def _describe(sort: Sort, world: World, params: Params) -> Answer:
    shown = [
        {
            f"{sort.word}Name": row["Name"],
            f"{sort.word}Arn": _arn(sort, world, row),
            **row["Told"],
            "ExcludedAccounts": row["Excluded"],
            "LastUpdateTime": iso(row["Put"]),
        }
        for row in _asked(sort, world, params)
    ]
    return {f"{sort.word}s": shown}


def _describe_statuses(sort: Sort, world: World, params: Params) -> Answer:
    """Show how they fare: for a moment after it was put, AWS is still at one."""
    shown = []
    for row in _asked(sort, world, params):
        ended = world.now >= row["Put"] + _TAKES
        word = ("FAILED" if row["Error"] else "SUCCESSFUL") if ended else "IN_PROGRESS"
        text = f"{row['Error']} has no configuration recorder"
        error = {"ErrorCode": _NO_RECORDER, "ErrorMessage": text} if word == "FAILED" else {}
        shown.append(
            {
                f"{sort.word}Name": row["Name"],
                sort.status: f"{row['Status']}_{word}",
                **error,
                "LastUpdateTime": iso(row["Put"]),
            }
        )
    return {f"{sort.word}Statuses": shown}


def _delete(sort: Sort, world: World, params: Params) -> Answer:
    check_in_charge(world)
    (row,) = _asked(sort, world, {f"{sort.word}Names": [params[f"{sort.word}Name"]]})
    _table(world, sort).drop(f"{row['Place']}/{row['Name']}")
    return {}


def tags_of(sort: Sort, world: World, arn: str) -> dict[str, str] | None:
    """Return the tags of one by its ARN, or None where there is none."""
    rows = _asked(sort, world, {})
    return next((row["Tags"] for row in rows if _arn(sort, world, row) == arn), None)


def retagged(sort: Sort, world: World, arn: str, more: Mapping[str, str]) -> bool:
    """Add tags to one by its ARN; False where there is none."""
    for row in _asked(sort, world, {}):
        if _arn(sort, world, row) == arn:
            tagged: Any = {**row, "Tags": {**row["Tags"], **more}}
            _table(world, sort).put(f"{row['Place']}/{row['Name']}", tagged)
            return True
    return False


def _asked(sort: Sort, world: World, params: Params) -> list[Row]:
    table = _table(world, sort)
    rows = [table[key] for key in table.where("Place", _place(world))]
    names = params.get(f"{sort.word}Names") or ()
    missing = [one for one in names if one not in {row["Name"] for row in rows}]
    if missing:
        raise refusal(f"NoSuch{sort.word}Exception", message=f"There is no {missing[0]}.")
    return [row for row in rows if not names or row["Name"] in names]


def _arn(sort: Sort, world: World, row: Row) -> str:
    account, _, region = row["Place"].partition("/")
    where = f"arn:{world.settings.partition}:config:{region}:{account}"
    return f"{where}:{sort.resource}/{row['Name']}"


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _table(world: World, sort: Sort) -> "Table[Row]":
    return world.documents("config").tables[sort.table]


def handlers(sort: Sort) -> Mapping[str, Handler]:
    """Return what answers the operations of a sort."""
    return {
        f"Put{sort.word}": partial(_put, sort),
        f"Describe{sort.word}s": partial(_describe, sort),
        f"Describe{sort.word}Statuses": partial(_describe_statuses, sort),
        f"Delete{sort.word}": partial(_delete, sort),
    }
