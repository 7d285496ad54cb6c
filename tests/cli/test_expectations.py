"""`govkit test`, and what a failing expectation stops."""

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import yaml
from terminal import Desk

HOLDS = {"deny": "s3:DeleteBucket", "in": "Workloads"}
FAILS = {"deny": "kms:ScheduleKeyDeletion", "in": "Workloads"}


def expecting(table: Desk, *lines: dict[str, Any]) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    layout["expect"] = list(lines)
    table.layout(layout)


def test_all_is_told_and_the_exit_status_says_whether_it_held(table: Desk) -> None:
    expecting(table, HOLDS)
    ran = table.does("test")
    assert ran.out.startswith("pass  deny s3:DeleteBucket in Workloads  (4 accounts")
    assert ran.out.endswith("test: 1 expectation held. Next: govkit --sandbox sandbox plan\n") or (
        ran.out.endswith("test: 1 expectation held. Next: govkit plan\n")
    )
    expecting(table, HOLDS, FAILS)
    ran = table.run("test")
    assert ran.code == 3
    assert "FAIL  deny kms:ScheduleKeyDeletion" in ran.out
    assert "no SCP or RCP denies it" in ran.out
    assert "1 of 2 expectations failed" in ran.out
    expecting(table)
    assert "no expectations" in table.does("test").out


def test_who_is_not_asked_is_not_counted_as_asked(table: Desk) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    layout["accounts"]["management"] = {"id": "111111111111", "ou": "/"}
    layout["organization"]["management_account"] = "111111111111"
    layout["guardrails"]["keep-buckets"]["attach"] = ["/"]
    table.layout({**layout, "expect": [{"deny": "s3:DeleteBucket", "everywhere": True}]})
    out = table.does("test").out
    assert "(5 of 6 accounts, org_layout.yaml" in out
    assert "not asked: management" in out


def test_the_same_as_json_and_junit(table: Desk) -> None:
    expecting(table, HOLDS, FAILS)
    ran = table.run("test", "--format", "json", "--write", "junit=report.xml")
    told = json.loads(ran.out)
    assert told["summary"] == {"expectations": 2, "passed": 1, "failed": 1, "warnings": 0}
    assert [one["passed"] for one in told["expectations"]] == [True, False]
    assert told["expectations"][1]["failures"][0]["answer"] == "allowed"
    suites = ET.parse(table.folder / "report.xml").getroot()  # noqa: S314 - our own
    cases = list(suites.iter("testcase"))
    assert [case.find("failure") is None for case in cases] == [True, False]
    assert cases[1].get("file") == "org_layout.yaml"


MISTYPED = {"allow": "ec2:RunInstance", "in": "Workloads"}


def test_an_action_that_aws_does_not_have_is_warned_of_everywhere(table: Desk) -> None:
    """An `allow` of such an action holds whatever the guardrails say; a newer one than our list is right."""
    expecting(table, MISTYPED)
    ran = table.does("test", "--write", "junit=report.xml", "--write", "json=report.json")
    assert "pass  allow ec2:RunInstance" in ran.out
    assert "warning: AWS had no action ec2:RunInstance on 20" in ran.out
    assert "the nearest is ec2:RunInstances" in ran.out
    assert "test: 1 expectation held, 1 warning." in ran.out
    told = json.loads((table.folder / "report.json").read_text())
    assert "the nearest is ec2:RunInstances" in told["expectations"][0]["remark"]
    assert "the nearest is ec2:RunInstances" in (table.folder / "report.xml").read_text()
    assert table.run("test", "--fail-on", "warning").code == 3

    ran = table.does("validate")
    assert "GK013" in ran.said
    assert "the nearest is ec2:RunInstances" in ran.said
    assert table.run("validate", "--fail-on", "warning").code == 3

    findings = json.loads(table.does("plan", "--format", "json").out)["findings"]
    assert [one["code"] for one in findings if one["code"] == "GK013"] == ["GK013"]


@pytest.mark.parametrize("wrong", [["--format", "sarif"], ["--write", "junit"], ["--fail-on", "?"]])
def test_wrong_usage(table: Desk, wrong: list[str]) -> None:
    assert table.run("test", *wrong).code == 64


def test_a_failing_expectation_fails_validate_and_refuses_the_plan(table: Desk) -> None:
    expecting(table, FAILS)
    assert table.run("validate").code == 3
    ran = table.run("plan")
    assert ran.code == 4
    assert "Expected to deny kms:ScheduleKeyDeletion in Workloads" in ran.err
    before = table.content()
    assert table.run("apply", "--yes").code == 4
    assert table.content() == before


def test_a_plan_says_in_sarif_what_refuses_it_and_where(table: Desk) -> None:
    expecting(table, FAILS)
    ran = table.run("plan", "--format", "sarif")
    assert ran.code == 4
    (told,) = json.loads(ran.out)["runs"]
    (found,) = [one for one in told["results"] if one["ruleId"] == "GK010"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "org_layout.yaml"
    line = (
        (table.folder / "org_layout.yaml")
        .read_text()
        .splitlines()[place["region"]["startLine"] - 1]
    )
    assert "kms:ScheduleKeyDeletion" in line
