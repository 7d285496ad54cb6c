"""AWS Config in every account and Region: role, recorder, channel, and that it runs."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, bucket, clicks, layout
from terminal import Desk

from govkit.sandbox.sandbox import Sandbox

CONFIG = {
    "recorder": {"types": "all", "global_types_in": "eu-west-1"},
    "delivery": {
        "bucket": {"name": "acme-config", "account": "log-archive"},
        "frequency": "Six_Hours",
    },
}
AUDIT = ACCOUNTS["audit"]


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    steps: list[dict[str, Any]] = told["steps"]
    return steps


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(config=CONFIG))
    table.does("apply", "--baseline", "--yes")
    return table


def test_role_recorder_channel_and_start_come_in_this_order(table: Desk) -> None:
    table.layout(layout(config=CONFIG))
    steps = planned(table)
    assert len(steps) == 1 + 4 + 4 * 2 * 3
    assert steps[0]["address"] == "bucket:acme-config"
    mine = [one for one in steps if one["address"].partition(":")[2].startswith("audit")]
    here = [one for one in mine if "us-east-1" not in one["address"]]
    assert [one["address"] for one in here] == [
        "service_linked_role:audit/config.amazonaws.com",
        "config_recorder:audit/eu-west-1/govkit",
        "config_channel:audit/eu-west-1/govkit",
        "config_recording:audit/eu-west-1/govkit",
    ]


def test_global_types_are_recorded_in_one_region_alone(table: Desk) -> None:
    table.layout(layout(config=CONFIG))
    groups = {
        one["address"]: one["calls"][0]["parameters"]["ConfigurationRecorder"]["recordingGroup"]
        for one in planned(table)
        if one["address"].startswith("config_recorder:audit")
    }
    assert [
        groups[f"config_recorder:audit/{region}/govkit"]["includeGlobalResourceTypes"]
        for region in ("eu-west-1", "us-east-1")
    ] == [True, False]


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


@pytest.mark.parametrize(
    "types", [["AWS::EC2::Instance", "AWS::S3::Bucket"], {"except": ["AWS::EC2::NetworkInterface"]}]
)
def test_lists_of_types_are_recorded_as_told(table: Desk, types: Any) -> None:
    table.layout(layout(config={**CONFIG, "recorder": {"types": types, "mode": "daily"}}))
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == []


@pytest.mark.parametrize(
    ("operation", "params", "address", "change"),
    [
        (
            "StopConfigurationRecorder",
            {"ConfigurationRecorderName": "govkit"},
            "config_recording",
            "missing",
        ),
        (
            "PutConfigurationRecorder",
            {
                "ConfigurationRecorder": {
                    "name": "govkit",
                    "roleARN": f"arn:aws:iam::{AUDIT}:role/other",
                }
            },
            "config_recorder",
            "changed",
        ),
        (
            "PutDeliveryChannel",
            {"DeliveryChannel": {"name": "govkit", "s3BucketName": "elsewhere"}},
            "config_channel",
            "changed",
        ),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, operation: str, params: Any, address: str, change: str
) -> None:
    bucket(applied, "elsewhere")
    clicks(applied, AUDIT, "config", operation, params, region="eu-west-1")
    ran = applied.run("drift", "--baseline", "--format", "json")
    (found,) = json.loads(ran.out)["drift"]
    assert (found["address"], found["change"]) == (f"{address}:audit/eu-west-1/govkit", change)
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_types_in_another_mode_are_drift_and_come_back_with_a_rollback(applied: Desk) -> None:
    """A recorder that looks once a day at what matters most was weakened like one that is narrowed."""
    role = (
        f"arn:aws:iam::{AUDIT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )
    mode = {
        "recordingFrequency": "CONTINUOUS",
        "recordingModeOverrides": [
            {"resourceTypes": ["AWS::EC2::SecurityGroup"], "recordingFrequency": "DAILY"}
        ],
    }
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    weak = {"name": "govkit", "roleARN": role, "recordingGroup": group, "recordingMode": mode}
    put = {"ConfigurationRecorder": weak}
    clicks(applied, AUDIT, "config", "PutConfigurationRecorder", put, region="eu-west-1")
    (found,) = json.loads(applied.run("drift", "--baseline", "--format", "json").out)["drift"]
    assert found["actual"].keys() == {"overrides"}
    runs = applied.folder / ".govkit" / "runs"
    before = {*runs.glob("*.jsonl")}
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []
    (mending,) = {*runs.glob("*.jsonl")} - before
    applied.does("rollback", mending.stem, "--yes")
    told = clicks(applied, AUDIT, "config", "DescribeConfigurationRecorders", region="eu-west-1")
    (recorder,) = told["ConfigurationRecorders"]
    assert recorder["recordingMode"] == mode


def test_a_recorder_that_is_deleted_is_made_again_with_all_that_hangs_on_it(applied: Desk) -> None:
    told = {"ConfigurationRecorderName": "govkit"}
    clicks(applied, AUDIT, "config", "DeleteConfigurationRecorder", told, region="eu-west-1")
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_a_recorder_that_a_service_keeps_for_itself_is_left_alone(table: Desk) -> None:
    table.layout(layout(config=CONFIG))
    table.does("apply", "--baseline", "--yes")
    sandbox = Sandbox(table.sandbox)
    with sandbox.store.turn():
        rows = sandbox.store.document("config").tables["recorders"]
        for running in (True, False):  # one that runs beside ours, and one that does not
            name = f"AWSConfigurationRecorderForService{running}"
            own = rows[f"{AUDIT}/eu-west-1/govkit"]
            told = {**own, "Name": name, "Service": "securityhub.amazonaws.com"}
            rows.put(f"{AUDIT}/eu-west-1/{name}", {**told, "Recording": running})
        sandbox.store.save()
    assert planned(table) == []
    table.does("drift", "--baseline")
