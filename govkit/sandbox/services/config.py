"""AWS Config: recorders, delivery channels and whether they record, per account and Region."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.clock import iso
from govkit.sandbox.config import aggregators, for_all, packs, rules
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.s3.grants import is_there, lets
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_SERVICE = "config.amazonaws.com"


class RecorderRow(TypedDict):
    """A recorder, keyed by account, Region and name; a service's own names its principal."""

    Name: str
    Place: str
    Role: str
    Group: dict[str, Any]
    Mode: dict[str, Any]
    Service: str
    Recording: bool
    Changed: str


class ChannelRow(TypedDict):
    """A delivery channel, keyed by account, Region and name."""

    Name: str
    Place: str
    Told: dict[str, Any]


SHAPES = {
    "recorders": Shape(RecorderRow, ("Place",)),
    "channels": Shape(ChannelRow, ("Place",)),
    "aggregators": aggregators.SHAPE,
    "organization_rules": for_all.SHAPE,
    "organization_packs": for_all.SHAPE,
}


def put_recorder(world: World, params: Params) -> Answer:
    """Make the one recorder of a customer here, or change it; its name stays."""
    told = params["ConfigurationRecorder"]
    name = told.get("name") or "default"
    others = [row["Name"] for row in _own(world) if row["Name"] != name]
    if others:
        raise refusal(
            "MaxNumberOfConfigurationRecordersExceededException",
            message=f"Failed to put configuration recorder '{name}': {others[0]} is there already.",
        )
    old = _recorders(world).get(f"{_place(world)}/{name}")
    if old is not None and old["Service"]:
        raise refusal("UnmodifiableEntityException", message=f"{name} belongs to a service.")
    if not told.get("roleARN"):
        raise refusal("InvalidRoleException", message="A recorder needs a role.")
    row = RecorderRow(
        Name=name,
        Place=_place(world),
        Role=told["roleARN"],
        Group=_group(told.get("recordingGroup") or {"allSupported": True}),
        Mode={"recordingFrequency": "CONTINUOUS", **(told.get("recordingMode") or {})},
        Service="",
        Recording=old is not None and old["Recording"],
        Changed=iso(world.now) if old is None else old["Changed"],
    )
    _recorders(world).put(f"{_place(world)}/{name}", row)
    return {}


def _group(told: Mapping[str, Any]) -> Answer:
    """Return a recording group as AWS shows it, or refuse one that contradicts itself."""
    types, excluded = told.get("resourceTypes") or [], told.get("exclusionByResourceTypes") or {}
    everything = bool(told.get("allSupported"))
    if everything and (types or excluded.get("resourceTypes")):
        raise refusal(
            "InvalidRecordingGroupException",
            message="All supported types, and a list of types, exclude each other.",
        )
    if told.get("includeGlobalResourceTypes") and not everything:
        raise refusal(
            "InvalidRecordingGroupException",
            message="Global types are included with all supported types only.",
        )
    strategy = (told.get("recordingStrategy") or {}).get("useOnly") or (
        "ALL_SUPPORTED_RESOURCE_TYPES" if everything else "INCLUSION_BY_RESOURCE_TYPES"
    )
    return {
        "allSupported": everything,
        "includeGlobalResourceTypes": bool(told.get("includeGlobalResourceTypes")),
        "resourceTypes": list(types),
        "exclusionByResourceTypes": {"resourceTypes": list(excluded.get("resourceTypes") or ())},
        "recordingStrategy": {"useOnly": strategy},
    }


def describe_recorders(world: World, params: Params) -> Answer:
    return {"ConfigurationRecorders": [_shown(world, row) for row in _named(world, params)]}


def describe_recorder_status(world: World, params: Params) -> Answer:
    return {"ConfigurationRecordersStatus": [_status(world, row) for row in _named(world, params)]}


