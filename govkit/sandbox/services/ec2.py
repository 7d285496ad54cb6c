"""Amazon EC2, as far as the baseline asks for it: an account's defaults per Region, and its instances."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.regions import REGIONS, status
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_NO_PREFERENCE = "no-preference"
_PAGE = 1_000
_OPT_IN = {"ENABLED_BY_DEFAULT": "opt-in-not-required", "ENABLED": "opted-in"}


class DefaultsRow(TypedDict):
    """An account's defaults in a Region, keyed by both; `Metadata` are those of instance metadata."""

    Encryption: bool
    Metadata: dict[str, Any]


class InstanceRow(TypedDict):
    """An instance, keyed by account, Region and ID; `Profile` is an instance profile's name, if any."""

    Id: str
    Place: str
    State: str
    Profile: str
    HttpTokens: str
    HttpEndpoint: str


SHAPES = {"defaults": Shape(DefaultsRow), "instances": Shape(InstanceRow, ("Place",))}


def get_ebs_encryption(world: World, _: Params) -> Answer:
    return {"EbsEncryptionByDefault": _defaults(world)["Encryption"]}


def enable_ebs_encryption(world: World, _: Params) -> Answer:
    return _encryption(world, enabled=True)


def disable_ebs_encryption(world: World, _: Params) -> Answer:
    return _encryption(world, enabled=False)


def _encryption(world: World, *, enabled: bool) -> Answer:
    _table(world).put(_place(world), {**_defaults(world), "Encryption": enabled})
    return {"EbsEncryptionByDefault": enabled}


def get_metadata_defaults(world: World, _: Params) -> Answer:
    """Show what was chosen; where there is no preference, there is no member."""
    return {"AccountLevel": {**_defaults(world)["Metadata"], "ManagedBy": "account"}}


def modify_metadata_defaults(world: World, params: Params) -> Answer:
    """Change what is told, and leave the rest as it is."""
    row = _defaults(world)
    new = {**row["Metadata"], **{key: one for key, one in params.items() if key != "DryRun"}}
    kept = {key: one for key, one in new.items() if one not in (_NO_PREFERENCE, -1)}
    _table(world).put(_place(world), {**row, "Metadata": kept})
    return {"Return": True}


def describe_regions(world: World, params: Params) -> Answer:
    named = params.get("RegionNames") or ()
    unknown = [one for one in named if one not in REGIONS]
    if unknown:
        text = f"Region does not exist: {unknown[0]}"
        raise refusal("InvalidParameterValue", message=text)
    shown = []
    for region in REGIONS:
        opted = _OPT_IN.get(status(world, world.caller.account, region), "not-opted-in")
        usable = opted != "not-opted-in" or params.get("AllRegions")
        if usable and (not named or region in named):
            host = f"ec2.{region}.amazonaws.com"
            shown.append({"RegionName": region, "Endpoint": host, "OptInStatus": opted})
    return {"Regions": shown}


def describe_instances(world: World, params: Params) -> Answer:
    """Show instances, one to a reservation, in pages; filters are not offered."""
    if params.get("Filters") or params.get("InstanceIds"):
        text = "The sandbox does not filter instances."
        raise refusal("UnsupportedOperation", message=text)
    rows, after = _instances(world), params.get("NextToken", "")
    left = [key for key in rows.where("Place", _place(world)) if key > after]
    size = params.get("MaxResults") or _PAGE
    more = {"NextToken": left[size - 1]} if len(left) > size else {}
    shown = [_reservation(world, rows[key]) for key in left[:size]]
    return {"Reservations": shown, **more}


def _reservation(world: World, row: InstanceRow) -> Answer:
    account = row["Place"].partition("/")[0]
    arn = f"arn:{world.settings.partition}:iam::{account}:instance-profile/{row['Profile']}"
    profile = {"IamInstanceProfile": {"Arn": arn}} if row["Profile"] else {}
    instance = {
        "InstanceId": row["Id"],
        "State": {"Name": row["State"]},
        "MetadataOptions": {"HttpTokens": row["HttpTokens"], "HttpEndpoint": row["HttpEndpoint"]},
        **profile,
    }
    return {
        "ReservationId": f"r{row['Id'][1:]}",
        "OwnerId": account,
        "Instances": [instance],
    }


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _defaults(world: World) -> DefaultsRow:
    return _table(world).get(_place(world)) or DefaultsRow(Encryption=False, Metadata={})


def _table(world: World) -> "Table[DefaultsRow]":
    return world.documents("ec2").tables["defaults"]


def _instances(world: World) -> "Table[InstanceRow]":
    return world.documents("ec2").tables["instances"]


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("InvalidAction", message=f"The action {call.operation} is not valid.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise refusal("InvalidParameterValue", message=refused.message) from refused


_HANDLERS: Mapping[str, Handler] = {
    "GetEbsEncryptionByDefault": get_ebs_encryption,
    "EnableEbsEncryptionByDefault": enable_ebs_encryption,
    "DisableEbsEncryptionByDefault": disable_ebs_encryption,
    "GetInstanceMetadataDefaults": get_metadata_defaults,
    "ModifyInstanceMetadataDefaults": modify_metadata_defaults,
    "DescribeRegions": describe_regions,
    "DescribeInstances": describe_instances,
}

SERVICE = Service("ec2", "ec2", _HANDLERS, SHAPES, _admit)
