"""CloudFormation's StackSets as the sandbox plays them: what they refuse, wait for, bear and follow."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, organization
from terminal import Desk, desk

from govkit.sandbox.calls import Call
from govkit.sandbox.clock import Clock
from govkit.sandbox.identity import session_caller
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.stacks.template import Working, given, read

MANAGEMENT, AUDIT = "111111111111", ACCOUNTS["audit"]
HOME = "eu-west-1"
NAMED = {"StackSetName": "s"}
ROLE = """
Parameters:
  Name: {Type: String, Default: r, AllowedValues: [r, q]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Name}-${AWS::Region}"
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow}]}
"""
MADE = {
    **NAMED,
    "PermissionModel": "SERVICE_MANAGED",
    "TemplateBody": ROLE,
    "Capabilities": ["CAPABILITY_NAMED_IAM"],
    "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
    "ManagedExecution": {"Active": True},
}


class Hand:
    """A clock that is turned by hand, so that what goes on can be looked at for as long as it takes."""

    def __init__(self) -> None:
        self.time = time.time()

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


HAND = Hand()


def ask(table: Desk, operation: str, told: Any = NAMED) -> dict[str, Any]:
    sandbox = Sandbox(table.sandbox, clock=Clock(HAND.now, HAND.sleep))
    caller = session_caller(sandbox.settings, MANAGEMENT, "Admin", "console")
    return sandbox.answer(Call("cloudformation", operation, told, caller, HOME))


def refused(table: Desk, operation: str, told: Any = NAMED) -> tuple[str, str]:
    with pytest.raises(RefusalError) as caught:
        ask(table, operation, told)
    return caught.value.code, caught.value.message


def over(table: Desk, begun: dict[str, Any]) -> str:
    """Wait until an operation is over, and return how it ended."""
    while True:
        told = ask(table, "DescribeStackSetOperation", {**NAMED, **begun})["StackSetOperation"]
        if told["Status"] not in {"RUNNING", "QUEUED"}:
            return str(told["Status"])
        HAND.sleep(0.01)


def unit(table: Desk, name: str) -> str:
    (root,) = clicks(table, MANAGEMENT, "organizations", "ListRoots")["Roots"]
    below = {"ParentId": root["Id"]}
    found = clicks(table, MANAGEMENT, "organizations", "ListOrganizationalUnitsForParent", below)
    return next(one["Id"] for one in found["OrganizationalUnits"] if one["Name"] == name)


def into(table: Desk, name: str, **more: Any) -> dict[str, Any]:
    targets = {"OrganizationalUnitIds": [unit(table, name)], **more}
    return {**NAMED, "DeploymentTargets": targets, "Regions": [HOME]}


def roles(table: Desk, account: str) -> bool:
    try:
        clicks(table, account, "iam", "GetRole", {"RoleName": f"r-{HOME}"})
    except RefusalError:
        return False
    return True


@pytest.fixture
def bare() -> Iterator[Desk]:
    with desk() as found:
        organization(found)
        yield found


@pytest.fixture
def table(bare: Desk) -> Desk:
    trust(bare)
    ask(bare, "ActivateOrganizationsAccess", {})
    ask(bare, "CreateStackSet", MADE)
    return bare


def trust(table: Desk) -> None:
    access = {"ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com"}
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", access)


def test_access_has_two_halves(bare: Desk) -> None:
    assert ask(bare, "DescribeOrganizationsAccess", {}) == {"Status": "DISABLED"}
    assert refused(bare, "ActivateOrganizationsAccess", {})[0] == "InvalidOperationException"
    trust(bare)
    code, text = refused(bare, "CreateStackSet", MADE)
    assert (code, text[:38]) == ("ValidationError", "You must enable organizations access t")
    ask(bare, "ActivateOrganizationsAccess", {})
    assert ask(bare, "DescribeOrganizationsAccess", {}) == {"Status": "ENABLED"}
    ask(bare, "DeactivateOrganizationsAccess", {})
    ask(bare, "DeactivateOrganizationsAccess", {})
    assert ask(bare, "DescribeOrganizationsAccess", {}) == {"Status": "DISABLED"}
    with pytest.raises(RefusalError, match="InvalidOperationException"):
        clicks(bare, AUDIT, "cloudformation", "DescribeOrganizationsAccess", {})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PermissionModel": "SELF_MANAGED"}, "service-managed"),
        ({"AutoDeployment": None}, "AutoDeployment must be specified"),
        (
            {"AutoDeployment": {"Enabled": False, "RetainStacksOnAccountRemoval": True}},
            "RetainStacksOnAccountRemoval",
        ),
        ({"TemplateBody": "- a list"}, "At least one Resources member"),
        ({"TemplateBody": "a: ["}, "Template format error"),
        ({"TemplateBody": "Resources: {}\nAnything: 1"}, "Invalid template property"),
        ({"TemplateBody": "Resources: {A: {Type: AWS::S3::Bucket}}"}, "AWS::S3::Bucket"),
        ({"Capabilities": []}, "CAPABILITY_NAMED_IAM"),
        ({"Parameters": [{"ParameterKey": "No", "ParameterValue": ""}]}, "do not exist"),
        ({"Parameters": [{"ParameterKey": "Name", "ParameterValue": "x"}]}, "AllowedValues"),
        ({"CallAs": "DELEGATED_ADMIN"}, "delegated admin account"),
    ],
)
def test_a_stack_set_that_makes_no_sense_is_refused(
    table: Desk, changes: dict[str, Any], words: str
) -> None:
    told = {name: one for name, one in {**MADE, **changes}.items() if one is not None}
    assert words in refused(table, "CreateStackSet", {**told, "StackSetName": "t"})[1]


def test_a_delegated_administrator_is_let_at_what_the_management_account_keeps(table: Desk) -> None:
    told = {"CallAs": "DELEGATED_ADMIN"}
    with pytest.raises(RefusalError, match="delegated admin account"):
        clicks(table, AUDIT, "cloudformation", "ListStackSets", told, region=HOME)
    service = "member.org.stacksets.cloudformation.amazonaws.com"
    charge = {"AccountId": AUDIT, "ServicePrincipal": service}
    clicks(table, MANAGEMENT, "organizations", "RegisterDelegatedAdministrator", charge)
    seen = clicks(table, AUDIT, "cloudformation", "ListStackSets", told, region=HOME)["Summaries"]
    assert [one["StackSetName"] for one in seen] == ["s"]
    alone = clicks(table, AUDIT, "cloudformation", "ListStackSets", {}, region=HOME)
    assert alone["Summaries"] == []


def test_targets_that_make_no_sense_are_refused(table: Desk) -> None:
    some = {"Accounts": [AUDIT]}
    for told, words in (
        (into(table, "Security", **some), "AccountFilterType should be specified"),
        (into(table, "Security", **some, AccountFilterType="UNION"), "UNION is not supported"),
        ({**NAMED, **some, "Regions": [HOME]}, "OrganizationalUnitIds must be"),
        (
            {**NAMED, "DeploymentTargets": {"OrganizationalUnitIds": ["ou-exam-11111111"]}}
            | {"Regions": [HOME]},
            "of this organization",
        ),
    ):
        assert words in refused(table, "CreateStackInstances", told)[1]
    many = [unit(table, "Security")] * 51
    told = {**NAMED, "DeploymentTargets": {"OrganizationalUnitIds": many}, "Regions": [HOME]}
    assert "At most 50" in refused(table, "CreateStackInstances", told)[1]
    missing = into(table, "Security")
    assert refused(table, "UpdateStackInstances", missing)[0] == "StackInstanceNotFoundException"
    asked = {**NAMED, "OperationId": "none"}
    assert refused(table, "DescribeStackSetOperation", asked)[0] == "OperationNotFoundException"


def test_one_operation_waits_for_another_or_is_refused(table: Desk) -> None:
    first = ask(table, "CreateStackInstances", into(table, "Security"))
    second = ask(table, "CreateStackInstances", into(table, "Workloads"))
    asked = ask(table, "DescribeStackSetOperation", {**NAMED, **second})["StackSetOperation"]
    assert asked["Status"] == "QUEUED"
    assert (over(table, first), over(table, second)) == ("SUCCEEDED", "SUCCEEDED")
    over(table, ask(table, "UpdateStackSet", {**MADE, "ManagedExecution": {"Active": False}}))
    begun = ask(table, "UpdateStackInstances", into(table, "Security"))
    for operation, told in (
        ("UpdateStackInstances", into(table, "Security")),
        ("UpdateStackSet", MADE),
    ):
        assert refused(table, operation, told)[0] == "OperationInProgressException"
    assert over(table, begun) == "SUCCEEDED"


def test_what_an_operation_is_at_is_shown_as_running(table: Desk) -> None:
    begun = ask(table, "CreateStackInstances", into(table, "Security"))
    (one, _) = ask(table, "ListStackInstances")["Summaries"]
    seen = (one["Status"], one["StackInstanceStatus"]["DetailedStatus"])
    assert seen == ("OUTDATED", "RUNNING")
    over(table, begun)
    (one, _) = ask(table, "ListStackInstances")["Summaries"]
    assert (one["Status"], one["OrganizationalUnitId"]) == ("CURRENT", unit(table, "Security"))


def test_filters_choose_accounts_once_and_newcomers_come_all_the_same(table: Desk) -> None:
    told = into(table, "Security", Accounts=[AUDIT], AccountFilterType="DIFFERENCE")
    over(table, ask(table, "CreateStackInstances", told))
    assert (roles(table, AUDIT), roles(table, ACCOUNTS["log-archive"])) == (False, True)
    shop = ACCOUNTS["old-shop"]
    move = {"AccountId": shop, "SourceParentId": unit(table, "Suspended")}
    move["DestinationParentId"] = unit(table, "Security")
    clicks(table, MANAGEMENT, "organizations", "MoveAccount", move)
    assert roles(table, shop)
    assert not roles(table, AUDIT)
    back = {"AccountId": shop, "SourceParentId": move["DestinationParentId"]}
    back["DestinationParentId"] = move["SourceParentId"]
    clicks(table, MANAGEMENT, "organizations", "MoveAccount", back)
    assert not roles(table, shop)


def test_an_account_that_leaves_keeps_what_is_retained(table: Desk) -> None:
    keeping = {"Enabled": True, "RetainStacksOnAccountRemoval": True}
    over(table, ask(table, "UpdateStackSet", {**MADE, "AutoDeployment": keeping}))
    over(table, ask(table, "CreateStackInstances", into(table, "Security")))
    move = {"AccountId": AUDIT, "SourceParentId": unit(table, "Security")}
    move["DestinationParentId"] = unit(table, "Suspended")
    clicks(table, MANAGEMENT, "organizations", "MoveAccount", move)
    assert roles(table, AUDIT)
    assert len(ask(table, "ListStackInstances")["Summaries"]) == 1


def taken(table: Desk, account: str) -> None:
    told = {"RoleName": f"r-{HOME}", "AssumeRolePolicyDocument": '{"Statement": [{}]}'}
    clicks(table, account, "iam", "CreateRole", told)


@pytest.mark.parametrize(("borne", "ends"), [({}, "FAILED"), ({"Percentage": 100}, "SUCCEEDED")])
def test_failures_are_borne_as_told_and_none_by_default(
    table: Desk, borne: dict[str, int], ends: str
) -> None:
    taken(table, ACCOUNTS["log-archive"])
    preferences = {f"FailureTolerance{name}": figure for name, figure in borne.items()}
    told = {**into(table, "Security"), "OperationPreferences": preferences}
    begun = ask(table, "CreateStackInstances", told)
    assert over(table, begun) == ends
    assert roles(table, AUDIT) is (ends == "SUCCEEDED")
    shown = ask(table, "ListStackInstances", {**NAMED, "StackInstanceRegion": HOME})["Summaries"]
    failed = [one for one in shown if one["Status"] == "OUTDATED"]
    assert [one["Account"] for one in failed] == [ACCOUNTS["log-archive"]]
    assert "EntityAlreadyExists" in failed[0]["StatusReason"]


def test_what_a_stack_made_is_taken_away_again_where_it_cannot_end(table: Desk) -> None:
    more = """
  Recorder:
    Type: AWS::Config::ConfigurationRecorder
    Properties: {Name: c, RoleARN: !GetAtt Role.Arn, RecordingGroup: {AllSupported: true}}
  Channel:
    Type: AWS::Config::DeliveryChannel
    Properties: {Name: c, S3BucketName: nowhere}