def _shown(world: World, row: RecorderRow) -> Answer:
    region, account = row["Place"].partition("/")[2], row["Place"].partition("/")[0]
    service = {"servicePrincipal": row["Service"]} if row["Service"] else {}
    return {
        "arn": f"arn:{world.settings.partition}:config:{region}:{account}:"
        f"configuration-recorder/{row['Name']}",
        "name": row["Name"],
        "roleARN": row["Role"],
        "recordingGroup": row["Group"],
        "recordingMode": row["Mode"],
        "recordingScope": "INTERNAL" if row["Service"] else "PAID",
        **service,
    }


def _status(world: World, row: RecorderRow) -> Answer:
    since = "lastStartTime" if row["Recording"] else "lastStopTime"
    channels = [_channels(world)[one] for one in _channels(world).where("Place", _place(world))]
    problem = "".join(_problem(world, one["Told"]) for one in channels if row["Recording"])
    if problem and not row["Service"]:
        return {
            "name": row["Name"],
            "recording": True,
            "lastStatus": "FAILURE",
            "lastErrorCode": problem,
            "lastErrorMessage": f"{problem}: what was recorded could not be delivered.",
            since: row["Changed"],
        }
    return {
        "name": row["Name"],
        "recording": row["Recording"],
        "lastStatus": "SUCCESS" if row["Recording"] else "PENDING",
        since: row["Changed"],
    }


def start_recorder(world: World, params: Params) -> Answer:
    if not _channels(world).where("Place", _place(world)):
        raise refusal(
            "NoAvailableDeliveryChannelException",
            message="Delivery channel is not available to start configuration recorder.",
        )
    return _recording(world, params, started=True)


def stop_recorder(world: World, params: Params) -> Answer:
    return _recording(world, params, started=False)


def _recording(world: World, params: Params, *, started: bool) -> Answer:
    row: Any = {**_found(world, params["ConfigurationRecorderName"]), "Recording": started}
    row["Changed"] = iso(world.now)
    _recorders(world).put(f"{row['Place']}/{row['Name']}", row)
    return {}


def delete_recorder(world: World, params: Params) -> Answer:
    row = _found(world, params["ConfigurationRecorderName"])
    _recorders(world).drop(f"{row['Place']}/{row['Name']}")
    return {}


def put_channel(world: World, params: Params) -> Answer:
    """Make the one channel here, or change it; there must be a recorder first."""
    told = dict(params["DeliveryChannel"])
    name = told.setdefault("name", "default")
    if not _own(world):
        raise refusal(
            "NoAvailableConfigurationRecorderException",
            message="Configuration recorder is not available to put delivery channel.",
        )
    others = [one for one in _channels(world).where("Place", _place(world)) if _last(one) != name]
    if others:
        raise refusal(
            "MaxNumberOfDeliveryChannelsExceededException",
            message=f"Failed to put delivery channel '{name}': there is one already.",
        )
    _check_bucket(world, told)
    row = ChannelRow(Name=name, Place=_place(world), Told=told)
    _channels(world).put(f"{_place(world)}/{name}", row)
    return {}


def _check_bucket(world: World, told: Mapping[str, Any]) -> None:
    """Refuse a bucket into which AWS Config could not write for this account."""
    name = told.get("s3BucketName", "")
    match _problem(world, told):
        case "NoSuchBucket":
            text = f"Cannot find a S3 bucket with an empty bucket name or the name '{name}'."
            raise refusal("NoSuchBucketException", message=text)
        case "AccessDenied":
            text = f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket."
            raise refusal("InsufficientDeliveryPolicyException", message=text)
        case _:
            return


def _problem(world: World, told: Mapping[str, Any]) -> str:
    """Return S3's word for why AWS Config cannot deliver from here; empty if it can."""
    name, account = told.get("s3BucketName", ""), world.caller.account
    if not is_there(world, name):
        return "NoSuchBucket"
    bucket = f"arn:{world.settings.partition}:s3:::{name}"
    prefix = f"{told['s3KeyPrefix']}/" if told.get("s3KeyPrefix") else ""
    source = {"aws:SourceAccount": account}
    if account in book(world).accounts:
        source["aws:SourceOrgID"] = book(world).the_organization["Id"]
    written = {**source, "s3:x-amz-acl": "bucket-owner-full-control"}
    place = f"{bucket}/{prefix}AWSLogs/{account}/Config/ConfigWritabilityCheckFile"
    able = lets(world, _SERVICE, "s3:GetBucketAcl", bucket, source) and lets(
        world, _SERVICE, "s3:PutObject", place, written
    )
    return "" if able else "AccessDenied"


