"""Which Regions accounts of the commercial partition have, and which of them must be opted into."""

from typing import TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.tables import Table

BY_DEFAULT = "ENABLED_BY_DEFAULT"
# AWS's guide, "Regions and Zones": those before March 2019 are on everywhere, and stay so.
_OLD = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
_OPT_IN = (
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
)
REGIONS = (*_OLD, *_OPT_IN)


class OptInRow(TypedDict):
    """A Region that an account has opted into, keyed by account and Region."""

    Account: str
    Region: str


def opted(world: World) -> "Table[OptInRow]":
    return world.documents("account").tables["opted_in"]


def status(world: World, account: str, region: str) -> str:
    """Return a Region's status in an account, in Account Management's words."""
    if region in _OLD:
        return BY_DEFAULT
    return "ENABLED" if f"{account}/{region}" in opted(world) else "DISABLED"
