"""What the sandbox remembers of a trail, and finding one as AWS does: by name at home, by ARN anywhere."""

import re
from collections.abc import Iterator
from typing import Any, TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

_ARN = re.compile(r"arn:[\w-]+:cloudtrail:([\w-]+):(\d{12}):trail/(.+)")
_NAME = re.compile(r"(?!.*[-_.]{2})[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]")


class TrailRow(TypedDict):
    """A trail, keyed by account, home Region and name; `Logging` says whether it was started."""

    Name: str
    Account: str
    Region: str
    Organization: bool
    MultiRegion: bool
    GlobalEvents: bool
    Validation: bool
    Bucket: str
    Prefix: str
    Topic: str
    Key: str
    LogGroup: str
    LogRole: str
    Logging: bool
    Changed: str
    DeliveryError: str
    EventSelectors: list[dict[str, Any]]
    AdvancedEventSelectors: list[dict[str, Any]]
    InsightSelectors: list[dict[str, Any]]
    Tags: dict[str, str]


SHAPES = {"trails": Shape(TrailRow, ("Account",))}


def trails(world: World) -> "Table[TrailRow]":
    return world.documents("cloudtrail").tables["trails"]


def key(row: TrailRow) -> str:
    return f"{row['Account']}/{row['Region']}/{row['Name']}"


def arn(world: World, row: TrailRow) -> str:
    place = f"{row['Region']}:{row['Account']}"
    return f"arn:{world.settings.partition}:cloudtrail:{place}:trail/{row['Name']}"


def seen(world: World) -> Iterator[TrailRow]:
    """Yield the trails that show where the call is made: own ones, and the organization's.

    A multi-Region trail shows in every Region, one of a single Region at home.
    """
    for row in trails(world).rows():
        mine = row["Account"] == world.caller.account
        if (mine or (row["Organization"] and is_member(world))) and (
            row["MultiRegion"] or row["Region"] == world.region
        ):
            yield row


def is_member(world: World) -> bool:
    row = book(world).accounts.get(world.caller.account)
    return row is not None and row["State"] == "ACTIVE"


def found(world: World, name: str) -> TrailRow:
    """Return the trail of a name (here) or an ARN; members know the organization's by ARN alone."""
    split = _ARN.fullmatch(name)
    for row in seen(world):
        if split is None:
            if row["Name"] == name and row["Account"] == world.caller.account:
                return row
        elif (row["Region"], row["Account"], row["Name"]) == split.groups():
            return row
    if split is None:
        check_name(name)
    text = f"Unknown trail: {name} for the user: {world.caller.account}"
    raise refusal("TrailNotFoundException", message=text)


def at_home(world: World, name: str) -> TrailRow:
    """Return a trail that may be changed from here: the caller's own, in its home Region."""
    row = found(world, name)
    if row["Account"] != world.caller.account and not administers(world):
        raise refusal(
            "NotOrganizationMasterAccountException",
            message="Only the management account of an organization can change its trails.",
        )
    if row["Region"] != world.region:
        raise refusal(
            "InvalidHomeRegionException",
            message=f"Trail {row['Name']} can be changed in its home Region {row['Region']} only.",
        )
    return row


def administers(world: World) -> bool:
    """Tell whether the caller may manage the organization's trails: its own, or delegated."""
    entries = book(world)
    if not len(entries.organization):
        return False
    delegated = [
        entries.delegations[one]["ServicePrincipal"]
        for one in entries.delegations.where("Account", world.caller.account)
    ]
    management = entries.the_organization["ManagementAccount"]
    return world.caller.account == management or "cloudtrail.amazonaws.com" in delegated


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid_name("Trail name must have 3 to 128 letters, digits, periods, _ and -.")


def invalid_name(text: str) -> RefusalError:
    return refusal("InvalidTrailNameException", message=text)
