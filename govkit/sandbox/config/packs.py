"""Conformance packs of AWS Config for a whole organization: put at once, there a moment later."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.config.aggregators import check_in_charge
from govkit.sandbox.config.rules import without_recorder
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_TAKES = 0.03  # seconds until a pack is in all accounts
_ACCESS = "config-multiaccountsetup.amazonaws.com"


class PackRow(TypedDict):
    """A pack, keyed by account, Region and name. Its template is kept, and never shown again."""

    Name: str
    Place: str
    Template: str
    Parameters: list[dict[str, str]]
    Excluded: list[str]
    Tags: dict[str, str]
    Status: str
    Error: str
    Put: float


SHAPE = Shape(PackRow, ("Place",))


def put_pack(world: World, params: Params) -> Answer:
    """Make a pack, or change it; in an account that records nothing it fails."""
    check_in_charge(world)
    if _ACCESS not in book(world).services:
        raise refusal("OrganizationAccessDeniedException", message="Access is not enabled.")
    if "Resources" not in params.get("TemplateBody", ""):
        raise refusal(
            "OrganizationConformancePackTemplateValidationException",
            message="The template has no resources.",
        )
    name, place = params["OrganizationConformancePackName"], _place(world)
    old = _table(world).get(f"{place}/{name}")
    given = {one["Key"]: one.get("Value", "") for one in params.get("Tags") or ()}
    excluded = list(params.get("ExcludedAccounts") or ())
    failing = without_recorder(world, excluded)
    row = PackRow(
        Name=name,
        Place=place,
        Template=params["TemplateBody"],
        Parameters=[dict(one) for one in params.get("ConformancePackInputParameters") or ()],
        Excluded=excluded,
        Tags=given if old is None else old["Tags"],
        Status="CREATE" if old is None else "UPDATE",
        Error=failing[0] if failing else "",
        Put=world.now,
    )
    _table(world).put(f"{place}/{name}", row)
    return {"OrganizationConformancePackArn": _arn(world, row)}


def describe_packs(world: World, params: Params) -> Answer:
    shown = [
        {
            "OrganizationConformancePackName": row["Name"],
            "OrganizationConformancePackArn": _arn(world, row),
            "ConformancePackInputParameters": row["Parameters"],
            "ExcludedAccounts": row["Excluded"],
            "LastUpdateTime": iso(row["Put"]),
        }
        for row in _asked(world, params)
    ]
    return {"OrganizationConformancePacks": shown}


def describe_statuses(world: World, params: Params) -> Answer:
    """Show how the packs fare: for a moment after it was put, AWS is still at one."""
    shown = []
    for row in _asked(world, params):
        ended = world.now >= row["Put"] + _TAKES
        word = ("FAILED" if row["Error"] else "SUCCESSFUL") if ended else "IN_PROGRESS"
        text = f"{row['Error']} has no configuration recorder"
        error = {"ErrorCode": "NoAvailableConfigurationRecorder", "ErrorMessage": text}
        shown.append(
            {
                "OrganizationConformancePackName": row["Name"],
                "Status": f"{row['Status']}_{word}",
                **(error if word == "FAILED" else {}),
                "LastUpdateTime": iso(row["Put"]),
            }
        )
    return {"OrganizationConformancePackStatuses": shown}


def delete_pack(world: World, params: Params) -> Answer:
    check_in_charge(world)
    named = {"OrganizationConformancePackNames": [params["OrganizationConformancePackName"]]}
    (row,) = _asked(world, named)
    _table(world).drop(f"{row['Place']}/{row['Name']}")
    return {}


def tags_of(world: World, arn: str) -> dict[str, str] | None:
    """Return the tags of a pack by its ARN, or None where there is none."""
    return next((row["Tags"] for row in _asked(world, {}) if _arn(world, row) == arn), None)


def tag(world: World, params: Params) -> Answer:
    """Add tags to a pack; aggregators and rules keep those that they were made with."""
    for row in _asked(world, {}):
        if _arn(world, row) == params["ResourceArn"]:
            more = {one["Key"]: one.get("Value", "") for one in params["Tags"]}
            tagged: Any = {**row, "Tags": {**row["Tags"], **more}}
            _table(world).put(f"{row['Place']}/{row['Name']}", tagged)
            return {}
    raise refusal("ResourceNotFoundException", message=f"{params['ResourceArn']} is not here.")


def _asked(world: World, params: Params) -> list[PackRow]:
    rows = [_table(world)[key] for key in _table(world).where("Place", _place(world))]
    names = params.get("OrganizationConformancePackNames") or ()
    missing = [one for one in names if one not in {row["Name"] for row in rows}]
    if missing:
        text = f"There is no organization conformance pack {missing[0]}."
        raise refusal("NoSuchOrganizationConformancePackException", message=text)
    return [row for row in rows if not names or row["Name"] in names]


def _arn(world: World, row: PackRow) -> str:
    account, _, region = row["Place"].partition("/")
    where = f"arn:{world.settings.partition}:config:{region}:{account}"
    return f"{where}:organization-conformance-pack/{row['Name']}"


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _table(world: World) -> "Table[PackRow]":
    return world.documents("config").tables["organization_packs"]


HANDLERS: Mapping[str, Handler] = {
    "PutOrganizationConformancePack": put_pack,
    "DescribeOrganizationConformancePacks": describe_packs,
    "DescribeOrganizationConformancePackStatuses": describe_statuses,
    "DeleteOrganizationConformancePack": delete_pack,
    "TagResource": tag,
}