"""
    over(table, ask(table, "UpdateStackSet", {**MADE, "TemplateBody": ROLE + more}))
    assert over(table, ask(table, "CreateStackInstances", into(table, "Workloads"))) == "FAILED"
    payments = ACCOUNTS["payments"]
    assert not roles(table, payments)
    told = clicks(table, payments, "config", "DescribeConfigurationRecorders", region=HOME)
    assert told["ConfigurationRecorders"] == []


def test_what_a_template_says_no_more_goes(table: Desk) -> None:
    over(table, ask(table, "CreateStackInstances", into(table, "Workloads")))
    assert roles(table, ACCOUNTS["payments"])
    emptied = {**MADE, "TemplateBody": "Resources: {}"}
    over(table, ask(table, "UpdateStackSet", emptied))
    assert not roles(table, ACCOUNTS["payments"])


def test_lists_come_in_pages(table: Desk) -> None:
    over(table, ask(table, "CreateStackInstances", into(table, "Security")))
    first = ask(table, "ListStackInstances", {**NAMED, "MaxResults": 1})
    second = ask(table, "ListStackInstances", {**NAMED, "NextToken": first["NextToken"]})
    found = [one["Account"] for page in (first, second) for one in page["Summaries"]]
    assert sorted(found) == sorted([ACCOUNTS["log-archive"], AUDIT])
    wrong = {**NAMED, "NextToken": "x"}
    assert refused(table, "ListStackInstances", wrong)[0] == "ValidationError"


def test_a_stack_set_that_is_at_something_stays(table: Desk) -> None:
    over(table, ask(table, "CreateStackInstances", into(table, "Workloads")))
    assert refused(table, "DeleteStackSet")[0] == "StackSetNotEmptyException"
    assert refused(table, "CreateStackSet", MADE)[0] == "NameAlreadyExistsException"
    gone = {**into(table, "Workloads"), "RetainStacks": True}
    begun = ask(table, "DeleteStackInstances", gone)
    assert roles(table, ACCOUNTS["payments"])
    assert ask(table, "ListStackSetAutoDeploymentTargets")["Summaries"] == []
    assert refused(table, "DeleteStackSet")[0] == "OperationInProgressException"
    over(table, begun)
    ask(table, "DeleteStackSet")
    assert refused(table, "DescribeStackSet")[0] == "StackSetNotFoundException"


def test_drift_is_what_differs_from_what_the_stack_made(table: Desk) -> None:
    over(table, ask(table, "CreateStackInstances", into(table, "Workloads")))
    assert drift(table) == "NOT_CHECKED"
    over(table, ask(table, "DetectStackSetDrift"))
    assert drift(table) == "IN_SYNC"
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    told = {"RoleName": f"r-{HOME}", "PolicyArn": arn}
    clicks(table, ACCOUNTS["payments"], "iam", "AttachRolePolicy", told)
    over(table, ask(table, "DetectStackSetDrift"))
    assert drift(table) == "DRIFTED"


def drift(table: Desk) -> str:
    told = ask(table, "DescribeStackSet")["StackSet"]["StackSetDriftDetectionDetails"]
    return str(told["DriftStatus"])


VALUES = """
Parameters:
  A: {Type: String, Default: a}
  L: {Type: CommaDelimitedList, Default: "x,y"}
