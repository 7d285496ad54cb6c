"""AWS Config by a StackSet: whom it reaches, what is found and mended, and who changes over when."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout, organization
from terminal import Desk, desk

from govkit.sandbox.faults import Fault, Kind, plant

MANAGEMENT, AUDIT, PAYMENTS = "111111111111", ACCOUNTS["audit"], ACCOUNTS["payments"]
HOME = "eu-west-1"
REGIONS = ("eu-west-1", "us-east-1")
SET = "config_stack_set:management/eu-west-1/govkit-config"
IN_SECURITY = "config_deployment:management/eu-west-1/govkit-config/Security"
IN_WORKLOADS = "config_deployment:management/eu-west-1/govkit-config/Workloads"
NAMED = {"StackSetName": "govkit-config"}


def config(**more: Any) -> dict[str, Any]:
    return {
        "engine": "stackset",
        "recorder": {"types": "all", "global_types_in": HOME},
        "delivery": {
            "bucket": {"name": "acme-config", "account": "log-archive"},
            "frequency": "Six_Hours",
        },
        **more,
    }


def steps(table: Desk, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        table.does("plan", "--baseline", *more, "--format", "json").out
    )["steps"]
    return found


def addresses(table: Desk, *more: str) -> list[str]:
    return [one["address"] for one in steps(table, *more)]


def drifted(table: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        table.run("drift", "--baseline", "--format", "json").out
    )["drift"]
    return found


def stacks(table: Desk, operation: str, told: Any = NAMED) -> dict[str, Any]:
    """Ask CloudFormation in the management account by hand."""
    return clicks(table, MANAGEMENT, "cloudformation", operation, told, region=HOME)


def there(table: Desk) -> dict[tuple[str, str], str]:
    """Return the stacks as CloudFormation lists them: account and Region, and the detailed status."""
    return {
        (one["Account"], one["Region"]): one["StackInstanceStatus"]["DetailedStatus"]
        for one in stacks(table, "ListStackInstances")["Summaries"]
    }


def recorders(table: Desk, account: str, region: str = HOME) -> list[dict[str, Any]]:
    told = clicks(table, account, "config", "DescribeConfigurationRecorders", region=region)
    found: list[dict[str, Any]] = told["ConfigurationRecorders"]
    return found


def forgotten(table: Desk, account: str, *regions: str) -> None:
    """Take recorder and channel out of an account by hand, as the guide for changing over says."""
    for region in regions:
        named = {"ConfigurationRecorderName": "govkit"}
        clicks(table, account, "config", "StopConfigurationRecorder", named, region=region)
        channel = {"DeliveryChannelName": "govkit"}
        clicks(table, account, "config", "DeleteDeliveryChannel", channel, region=region)
        clicks(table, account, "config", "DeleteConfigurationRecorder", named, region=region)


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(config=config()))
    table.does("apply", "--baseline", "--yes")
    return table


def test_access_comes_first_then_the_stack_set_and_then_where_it_goes(table: Desk) -> None:
    table.layout(layout(config=config()))
    found = addresses(table)
    access = "trusted_access:member.org.stacksets.cloudformation.amazonaws.com"
    order = [access, "stacks_access:management", SET, IN_SECURITY, IN_WORKLOADS]
    assert sorted(order, key=found.index) == order
    assert found.index("bucket:acme-config") < found.index(SET)


def test_the_management_account_is_entered_since_no_stack_set_gets_there(table: Desk) -> None:
    table.layout(layout(config=config()))
    entered = {one.split(":")[1].split("/")[0] for one in addresses(table) if "config_re" in one}
    assert entered == {"management"}


def test_applied_once_there_is_nothing_left_and_every_account_records(applied: Desk) -> None:
    assert steps(applied) == []
    assert applied.run("drift", "--baseline").code == 0
    assert applied.run("check").code == 0
    reached = {ACCOUNTS[key] for key in ("log-archive", "audit", "payments")}
    assert there(applied) == {(one, at): "SUCCEEDED" for one in reached for at in REGIONS}
    for account in reached:
        globally = []
        for region in REGIONS:
            (recorder,) = recorders(applied, account, region)
            globally.append(recorder["recordingGroup"]["includeGlobalResourceTypes"])
            status = clicks(
                applied, account, "config", "DescribeConfigurationRecorderStatus", region=region
            )
            assert status["ConfigurationRecordersStatus"][0]["recording"]
        assert globally == [True, False]
    assert recorders(applied, ACCOUNTS["old-shop"]) == []  # the baseline leaves its OU out


@pytest.mark.parametrize(
    "rule",
    [
        {"types": ["AWS::EC2::Instance", "AWS::S3::Bucket"], "role": "role/service/config"},
        {"types": {"except": ["AWS::EC2::NetworkInterface"]}, "mode": "daily", "name": "all"},
    ],
)
def test_a_stack_records_what_entering_the_account_would_have_it_record(
    table: Desk, rule: dict[str, Any]
) -> None:
    delivery = {"name": "theirs", "kms_key": f"arn:aws:kms:{HOME}:{AUDIT}:key/1"}
    delivery |= {"sns_topic": f"arn:aws:sns:{HOME}:{AUDIT}:t"}
    told = config(recorder=rule)
    told["delivery"] |= delivery
    told["delivery"]["bucket"]["prefix"] = "config"
    table.layout(layout(config=told))
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    mine, theirs = recorders(table, MANAGEMENT)[0], recorders(table, AUDIT)[0]
    for each in ("name", "recordingGroup", "recordingMode"):
        assert mine[each] == theirs[each]
    channels = [
        clicks(table, account, "config", "DescribeDeliveryChannels", region=HOME)
        for account in (MANAGEMENT, AUDIT)
    ]
    assert channels[0] == channels[1]
    role = theirs["roleARN"].partition(":role/")[2]
    assert role == rule.get("role", f"role/govkit-config-{HOME}").removeprefix("role/")


def test_a_drift_read_enters_no_account_that_has_a_stack(applied: Desk) -> None:
    before = len((applied.sandbox / "calls.jsonl").read_text().splitlines())
    applied.does("drift", "--baseline")
    lines = (applied.sandbox / "calls.jsonl").read_text().splitlines()[before:]
    made = [json.loads(line) for line in lines]
    entered = {one["caller"]["account"] for one in made if one["service"] == "config"}
    assert entered == {MANAGEMENT}
    assert sum(one["service"] == "cloudformation" for one in made) <= 10


def test_an_account_that_comes_into_an_ou_gets_stacks_and_one_that_leaves_loses_them(
    applied: Desk,
) -> None:
    told = layout(config=config())
    told["accounts"]["old-shop"]["ou"] = "Workloads"
    told["accounts"]["payments"]["ou"] = "Suspended"
    applied.layout(told)
    said = {one["subject"]: one for one in remarks(applied)}
    assert said.keys() == {"account:payments", "account:old-shop"}
    assert (said["account:payments"]["severity"], said["account:payments"]["count"]) == ("error", 1)
    assert (said["account:old-shop"]["severity"], said["account:old-shop"]["rail"]) == (
        "note",
        None,
    )
    assert "the stacks of govkit-config (eu-west-1) come" in said["account:old-shop"]["message"]
    assert applied.run("apply", "--baseline", "--yes").code == 4  # of those that go
    applied.does("apply", "--baseline", "--yes", "--allow", "stacks=1")
    assert (ACCOUNTS["old-shop"], HOME) in there(applied)
    assert (PAYMENTS, HOME) not in there(applied)
    assert recorders(applied, ACCOUNTS["old-shop"])[0]["name"] == "govkit"
    assert recorders(applied, PAYMENTS) == []
    assert steps(applied) == []


def remarks(table: Desk) -> list[dict[str, Any]]:
    found = json.loads(table.run("plan", "--baseline", "--format", "json").out)["findings"]
    return [one for one in found if one["code"] == "GK421"]


def test_a_closed_account_is_owed_no_stack_though_the_layout_lists_it(table: Desk) -> None:
    """An OU that holds it alone is deployed to, and nothing is behind there."""
    told = layout(config=config())
    told["baseline"]["except"] = []
    clicks(table, MANAGEMENT, "organizations", "CloseAccount", {"AccountId": ACCOUNTS["old-shop"]})
    table.layout(told)
    assert IN_SECURITY.replace("Security", "Suspended") in addresses(table)
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert drifted(table) == []


def test_an_account_that_somebody_moved_out_of_its_ou_is_said_not_to_record(applied: Desk) -> None:
    """Its stacks are gone; the plan takes it back, and leaves the recorder to the stack."""
    moved(applied, PAYMENTS, "Workloads", "/")
    assert recorders(applied, PAYMENTS) == []
    lacking = {f"config_recorder:payments/{one}/govkit" for one in REGIONS}
    assert {one["address"] for one in drifted(applied)} == {"account:payments", *lacking}
    only = json.loads(applied.run("drift", "--only", "baseline", "--format", "json").out)["drift"]
    assert {(one["address"], one["change"]) for one in only} == {
        (one, "missing") for one in lacking
    }
    ran = applied.run("check", "--format", "json")
    assert ran.code == 3
    found = json.loads(ran.out)["findings"]
    assert {one["resource"] for one in found} == lacking
    assert all(one["fix"].startswith("Put the account back into its OU") for one in found)
    assert addresses(applied) == ["account:payments"]
    applied.does("apply", "--baseline", "--yes")  # no rail: the layout wants the stack there
    assert recorders(applied, PAYMENTS)[0]["name"] == "govkit"
    assert drifted(applied) == []
    assert applied.run("check").code == 0


def test_within_the_ous_an_account_moves_without_a_question(applied: Desk) -> None:
    told = layout(config=config())
    told["accounts"]["audit"]["ou"] = "Workloads"
    applied.layout(told)
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    assert recorders(applied, AUDIT)[0]["name"] == "govkit"


def test_a_stack_that_is_missing_is_drift_and_is_made_again(applied: Desk) -> None:
    (root,) = clicks(applied, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    some = {"OrganizationalUnitIds": [root["Id"]], "Accounts": [AUDIT]}
    gone = {"DeploymentTargets": {**some, "AccountFilterType": "INTERSECTION"}}
    told = {**NAMED, **gone, "Regions": ["us-east-1"], "RetainStacks": False}
    stacks(applied, "DeleteStackInstances", told)
    (found,) = drifted(applied)
    assert (found["address"], found["change"]) == (IN_SECURITY, "changed")
    assert found["actual"] == {"behind": [f"{AUDIT} us-east-1: no stack"]}
    assert found["expected"] == {"behind": []}
    (step,) = steps(applied)
    (call,) = step["calls"]
    assert call["operation"] == "CreateStackInstances"
    assert call["parameters"]["Regions"] == ["us-east-1"]
    targets = call["parameters"]["DeploymentTargets"]
    assert (targets["AccountFilterType"], targets["Accounts"]) == ("INTERSECTION", [AUDIT])
    applied.does("snapshot", "--baseline", "-o", "live.json")
    assert steps(applied, "--snapshot", "live.json") == [step]
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    assert len(there(applied)) == 6


def moved(table: Desk, account: str, source: str, target: str) -> None:
    (root,) = clicks(table, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    found = clicks(
        table,
        MANAGEMENT,
        "organizations",
        "ListOrganizationalUnitsForParent",
        {"ParentId": root["Id"]},
    )
    units = {"/": root["Id"]} | {one["Name"]: one["Id"] for one in found["OrganizationalUnits"]}
    told = {"AccountId": account, "SourceParentId": units[source]}
    told["DestinationParentId"] = units[target]
    clicks(table, MANAGEMENT, "organizations", "MoveAccount", told)


def test_a_stack_that_failed_is_named_with_awss_words_and_tried_again(applied: Desk) -> None:
    shop = ACCOUNTS["old-shop"]
    theirs = {"name": "theirs", "roleARN": f"arn:aws:iam::{shop}:role/theirs"}
    put = {"ConfigurationRecorder": theirs}
    clicks(applied, shop, "config", "PutConfigurationRecorder", put, region=HOME)
    moved(applied, shop, "Suspended", "Workloads")
    told = layout(config=config())
    told["accounts"]["old-shop"]["ou"] = "Workloads"
    applied.layout(told)
    (found,) = drifted(applied)
    assert found["address"] == IN_WORKLOADS
    (words,) = found["actual"]["behind"]
    assert words.startswith(f"{shop} {HOME}: OUTDATED, FAILED: ")
    assert "MaxNumberOfConfigurationRecordersExceeded" in words
    (step,) = steps(applied)
    assert [one["operation"] for one in step["calls"]] == ["UpdateStackInstances"]
    ran = applied.run("apply", "--baseline", "--yes")
    assert ran.code == 6
    assert IN_WORKLOADS in ran.said
    assert "Done: 1 of 1 steps. Run " in ran.said  # nothing is left to do, and that is no list
    named = {"ConfigurationRecorderName": "theirs"}
    clicks(applied, shop, "config", "DeleteConfigurationRecorder", named, region=HOME)
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    assert recorders(applied, shop)[0]["name"] == "govkit"


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"AutoDeployment": {"Enabled": False}}, "follows"),
        (
            {"AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": True}},
            "retained",
        ),
        ({"ManagedExecution": {"Active": False}}, "queues"),
        ({"TemplateBody": "Resources: {}", "Parameters": []}, "template"),
    ],
)
def test_what_somebody_changes_about_the_stack_set_is_drift_and_is_mended(
    applied: Desk, changes: dict[str, Any], fact: str
) -> None:
    (told,) = [stacks(applied, "DescribeStackSet")["StackSet"]]
    kept = ("StackSetName", "Parameters", "Capabilities", "AutoDeployment", "ManagedExecution")
    asked = {name: told[name] for name in kept}
    if "TemplateBody" not in changes:
        asked["UsePreviousTemplate"] = True
    stacks(applied, "UpdateStackSet", {**asked, **changes})
    found = next(one for one in drifted(applied) if one["address"] == SET)
    assert fact in found["actual"]
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    assert recorders(applied, AUDIT)[0]["name"] == "govkit"


def test_what_the_layout_changes_gets_into_every_stack(applied: Desk) -> None:
    told = config()
    told["delivery"]["frequency"] = "One_Hour"
    applied.layout(layout(config=told))
    found = [one for one in steps(applied) if one["address"] == SET]
    assert [one["operation"] for one in found[0]["calls"]] == ["UpdateStackSet"]
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    channel = clicks(applied, AUDIT, "config", "DescribeDeliveryChannels", region="us-east-1")
    said = channel["DeliveryChannels"][0]["configSnapshotDeliveryProperties"]
    assert said == {"deliveryFrequency": "One_Hour"}


def test_a_region_that_comes_gets_stacks_and_one_that_goes_keeps_them(applied: Desk) -> None:
    told = layout(config=config())
    told["baseline"]["regions"] = ["eu-west-1", "eu-central-1"]
    applied.layout(told)
    deployed = [one for one in steps(applied) if one["address"] == IN_SECURITY]
    (call,) = deployed[0]["calls"]
    assert call["operation"] == "CreateStackInstances"
    assert call["parameters"]["Regions"] == ["eu-central-1"]
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    assert {at for _, at in there(applied)} == {*REGIONS, "eu-central-1"}
    told = json.loads(applied.does("plan", "--baseline", "--format", "json").out)
    said = {one["subject"]: one["message"] for one in told["findings"] if one["code"] == "GK309"}
    assert said.keys() == {IN_SECURITY, IN_WORKLOADS}
    assert "is in us-east-1 in ou:/Security" in said[IN_SECURITY]


def test_a_stack_that_is_gone_from_a_region_that_goes_is_not_made_again(applied: Desk) -> None:
    (root,) = clicks(applied, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    some = {"OrganizationalUnitIds": [root["Id"]], "Accounts": [AUDIT]}
    gone = {"DeploymentTargets": {**some, "AccountFilterType": "INTERSECTION"}}
    told = {**NAMED, **gone, "Regions": ["us-east-1"], "RetainStacks": False}
    stacks(applied, "DeleteStackInstances", told)
    assert [one["address"] for one in drifted(applied)] == [IN_SECURITY]
    one_region = layout(config=config())
    one_region["baseline"]["regions"] = [HOME]
    applied.layout(one_region)
    assert drifted(applied) == []
    assert steps(applied) == []


def test_a_plan_holds_no_more_once_another_account_records_by_itself(table: Desk) -> None:
    """Whom a StackSet spares was reviewed: who came to record since is not spared unseen."""
    table.layout(layout(config=config()))
    table.does("plan", "--baseline", "-o", "plan.json")
    reviewed = json.loads((table.folder / "plan.json").read_text())
    role = f"arn:aws:iam::{AUDIT}:role/theirs"
    put = {"ConfigurationRecorder": {"name": "theirs", "roleARN": role}}
    clicks(table, AUDIT, "config", "PutConfigurationRecorder", put, region=HOME)
    again = json.loads(table.run("plan", "--baseline", "--format", "json").out)
    assert again["fingerprint"] != reviewed["fingerprint"]
    (deployed,) = [one for one in again["steps"] if one["address"] == IN_SECURITY]
    assert "account:audit" in json.dumps(deployed["after"])


def test_drift_that_cloudformation_detected_is_said_and_not_written(applied: Desk) -> None:
    role = {"name": "govkit", "roleARN": f"arn:aws:iam::{AUDIT}:role/other"}
    put = {"ConfigurationRecorder": role}
    clicks(applied, AUDIT, "config", "PutConfigurationRecorder", put, region=HOME)
    assert drifted(applied) == []  # nobody asked CloudFormation
    stacks(applied, "DetectStackSetDrift")
    (found,) = drifted(applied)
    assert found["address"] == "config_stack_drift:management/eu-west-1/govkit-config"
    assert found["actual"] == {"drifted": [f"{AUDIT} {HOME}"]}
    assert steps(applied) == []


def test_check_asks_the_accounts_whether_they_record(applied: Desk) -> None:
    """No stack says that its recorder was stopped."""
    told = {"ConfigurationRecorderName": "govkit"}
    clicks(applied, PAYMENTS, "config", "StopConfigurationRecorder", told, region="us-east-1")
    assert drifted(applied) == []
    ran = applied.run("check", "--format", "json")
    assert ran.code == 3
    (found,) = json.loads(ran.out)["findings"]
    assert (found["account"], found["region"]) == (PAYMENTS, "us-east-1")
    assert found["resource"] == "config_view:payments/us-east-1"
    assert found["actual"] == {"recording": False}
    assert "start-configuration-recorder" in found["fix"]
    assert "govkit apply" not in found["fix"]  # no apply starts it


def test_a_stack_set_of_the_name_that_govkit_did_not_make_is_refused(table: Desk) -> None:
    access = {"ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com"}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)
    stacks(table, "ActivateOrganizationsAccess", {})
    theirs = {**NAMED, "PermissionModel": "SERVICE_MANAGED", "TemplateBody": "Resources: {}"}
    stacks(table, "CreateStackSet", {**theirs, "AutoDeployment": {"Enabled": False}})
    table.layout(layout(config=config()))
    ran = table.run("plan", "--baseline", "--format", "json")
    assert ran.code == 4
    (found,) = [one for one in json.loads(ran.out)["findings"] if one["rail"] == "foreign"]
    assert found["subject"] == SET
    assert table.run("apply", "--baseline", "--yes").code == 4


def test_who_records_by_itself_goes_on_until_it_is_handed_over(table: Desk) -> None:
    """Changing the engine takes no recorder away, and leaves none unwatched."""
    table.layout(layout(config=config(engine="direct")))
    table.does("apply", "--baseline", "--yes")
    table.layout(layout(config=config()))
    ran = table.does("plan", "--baseline", "--format", "json")
    told = json.loads(ran.out)
    assert [one for one in told["steps"] if one["action"] == "delete"] == []
    (warned,) = [one for one in told["findings"] if one["code"] == "GK308"]
    assert "account:audit, account:log-archive, account:payments" in warned["message"]
    deployed = next(one for one in told["steps"] if one["address"] == IN_SECURITY)
    targets = deployed["calls"][0]["parameters"]["DeploymentTargets"]
    assert targets["AccountFilterType"] == "DIFFERENCE"
    assert sorted(targets["Accounts"]) == [ACCOUNTS["log-archive"], AUDIT]
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert there(table) == {}
    stop = {"ConfigurationRecorderName": "govkit"}
    clicks(table, PAYMENTS, "config", "StopConfigurationRecorder", stop, region=HOME)
    assert [one["address"] for one in drifted(table)] == [
        f"config_recording:payments/{HOME}/govkit"
    ]
    forgotten(table, AUDIT, *REGIONS)
    table.does("apply", "--baseline", "--yes")
    assert there(table) == {(AUDIT, at): "SUCCEEDED" for at in REGIONS}
    assert steps(table) == []


def test_going_back_to_direct_takes_over_what_the_stacks_made(applied: Desk) -> None:
    applied.layout(layout(config=config(engine="direct")))
    assert {one["action"] for one in steps(applied)} == {"create", "update"}
    created = {one for one in addresses(applied) if not one.startswith("config_recorder")}
    assert {one.partition(":")[0] for one in created} == {"service_linked_role"}
    applied.does("apply", "--baseline", "--yes")
    assert steps(applied) == []
    told = json.loads(applied.does("plan", "--baseline", "--format", "json").out)
    (stays,) = [one for one in told["findings"] if one["code"] == "GK312"]
    assert stays["subject"] == "stack_set:management/eu-west-1/govkit-config"
    assert "brings AWS Config into accounts that come" in stays["message"]


def test_a_part_of_an_ou_that_is_left_out_leaves_its_siblings_covered(table: Desk) -> None:
    """What lies between is entered: CloudFormation follows accounts into an OU, whoever was meant."""
    told = layout(config=config())
    told["ous"] |= {"Workloads/Old": {}, "Workloads/New": {}}
    told["baseline"]["except"] = ["Suspended", "Workloads/Old"]
    table.layout(told)
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert {account for account, _ in there(table)} == {ACCOUNTS["log-archive"], AUDIT}
    units = {one["address"].rpartition("govkit-config")[2] for one in shown(table)}
    assert units == {"/Security", "/Workloads/New"}
    assert recorders(table, PAYMENTS)[0]["roleARN"].endswith("AWSServiceRoleForConfig")


def shown(table: Desk) -> list[dict[str, Any]]:
    """Return the deployments that a snapshot holds."""
    table.does("snapshot", "--baseline", "-o", "live.json")
    found = json.loads((table.folder / "live.json").read_text())["resources"]
    return [
        {"address": f"{one['name']}{one['unit'].removeprefix('ou:')}", **one}
        for one in found
        if one["kind"] == "config_deployment"
    ]


def test_an_ou_that_is_left_out_later_keeps_its_stacks_and_is_named(applied: Desk) -> None:
    told = layout(config=config())
    told["baseline"]["except"] = ["Suspended", "Workloads"]
    applied.layout(told)
    found = json.loads(applied.does("plan", "--baseline", "--format", "json").out)
    assert [one["subject"] for one in found["findings"] if one["code"] == "GK309"] == [IN_WORKLOADS]
    assert found["steps"] == []
    assert (PAYMENTS, HOME) in there(applied)


def test_ous_are_named_also_where_the_baseline_leaves_out_all_of_them(applied: Desk) -> None:
    told = layout(config=config())
    told["baseline"]["except"] = ["Suspended", "Workloads", "Security"]
    applied.layout(told)
    found = json.loads(applied.does("plan", "--baseline", "--format", "json").out)
    named = {one["subject"] for one in found["findings"] if one["code"] == "GK309"}
    assert named == {IN_SECURITY, IN_WORKLOADS}


def test_the_way_back_takes_the_stacks_away_again(applied: Desk) -> None:
    (run,) = [one.stem for one in (applied.folder / ".govkit" / "runs").glob("*.jsonl")]
    applied.does("rollback", run, "--yes")
    assert stacks(applied, "ListStackSets", {})["Summaries"] == []
    assert recorders(applied, AUDIT) == []
    assert recorders(applied, MANAGEMENT) == []


@pytest.mark.parametrize(
    ("section", "head", "words"),
    [
        ({"managed_by": "lza"}, {}, "lza keeps it"),
        ({}, {"regions": "enabled"}, "must be named"),
        ({"recorder": {"types": ["AWS::EC2::Instance"] * 300}}, {}, "a parameter takes 4096"),
    ],
)
def test_what_a_stack_set_cannot_be_is_a_fault_at_its_line(
    table: Desk, section: dict[str, Any], head: dict[str, Any], words: str
) -> None:
    told = layout(config=config(**section))
    told["baseline"] |= head
    refused(table, told, words)


def test_a_stack_set_needs_a_region_and_an_account_to_stand_in(table: Desk) -> None:
    told = layout(config=config())
    told["baseline"]["regions"] = "enabled"
    told["baseline"]["config"]["delivery"]["bucket"]["managed_by"] = "observe"
    del told["organization"]["home_region"]
    refused(table, told, "No home Region")
    told = layout(config=config())
    del told["organization"]["management_account"], told["accounts"]["management"]
    refused(table, told, "No management account")


def refused(table: Desk, told: dict[str, Any], words: str) -> None:
    table.layout(told)
    ran = table.run("validate")
    assert ran.code == 3
    assert words in ran.said + ran.out


def test_a_part_of_the_organization_can_be_taken_alone(table: Desk) -> None:
    table.layout(layout(config=config()))
    table.does("apply", "--baseline", "--yes", "--only", "baseline")
    gone = within(table, "Security", ACCOUNTS["log-archive"])
    stacks(table, "DeleteStackInstances", {**gone, "RetainStacks": False})
    assert addresses(table, "--only", "ou:Workloads/**") == []
    assert addresses(table, "--only", "ou:Security/**") == [IN_SECURITY]


def within(table: Desk, unit: str, account: str) -> dict[str, Any]:
    found = {one["OrganizationalUnitId"] for one in listed(table) if one["Account"] == account}
    assert len(found) == 1, unit
    some = {"OrganizationalUnitIds": [*found], "Accounts": [account]}
    return {
        **NAMED,
        "DeploymentTargets": {**some, "AccountFilterType": "INTERSECTION"},
        "Regions": [*REGIONS],
    }


def listed(table: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stacks(table, "ListStackInstances")["Summaries"]
    return found


@pytest.mark.parametrize("everybody", [True, False])
def test_accounts_that_nobody_listed_are_looked_after_where_all_are(
    table: Desk, *, everybody: bool
) -> None:
    told = layout(config=config())
    del told["accounts"]["payments"]
    told["manage"] = {"accounts": "all" if everybody else "listed"}
    table.layout(told)
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert (PAYMENTS, HOME) in there(table)  # a StackSet follows whoever is there
    gone = within(table, "Workloads", PAYMENTS)
    stacks(table, "DeleteStackInstances", {**gone, "RetainStacks": False})
    assert addresses(table) == ([IN_WORKLOADS] if everybody else [])


def test_an_ou_that_nobody_listed_is_reached_where_all_accounts_are(table: Desk) -> None:
    told = layout(config=config())
    del told["accounts"]["payments"], told["ous"]["Workloads"]
    told["manage"] = {"accounts": "all"}
    table.layout(told)
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert (PAYMENTS, HOME) in there(table)


def test_a_new_name_of_an_ou_changes_nothing_about_its_stacks(applied: Desk) -> None:
    told = layout(config=config())
    told["ous"]["Products"] = {"was": "Workloads"}
    del told["ous"]["Workloads"]
    told["accounts"]["payments"]["ou"] = "Products"
    applied.layout(told)
    assert addresses(applied) == ["ou:/Products"]
    applied.does("apply", "--baseline", "--yes")
    del told["ous"]["Products"]["was"]
    applied.layout(told)
    assert steps(applied) == []


def test_an_account_that_the_same_plan_makes_gets_its_stacks(table: Desk) -> None:
    told = layout(config=config())
    told["ous"]["Shops"] = {}
    new = {"ou": "Shops", "name": "Shop", "email": "aws+shop@example.com", "create": True}
    told["accounts"]["shop"] = new
    table.layout(told)
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert len(there(table)) == 8


@pytest.mark.parametrize(
    "operation",
    ["ActivateOrganizationsAccess", "CreateStackSet", "CreateStackInstances"],
)
def test_an_answer_that_is_lost_is_read_back(table: Desk, operation: str) -> None:
    table.layout(layout(config=config()))
    plant(table.sandbox, Fault(Kind.CONNECTION_LOST_AFTER, operation))
    table.does("apply", "--baseline", "--yes")
    assert steps(table) == []
    assert len(there(table)) == 6


def test_a_call_that_meets_another_operation_is_made_again(applied: Desk) -> None:
    told = config()
    told["delivery"]["frequency"] = "One_Hour"
    applied.layout(layout(config=told))
    document = applied.sandbox / "cloudformation.json"
    text = document.read_text().replace('"Queues": true', '"Queues": false')
    document.write_text(text)
    ends = time.time() + 3
    under_way = f'"Ends": {ends}, "Outcome"'
    document.write_text(re.sub(r'"Ends": [\d.]+, "Outcome"', under_way, text))
    applied.does("apply", "--baseline", "--yes")
    assert time.time() > ends
    assert steps(applied) == []


@pytest.fixture
def guarded() -> Iterator[Desk]:
    """A desk at which one account cannot be entered."""
    with desk() as found:
        organization(found, invited=["audit"], roles=())
        yield found


def test_an_account_without_a_role_gets_its_stack_and_is_not_asked_any_more(guarded: Desk) -> None:
    guarded.layout(layout(config=config()))
    ran = guarded.run("apply", "--baseline", "--yes")
    assert ran.code == 0
    assert f"{AUDIT} {HOME}" in ran.said + ran.out  # what is there could not be seen
    assert guarded.run("drift", "--baseline").code == 0
    assert recorders(guarded, AUDIT)[0]["name"] == "govkit"
