"""The organization's trail: made whole, started, and mended when somebody narrows or stops it."""

import json
from typing import Any

import pytest
from baselines import bucket, clicks, layout
from terminal import Desk

MANAGEMENT = "111111111111"
TRAIL = {"bucket": {"name": "acme-trail", "account": "log-archive"}}
ADDRESS = "trail:management/eu-west-1/org-trail"


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    steps: list[dict[str, Any]] = told["steps"]
    return steps


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(cloudtrail=TRAIL))
    table.does("apply", "--baseline", "--yes")
    return table


def test_access_comes_first_and_the_trail_is_started(table: Desk) -> None:
    table.layout(layout(cloudtrail=TRAIL))
    access, bucket, trail = sorted(planned(table), key=lambda one: len(one["needs"]))
    assert bucket["address"] == "bucket:acme-trail"
    assert access["address"] == "trusted_access:cloudtrail.amazonaws.com"
    assert (trail["address"], trail["needs"]) == (ADDRESS, [access["id"], bucket["id"]])
    assert [call["operation"] for call in trail["calls"]] == ["CreateTrail", "StartLogging"]
    assert trail["calls"][0]["parameters"] == {
        "Name": "org-trail",
        "S3BucketName": "acme-trail",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "IsOrganizationTrail": True,
        "TagsList": [{"Key": "govkit:layout", "Value": "main"}],
    }
    assert {call["region"] for call in trail["calls"]} == {"eu-west-1"}


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


NARROWED = {"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}
NO_KMS = {
    "EventSelectors": [
        {
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/"]}],
        }
    ]
}
ADVANCED = {
    "AdvancedEventSelectors": [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]},
    ]
}


@pytest.mark.parametrize(
    ("operation", "params", "fact", "mended"),
    [
        ("StopLogging", {"Name": "org-trail"}, {"logging": False}, ["StartLogging"]),
        (
            "UpdateTrail",
            {"Name": "org-trail", "EnableLogFileValidation": False},
            {"log_file_validation": False},
            ["UpdateTrail"],
        ),
        (
            "UpdateTrail",
            {"Name": "org-trail", "S3BucketName": "elsewhere", "S3KeyPrefix": "p"},
            {"bucket": "elsewhere", "prefix": "p"},
            ["UpdateTrail"],
        ),
        (
            "PutEventSelectors",
            {"TrailName": "org-trail", **NARROWED},
            {"management_events": "write-only"},
            ["PutEventSelectors"],
        ),
        (
            "PutEventSelectors",
            {"TrailName": "org-trail", **NO_KMS},
            {"management_events": "all except kms.amazonaws.com"},
            ["PutEventSelectors"],
        ),
        (
            "PutEventSelectors",
            {"TrailName": "org-trail", **ADVANCED},
            {"management_events": "none"},
            ["PutEventSelectors"],
        ),
        (
            "PutInsightSelectors",
            {"TrailName": "org-trail", "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]},
            {"insights": ["ApiCallRateInsight"]},
            ["PutInsightSelectors"],
        ),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, operation: str, params: Any, fact: Any, mended: list[str]
) -> None:
    bucket(applied, "elsewhere")
    clicks(applied, MANAGEMENT, "cloudtrail", operation, params, region="eu-west-1")
    ran = applied.run("drift", "--baseline", "--format", "json")
    (found,) = json.loads(ran.out)["drift"]
    assert (ran.code, found["address"], found["change"]) == (2, ADDRESS, "changed")
    assert found["actual"] == fact
    (step,) = planned(applied)
    assert [call["operation"] for call in step["calls"]] == mended
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_what_else_is_recorded_stays_recorded(applied: Desk) -> None:
    told = {"TrailName": "org-trail", **NO_KMS}
    clicks(applied, MANAGEMENT, "cloudtrail", "PutEventSelectors", told, region="eu-west-1")
    applied.does("apply", "--baseline", "--yes")
    asked = {"TrailName": "org-trail"}
    found = clicks(
        applied, MANAGEMENT, "cloudtrail", "GetEventSelectors", asked, region="eu-west-1"
    )
    (selector,) = found["EventSelectors"]
    assert selector["DataResources"] == NO_KMS["EventSelectors"][0]["DataResources"]
    assert (selector["ReadWriteType"], selector["ExcludeManagementEventSources"]) == ("All", [])


def test_a_deleted_trail_is_made_again(applied: Desk) -> None:
    gone = {"Name": "org-trail"}
    clicks(applied, MANAGEMENT, "cloudtrail", "DeleteTrail", gone, region="eu-west-1")
    assert applied.run("drift", "--baseline").code == 2
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def key(desk: Desk, *, lets: bool) -> str:
    """Make a key of the management account, with the alias org-trail; return its ARN."""
    allowed = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    allowed |= {"Action": "kms:GenerateDataKey*" if lets else "kms:Decrypt", "Resource": "*"}
    told = {"Policy": json.dumps({"Statement": [allowed]})}
    made = clicks(desk, MANAGEMENT, "kms", "CreateKey", told, region="eu-west-1")["KeyMetadata"]
    named = {"AliasName": "alias/org-trail", "TargetKeyId": made["KeyId"]}
    clicks(desk, MANAGEMENT, "kms", "CreateAlias", named, region="eu-west-1")
    return str(made["Arn"])


def test_an_alias_stands_for_the_key_that_the_trail_shows(table: Desk) -> None:
    arn = key(table, lets=True)
    table.layout(layout(cloudtrail={**TRAIL, "kms_key": "alias/org-trail"}))
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []
    table.layout(layout(cloudtrail={**TRAIL, "kms_key": arn}))
    assert planned(table) == []
    table.layout(layout(cloudtrail=TRAIL))
    (step,) = planned(table)
    assert step["calls"][0]["parameters"] == {"Name": "org-trail", "KmsKeyId": ""}


def test_a_key_that_cloudtrail_may_not_use_stops_the_trail(table: Desk) -> None:
    key(table, lets=False)
    table.layout(layout(cloudtrail={**TRAIL, "kms_key": "alias/org-trail"}))
    ran = table.run("apply", "--baseline", "--yes")
    assert "InsufficientEncryptionPolicyException" in ran.said


def test_an_account_may_be_made_administrator_of_cloudtrail(table: Desk) -> None:
    table.layout(layout(cloudtrail={**TRAIL, "delegated_administrator": "audit"}))
    found = [one["address"] for one in planned(table)]
    access = found.index("trusted_access:cloudtrail.amazonaws.com")
    assert access < found.index("delegated_administrator:cloudtrail.amazonaws.com/audit")
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []
