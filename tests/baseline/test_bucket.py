"""Buckets of logs: made closed, written by AWS's services alone, mended, and never taken away."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, bucket, clicks, layout
from terminal import Desk

OWNER = ACCOUNTS["log-archive"]
LOGS = {"name": "acme-trail", "account": "log-archive"}
ADDRESS = "bucket:acme-trail"
TRAIL = {"bucket": {**LOGS, "prefix": "trails", "object_lock_days": 30, "expire_days": 400}}


def config(**bucket: Any) -> dict[str, Any]:
    return {"delivery": {"bucket": {**LOGS, **bucket}}}


def planned(desk: Desk, code: int = 0) -> list[dict[str, Any]]:
    ran = desk.run("plan", "--baseline", "--format", "json")
    assert ran.code == code, ran.said
    steps: list[dict[str, Any]] = json.loads(ran.out)["steps"]
    return [one for one in steps if one["address"].startswith("bucket:")]


def asked(desk: Desk, operation: str, **more: Any) -> dict[str, Any]:
    return clicks(desk, OWNER, "s3", operation, {"Bucket": "acme-trail", **more})


def policy(desk: Desk) -> dict[str, Any]:
    said = json.loads(asked(desk, "GetBucketPolicy")["Policy"])["Statement"]
    return {one["Sid"]: one for one in said}


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(cloudtrail=TRAIL))
    table.does("apply", "--baseline", "--yes")
    return table


def test_it_is_tagged_when_it_is_made_and_closed_before_anybody_writes(table: Desk) -> None:
    table.layout(layout(cloudtrail=TRAIL))
    (step,) = planned(table)
    assert [call["operation"] for call in step["calls"]] == [
        "CreateBucket",
        "PutPublicAccessBlock",
        "PutBucketVersioning",
        "PutBucketPolicy",
        "PutObjectLockConfiguration",
        "PutBucketLifecycleConfiguration",
    ]
    assert {(one["account"], one["region"]) for one in step["calls"]} == {(OWNER, "eu-west-1")}
    assert step["calls"][0]["parameters"]["CreateBucketConfiguration"] == {
        "LocationConstraint": "eu-west-1",
        "Tags": [{"Key": "govkit:layout", "Value": "main"}],
    }


def test_cloudtrail_writes_for_the_management_account_and_all_members_from_one_trail(
    applied: Desk,
) -> None:
    said = policy(applied)
    arn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org-trail"
    assert said["CloudTrailLooks"]["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}
    assert said["CloudTrailWrites"]["Resource"] == [
        "arn:aws:s3:::acme-trail/trails/AWSLogs/111111111111/*",
        "arn:aws:s3:::acme-trail/trails/AWSLogs/o-exampleorgid/*",
    ]
    assert said["CloudTrailWrites"]["Condition"]["StringEquals"] == {
        "aws:SourceArn": arn,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    assert said["TlsOnly"]["Effect"] == "Deny"


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0
    assert asked(applied, "GetBucketVersioning") == {"Status": "Enabled"}


def test_one_bucket_serves_trail_and_config(table: Desk) -> None:
    table.layout(layout(cloudtrail={"bucket": LOGS}, config=config(prefix="config")))
    table.does("apply", "--baseline", "--yes")
    assert list(policy(table)) == [
        "CloudTrailLooks",
        "CloudTrailWrites",
        "ConfigLooks",
        "ConfigWrites",
        "TlsOnly",
    ]
    writes = policy(table)["ConfigWrites"]
    assert writes["Resource"] == "arn:aws:s3:::acme-trail/config/AWSLogs/*/Config/*"
    assert writes["Condition"]["StringEquals"]["aws:SourceOrgID"] == "o-exampleorgid"
    assert planned(table) == []


OPEN = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}]}
OPEN["Statement"][0] |= {"Action": "s3:*", "Resource": "arn:aws:s3:::acme-trail/*"}
SHORT = {"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
WEAK = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}


@pytest.mark.parametrize(
    ("operation", "params", "fact", "mended"),
    [
        (
            "DeletePublicAccessBlock",
            {},
            {"public_access_block": False},
            "PutPublicAccessBlock",
        ),
        (
            "PutObjectLockConfiguration",
            {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": WEAK}},
            {"object_lock_days": 1},
            "PutObjectLockConfiguration",
        ),
        (
            "PutObjectLockConfiguration",
            {
                "ObjectLockConfiguration": {
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}},
                }
            },
            {"object_lock_days": None, "other_lock": "COMPLIANCE 1 years"},
            "PutObjectLockConfiguration",
        ),
        (
            "DeleteBucketLifecycle",
            {},
            {"expire_days": None},
            "PutBucketLifecycleConfiguration",
        ),
        ("DeleteBucketPolicy", {}, {"policy": None}, "PutBucketPolicy"),
        ("PutBucketPolicy", {"Policy": json.dumps(OPEN)}, {"policy": OPEN}, "PutBucketPolicy"),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, operation: str, params: Any, fact: Any, mended: str
) -> None:
    asked(applied, operation, **params)
    shut = mended == "PutBucketPolicy"
    ran = applied.run("drift", "--baseline", "--format", "json")
    drift = {one["address"]: one for one in json.loads(ran.out)["drift"]}
    found = drift.pop(ADDRESS)
    assert (ran.code, found["actual"]) == (2, fact)
    assert drift.keys() == ({"trail_delivery:management/eu-west-1/org-trail"} if shut else set())
    (step,) = planned(applied)
    assert [call["operation"] for call in step["calls"]] == [mended]
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_other_rules_let_logs_expire_before_their_time(table: Desk) -> None:
    table.layout(layout(cloudtrail={"bucket": LOGS}))
    table.does("apply", "--baseline", "--yes")
    asked(table, "PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": [SHORT]})
    asked(table, "PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"})
    (step,) = planned(table)
    calls = [call["operation"] for call in step["calls"]]
    assert calls == ["PutBucketVersioning", "DeleteBucketLifecycle"]
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []


def foreign(desk: Desk) -> list[str]:
    ran = desk.run("plan", "--baseline", "--format", "json")
    assert ran.code == 4, ran.said
    return [one["message"] for one in json.loads(ran.out)["findings"] if one["rail"] == "foreign"]


@pytest.mark.parametrize("owner", ["log-archive", "payments"])
def test_a_bucket_that_somebody_else_made_is_refused(table: Desk, owner: str) -> None:
    bucket(table, "acme-trail", owner)
    table.layout(layout(cloudtrail=TRAIL))
    said = "bucket:acme-trail is wanted, and bucket:acme-trail is there, which govkit did not make."
    assert foreign(table) == [said]
    assert table.run("apply", "--baseline", "--yes").code == 4


COMPLIANCE = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 90}}


def observed(desk: Desk, **more: Any) -> list[dict[str, Any]]:
    """Return what differs of the bucket where another keeps it."""
    theirs = {"bucket": {**LOGS, "managed_by": "observe", **more}}
    desk.layout(layout(cloudtrail=theirs))
    assert planned(desk) == []
    ran = desk.run("drift", "--baseline", "--format", "json")
    return [one for one in json.loads(ran.out)["drift"] if one["address"] == ADDRESS]


def test_a_bucket_that_another_keeps_is_looked_at_and_left_alone(table: Desk) -> None:
    (missing,) = observed(table)
    assert missing["change"] == "missing"
    bucket(table, "acme-trail")
    asked(table, "DeletePublicAccessBlock")
    asked(table, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    lock = {"ObjectLockEnabled": "Enabled", "Rule": COMPLIANCE}
    asked(table, "PutObjectLockConfiguration", ObjectLockConfiguration=lock)
    (open_,) = observed(table)
    assert open_["actual"] == {"public_access_block": False}
    table.does("apply", "--baseline", "--yes")
    told = json.loads(table.run("check", "--format", "json").out)["findings"]
    assert [(one["resource"], one["actual"]) for one in told] == [(ADDRESS, open_["actual"])]
    (strict,) = observed(table, object_lock_days=9, expire_days=30)
    assert strict["expected"] == {
        "public_access_block": True,
        "object_lock_days": 9,
        "other_lock": None,
        "expire_days": 30,
    }


def test_a_locked_bucket_that_another_keeps_is_no_fault_of_the_layout(table: Desk) -> None:
    bucket(table, "acme-trail")
    asked(table, "DeletePublicAccessBlock")
    asked(table, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    lock = {"ObjectLockEnabled": "Enabled", "Rule": COMPLIANCE}
    asked(table, "PutObjectLockConfiguration", ObjectLockConfiguration=lock)
    table.layout(layout(config={**config(), "managed_by": "lza"}))
    ran = table.run("drift", "--baseline", "--format", "json")
    found = {one["address"]: one["actual"] for one in json.loads(ran.out)["drift"]}
    assert found[ADDRESS] == {"public_access_block": False}


def test_it_stays_when_the_layout_no_longer_asks_for_it(applied: Desk) -> None:
    applied.layout(layout())
    assert planned(applied) == []
    assert asked(applied, "GetBucketVersioning") == {"Status": "Enabled"}


@pytest.mark.parametrize(
    ("cloudtrail", "service", "said"),
    [
        (TRAIL, config(object_lock_days=30), "A locked bucket takes no such logs"),
        (TRAIL, config(), "A locked bucket takes no such logs"),
        ({"bucket": {**LOGS, "expire_days": 9}}, config(expire_days=8), "One bucket, two rules"),
        ({"bucket": LOGS}, config(account="audit"), "One bucket, two owners"),
        (
            {"bucket": {**LOGS, "object_lock_days": 9, "expire_days": 8}},
            config(),
            "Expires while locked",
        ),
        ({"bucket": {**LOGS, "expire_days": 0}}, config(), "Not a number of days"),
    ],
)
def test_nonsense_is_a_fault_at_its_line(
    table: Desk, cloudtrail: Any, service: Any, said: str
) -> None:
    table.layout(layout(cloudtrail=cloudtrail, config=service))
    ran = table.run("validate")
    assert ran.code == 3
    assert said in ran.said


def test_without_a_home_region_there_is_no_place_for_a_bucket(table: Desk) -> None:
    told = layout(cloudtrail={"bucket": LOGS})
    del told["organization"]["home_region"]
    told["baseline"]["regions"] = "enabled"
    table.layout(told)
    assert "No home Region" in table.run("validate").said


def test_logs_that_do_not_arrive_are_drift_until_the_bucket_is_mended(table: Desk) -> None:
    table.layout(layout(cloudtrail={"bucket": LOGS}, config=config(prefix="config")))
    table.does("apply", "--baseline", "--yes")
    asked(table, "DeleteBucketPolicy")
    ran = table.run("drift", "--baseline", "--format", "json")
    found = {one["address"]: one["actual"] for one in json.loads(ran.out)["drift"]}
    assert found.pop(ADDRESS) == {"policy": None}
    trail = found.pop("trail_delivery:management/eu-west-1/org-trail")
    assert trail == {"error": "AccessDenied", "digest_error": "AccessDenied"}
    assert found["config_delivery:audit/us-east-1/govkit"] == {"error": "AccessDenied"}
    assert len(found) == 4 * 2
    told = json.loads(table.run("check", "--format", "json").out)
    said = {one["resource"] for one in told["findings"]}
    assert {ADDRESS, "trail_delivery:management/eu-west-1/org-trail"} <= said
    assert not [one for one in said if one.startswith("trail_view")]
    assert [one["address"] for one in planned(table)] == [ADDRESS]
    table.does("apply", "--baseline", "--yes")
    assert table.run("drift", "--baseline").code == 0


def test_a_bucket_that_is_gone_is_said_by_the_trail_and_made_again(applied: Desk) -> None:
    asked(applied, "DeleteBucket")
    ran = applied.run("drift", "--baseline", "--format", "json")
    found = {one["address"]: one for one in json.loads(ran.out)["drift"]}
    assert found[ADDRESS]["change"] == "missing"
    trail = found["trail_delivery:management/eu-west-1/org-trail"]["actual"]
    assert trail["error"] == "NoSuchBucket"
    applied.does("apply", "--baseline", "--yes")
    assert applied.run("drift", "--baseline").code == 0