def describe_channels(world: World, params: Params) -> Answer:
    rows = [_channels(world)[one] for one in _channels(world).where("Place", _place(world))]
    named = params.get("DeliveryChannelNames") or ()
    missing = [one for one in named if one not in {row["Name"] for row in rows}]
    if missing:
        text = f"Cannot find delivery channel with specified name '{missing[0]}'."
        raise refusal("NoSuchDeliveryChannelException", message=text)
    return {"DeliveryChannels": [row["Told"] for row in rows if not named or row["Name"] in named]}


def delete_channel(world: World, params: Params) -> Answer:
    key = f"{_place(world)}/{params['DeliveryChannelName']}"
    if key not in _channels(world):
        raise refusal("NoSuchDeliveryChannelException")
    if any(row["Recording"] for row in _own(world)):
        raise refusal(
            "LastDeliveryChannelDeleteFailedException",
            message="The recorder is running: stop it first.",
        )
    _channels(world).drop(key)
    return {}


def list_tags(world: World, params: Params) -> Answer:
    arn = params["ResourceArn"]
    found = aggregators.tags_of(world, arn)
    for sort in (rules.RULES, packs.PACKS):
        found = for_all.tags_of(sort, world, arn) if found is None else found
    if found is None:
        raise refusal("ResourceNotFoundException", message=f"{params['ResourceArn']} is not here.")
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _last(key: str) -> str:
    return key.rpartition("/")[2]


def _recorders(world: World) -> "Table[RecorderRow]":
    return world.documents("config").tables["recorders"]


def _channels(world: World) -> "Table[ChannelRow]":
    return world.documents("config").tables["channels"]


def _here(world: World) -> list[RecorderRow]:
    return [_recorders(world)[one] for one in _recorders(world).where("Place", _place(world))]


def recorders_here(world: World) -> list[str]:
    """Return the names of the customer's recorders in the caller's account and Region."""
    return [row["Name"] for row in _own(world)]


def _own(world: World) -> list[RecorderRow]:
    """Return the customer's recorders here: at most one; a service's own come in addition."""
    return [row for row in _here(world) if not row["Service"]]


def _named(world: World, params: Params) -> list[RecorderRow]:
    rows, named = _here(world), params.get("ConfigurationRecorderNames") or ()
    for name in named:
        _found(world, name)
    return [row for row in rows if not named or row["Name"] in named]


def _found(world: World, name: str) -> RecorderRow:
    row = _recorders(world).get(f"{_place(world)}/{name}")
    if row is None:
        text = f"Cannot find configuration recorder with the specified name '{name}'."
        raise refusal("NoSuchConfigurationRecorderException", message=text)
    return row


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise refusal("ValidationException", message=refused.message) from refused


_HANDLERS: Mapping[str, Handler] = {
    "PutConfigurationRecorder": put_recorder,
    "DescribeConfigurationRecorders": describe_recorders,
    "DescribeConfigurationRecorderStatus": describe_recorder_status,
    "StartConfigurationRecorder": start_recorder,
    "StopConfigurationRecorder": stop_recorder,
    "DeleteConfigurationRecorder": delete_recorder,
    "PutDeliveryChannel": put_channel,
    "DescribeDeliveryChannels": describe_channels,
    "DeleteDeliveryChannel": delete_channel,
    "ListTagsForResource": list_tags,
    **aggregators.HANDLERS,
    **rules.HANDLERS,
    **packs.HANDLERS,
}

SERVICE = Service("config", "config", _HANDLERS, SHAPES, _admit)