Conditions:
  Same: !Equals [!Ref A, a]
  Other: !Not [{Condition: Same}]
  Both: !And [{Condition: Same}, {Condition: Other}]
  Either: !Or [{Condition: Same}, {Condition: Other}]
Resources:
  R: {Type: T, Condition: Either, Properties: {V: VALUE}}
  S: {Type: T, Condition: Both}
"""


def worked(value: str) -> Any:
    template = read(VALUES.replace("VALUE", value))
    pseudo = {"AWS::Region": HOME}
    working = Working(template, given(template, {}), pseudo, {"M": {"Ref": "m", "Arn": "arn"}})
    assert working.is_wanted("R")
    assert not working.is_wanted("S")
    return working.properties("R").get("V")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref L", ["x", "y"]),
        ("!Ref M", "m"),
        ("!GetAtt M.Arn", "arn"),
        ("!GetAtt [M, Arn]", "arn"),
        ('!Sub "${A}/${M.Arn}/${AWS::Region}"', "a/arn/eu-west-1"),
        ("!Join ['-', [!Ref A, b]]", "a-b"),
        ("!If [Other, 1, 2]", 2),
        ("!Ref AWS::NoValue", None),
        ("[1, !Ref AWS::NoValue]", [1]),
        ("!If [Same, {Fn::Sub: '${A}'}, 0]", "a"),
    ],
)
def test_a_templates_functions_are_worked_out(value: str, expected: Any) -> None:
    assert worked(value) == expected


@pytest.mark.parametrize(
    "value", ["!Ref X", "!GetAtt M.Nothing", "!If [Perhaps, 1, 2]", "!Base64 x", "!Sub [a, {}]"]
)
def test_what_cannot_be_worked_out_is_refused(value: str) -> None:
    with pytest.raises(RefusalError, match="ValidationError"):
        worked(value)


def test_a_parameter_without_a_value_is_refused() -> None:
    template = read("Parameters: {A: {Type: String}}\nResources: {}")
    with pytest.raises(RefusalError, match="must have values"):
        given(template, {})
