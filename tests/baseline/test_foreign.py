"""What somebody else made stands in the way and is never overwritten, or is only looked at."""

import json
from typing import Any

from baselines import ACCOUNTS, bucket, clicks, layout
from terminal import Desk

AUDIT, MANAGEMENT = ACCOUNTS["audit"], "111111111111"
CONFIG = {"delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}}}
TRAIL = {"bucket": {"name": "acme-trail", "account": "log-archive"}}


def recorder(desk: Desk) -> None:
    told = {"name": "theirs", "roleARN": f"arn:aws:iam::{AUDIT}:role/theirs"}
    params = {"ConfigurationRecorder": told}
    clicks(desk, AUDIT, "config", "PutConfigurationRecorder", params, region="eu-west-1")


def trail(desk: Desk) -> None:
    access = {"ServicePrincipal": "cloudtrail.amazonaws.com"}
    clicks(desk, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    bucket(desk, "acme-trail")
    told = {"Name": "org-trail", "S3BucketName": "acme-trail", "IsOrganizationTrail": True}
    clicks(desk, MANAGEMENT, "cloudtrail", "CreateTrail", told, region="eu-west-1")


def refused(desk: Desk) -> list[str]:
    ran = desk.run("plan", "--baseline", "--format", "json")
    assert ran.code == 4, ran.said
    told: dict[str, Any] = json.loads(ran.out)
    return [one["message"] for one in told["findings"] if one["rail"] == "foreign"]


def test_somebody_elses_recorder_is_refused_with_what_was_found(table: Desk) -> None:
    recorder(table)
    table.layout(layout(config=CONFIG))
    assert refused(table) == [
        (
            "config_recorder:audit/eu-west-1/govkit is wanted, and "
            "config_recorder:audit/eu-west-1/theirs is there, which govkit did not make."
        )
    ]
    assert table.run("apply", "--baseline", "--yes").code == 4
    assert table.run("apply", "--baseline", "--yes", "--allow", "foreign=1").code == 64


def test_a_trail_of_the_name_that_govkit_did_not_make_is_refused(table: Desk) -> None:
    trail(table)
    observed = {**TRAIL["bucket"], "managed_by": "observe"}
    table.layout(layout(cloudtrail={"bucket": observed}))
    (message,) = refused(table)
    assert "trail:management/eu-west-1/org-trail is there, which govkit did not make" in message


def test_what_another_tool_keeps_is_looked_at_and_never_written(table: Desk) -> None:
    trail(table)
    table.layout(layout(cloudtrail={**TRAIL, "managed_by": "control-tower"}))
    told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
    assert told["steps"] == []
    ran = table.run("drift", "--baseline", "--format", "json")
    assert ran.code == 2
    assert {one["address"]: one["actual"] for one in json.loads(ran.out)["drift"]} == {
        "bucket:acme-trail": {"versioning": False},
        "trail:management/eu-west-1/org-trail": {
            "multi_region": False,
            "log_file_validation": False,
            "logging": False,
        },
    }


def test_every_part_can_be_left_to_another_tool_and_is_still_looked_at(table: Desk) -> None:
    weak = {"managed_by": "lza", "minimum_length": 14}
    features = {"managed_by": "lza", "credentials_management": True, "root_sessions": False}
    access = {"ServicePrincipal": "iam.amazonaws.com"}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    clicks(table, MANAGEMENT, "iam", "EnableOrganizationsRootSessions")
    table.layout(layout(password_policy=weak, root_access=features))
    told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
    assert told["steps"] == []
    drifted = json.loads(table.run("drift", "--baseline", "--format", "json").out)["drift"]
    assert {f"{one['change']} {one['address']}" for one in drifted} == {
        "missing password_policy:audit",
        "missing password_policy:log-archive",
        "missing password_policy:management",
        "missing password_policy:payments",
        "missing root_access:management/RootCredentialsManagement",
        "extra root_access:management/RootSessions",
    }
