"""Making, changing, starting and showing trails, with the rules of an organization's trail."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.cloudtrail.rows import (
    TrailRow,
    administers,
    arn,
    at_home,
    check_name,
    found,
    key,
    seen,
    trails,
)
from govkit.sandbox.keys import arn as key_arn
from govkit.sandbox.keys import found as find_key
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal
from govkit.sandbox.s3.grants import allows, is_there, lets

Params = Mapping[str, Any]
Answer = dict[str, Any]
_MOST = 5  # trails that a Region can hold, those of other Regions that reach into it counted
_SERVICE = "cloudtrail.amazonaws.com"
_DEFAULT_SELECTOR: Mapping[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
_TOLD: Mapping[str, str] = {
    "IsOrganizationTrail": "Organization",
    "IsMultiRegionTrail": "MultiRegion",
    "IncludeGlobalServiceEvents": "GlobalEvents",
    "EnableLogFileValidation": "Validation",
    "S3BucketName": "Bucket",
    "S3KeyPrefix": "Prefix",
    "SnsTopicName": "Topic",
    "KmsKeyId": "Key",
    "CloudWatchLogsLogGroupArn": "LogGroup",
    "CloudWatchLogsRoleArn": "LogRole",
}


def create_trail(world: World, params: Params) -> Answer:
    check_name(params["Name"])
    row: Any = {
        "Name": params["Name"],
        "Account": world.caller.account,
        "Region": world.region,
        "Organization": False,
        "MultiRegion": False,
        "GlobalEvents": True,
        "Validation": False,
        **dict.fromkeys(("Bucket", "Prefix", "Topic", "Key", "LogGroup", "LogRole"), ""),
        "Logging": False,
        "Changed": iso(world.now),
        "DeliveryError": "",
        "EventSelectors": [dict(_DEFAULT_SELECTOR)],
        "AdvancedEventSelectors": [],
        "InsightSelectors": [],
        "Tags": {one["Key"]: one.get("Value", "") for one in params.get("TagsList", ())},
        **_told(world, params),
    }
    _check(world, row)
    if row["Organization"]:  # the management account always owns it
        row["Account"] = book(world).the_organization["ManagementAccount"]
    if key(row) in trails(world):
        text = f"Trail {row['Name']} already exists for customer: {row['Account']}"
        raise refusal("TrailAlreadyExistsException", message=text)
    here = [one for one in seen(world) if one["Account"] == row["Account"]]
    if len(here) >= _MOST:
        text = f"User: {row['Account']} already has {_MOST} trails in {world.region}."
        raise refusal("MaximumNumberOfTrailsExceededException", message=text)
    trails(world).put(key(row), row)
    return _shown(world, row)


def update_trail(world: World, params: Params) -> Answer:
    old = at_home(world, params["Name"])
    row: Any = {**old, **_told(world, params), "Changed": iso(world.now)}
    _check(world, row)
    trails(world).put(key(row), row)
    return _shown(world, row)


def delete_trail(world: World, params: Params) -> Answer:
    trails(world).drop(key(at_home(world, params["Name"])))
    return {}


def start_logging(world: World, params: Params) -> Answer:
    return _logging(world, params, started=True)


def stop_logging(world: World, params: Params) -> Answer:
    return _logging(world, params, started=False)


def _logging(world: World, params: Params, *, started: bool) -> Answer:
    row: Any = {**at_home(world, params["Name"]), "Logging": started, "Changed": iso(world.now)}
    trails(world).put(key(row), row)
    return {}


def describe_trails(world: World, params: Params) -> Answer:
    """Show trails of this Region, and unless told otherwise those of others that reach into it."""
    named = list(params.get("trailNameList") or ())
    shadows = params.get("includeShadowTrails", True)
    rows = [
        row
        for row in seen(world)
        if (not named or {row["Name"], arn(world, row)} & set(named))
        and (shadows or (row["Region"] == world.region and row["Account"] == world.caller.account))
    ]
    listed = [
        {
            **_shown(world, row),
            "HomeRegion": row["Region"],
            "HasCustomEventSelectors": _is_custom(row),
            "HasInsightSelectors": bool(row["InsightSelectors"]),
        }
        for row in sorted(rows, key=key)
    ]
    return {"trailList": listed}


def get_trail_status(world: World, params: Params) -> Answer:
    row = found(world, params["Name"])
    since = "StartLoggingTime" if row["Logging"] else "StopLoggingTime"
    error = row["DeliveryError"] or _problem(world, row)
    told = {"LatestDeliveryError": error} if error else {}
    if error and row["Validation"]:  # the digests go to the same bucket
        told["LatestDigestDeliveryError"] = error
    return {"IsLogging": row["Logging"], since: row["Changed"], **told}


def _told(world: World, params: Params) -> dict[str, Any]:
    told = {
        ours: params[theirs] for theirs, ours in _TOLD.items() if params.get(theirs) is not None
    }
    if told.get("Key"):  # CloudTrail shows the key's ARN, whatever name it was told
        told["Key"] = _key(world, told["Key"])
    return told


def _key(world: World, told: str) -> str:
    key = find_key(world, told)
    if key is None:
        raise refusal("KmsKeyNotFoundException", message=f"The key {told} does not exist.")
    named = key_arn(world, key)
    if not allows(key["Policy"], _SERVICE, "kms:GenerateDataKey", named, {}):
        raise refusal(
            "InsufficientEncryptionPolicyException",
            message="Insufficient permissions to access S3 bucket or KMS key.",
        )
    return named


def _is_custom(row: TrailRow) -> bool:
    return row["EventSelectors"] != [_DEFAULT_SELECTOR] or bool(row["AdvancedEventSelectors"])


def _shown(world: World, row: TrailRow) -> Answer:
    topic = {}
    if row["Topic"]:
        place = f"arn:{world.settings.partition}:sns:{row['Region']}:{row['Account']}"
        told = row["Topic"] if row["Topic"].startswith("arn:") else f"{place}:{row['Topic']}"
        topic = {"SnsTopicARN": told, "SnsTopicName": told.rpartition(":")[2]}
    optional = {
        "S3KeyPrefix": row["Prefix"],
        "CloudWatchLogsLogGroupArn": row["LogGroup"],
        "CloudWatchLogsRoleArn": row["LogRole"],
        "KmsKeyId": row["Key"],
    }
    return {
        "Name": row["Name"],
        "S3BucketName": row["Bucket"],
        **topic,
        **{name: value for name, value in optional.items() if value},
        "IncludeGlobalServiceEvents": row["GlobalEvents"],
        "IsMultiRegionTrail": row["MultiRegion"],
        "TrailARN": arn(world, row),
        "LogFileValidationEnabled": row["Validation"],
        "IsOrganizationTrail": row["Organization"],
    }


def _check(world: World, row: TrailRow) -> None:
    if row["MultiRegion"] and not row["GlobalEvents"]:
        raise refusal(
            "InvalidParameterCombinationException",
            message="Multi-Region trail must include global service events.",
        )
    if bool(row["LogGroup"]) != bool(row["LogRole"]):
        raise refusal(
            "InvalidParameterCombinationException",
            message="A log group and the role that writes into it go together.",
        )
    if row["Organization"]:
        _check_organization(world)
    _check_bucket(world, row)


def _check_organization(world: World) -> None:
    """Refuse an organization's trail as CreateTrail does: who, with all features, with access."""
    entries = book(world)
    if not len(entries.organization) or world.caller.account not in entries.accounts:
        raise refusal("OrganizationsNotInUseException")
    if entries.the_organization["FeatureSet"] != "ALL":
        raise refusal("OrganizationNotInAllFeaturesModeException")
    if not administers(world):
        raise refusal("NotOrganizationMasterAccountException")
    if _SERVICE not in entries.services:
        raise refusal("CloudTrailAccessNotEnabledException")


def _check_bucket(world: World, row: TrailRow) -> None:
    """Refuse a bucket into which CloudTrail could not write: it looks and writes once to try it."""
    match _problem(world, row):
        case "NoSuchBucket":
            text = f"S3 bucket {row['Bucket']} does not exist!"
            raise refusal("S3BucketDoesNotExistException", message=text)
        case "AccessDenied":
            text = f"Incorrect S3 bucket policy is detected for bucket: {row['Bucket']}"
            raise refusal("InsufficientS3BucketPolicyException", message=text)
        case _:
            return


def _problem(world: World, row: TrailRow) -> str:
    """Return S3's word for why CloudTrail cannot write into the trail's bucket; empty if it can."""
    name = row["Bucket"]
    if not is_there(world, name):
        return "NoSuchBucket"
    bucket = f"arn:{world.settings.partition}:s3:::{name}"
    prefix = f"{row['Prefix']}/" if row["Prefix"] else ""
    owners = [_owner(world, row)]
    if row["Organization"]:
        owners.append(book(world).the_organization["Id"])
    source = {"aws:SourceArn": arn(world, {**row, "Account": owners[0]})}
    source["aws:SourceAccount"] = owners[0]
    written = {**source, "s3:x-amz-acl": "bucket-owner-full-control"}
    able = lets(world, _SERVICE, "s3:GetBucketAcl", bucket, source) and all(
        lets(world, _SERVICE, "s3:PutObject", f"{bucket}/{prefix}AWSLogs/{one}/x", written)
        for one in owners
    )
    return "" if able else "AccessDenied"


def _owner(world: World, row: TrailRow) -> str:
    if row["Organization"]:
        return book(world).the_organization["ManagementAccount"]
    return row["Account"]


HANDLERS: Mapping[str, Handler] = {
    "CreateTrail": create_trail,
    "UpdateTrail": update_trail,
    "DeleteTrail": delete_trail,
    "StartLogging": start_logging,
    "StopLogging": stop_logging,
    "DescribeTrails": describe_trails,
    "GetTrailStatus": get_trail_status,
}
