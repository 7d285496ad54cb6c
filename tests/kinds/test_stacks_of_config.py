"""The StackSet of AWS Config as its kinds read it: what is behind, where it is, what is never written."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from govkit.errors import AccessDenied, AwsError, BugError, CredentialsMissing
from govkit.kinds import (
    _stack_instances as stacks,
)
from govkit.kinds import (
    config_deployment,
    config_stack_drift,
    config_view,
    stacks_access,
)
from govkit.kinds._places import Spot
from govkit.kinds.account import Account
from govkit.kinds.config_deployment import ConfigDeployment
from govkit.kinds.config_recorder import ConfigRecorder
from govkit.kinds.config_stack_drift import ConfigStackDrift
from govkit.kinds.config_view import ConfigView
from govkit.model.address import account, ou
from govkit.model.call import ApiCall, Ids, Place
from govkit.model.change import Change
from govkit.model.state import State
from govkit.model.wanted import Wanted

HOME = Spot(account("management"), Place("111111111111", "eu-west-1"))
WORKLOADS = ou("Workloads")


def stack(given: str, status: str, detail: str, reason: str = "") -> dict[str, Any]:
    told = {"Account": given, "Region": "eu-west-1", "Status": status, "StatusReason": reason}
    return {**told, "StackInstanceStatus": {"DetailedStatus": detail}}


def test_what_lacks_failed_or_is_out_of_date_is_behind_with_awss_words() -> None:
    there = [
        stack("1", "CURRENT", "SUCCEEDED"),
        stack("2", "OUTDATED", "FAILED", "no bucket"),
        stack("3", "INOPERABLE", "INOPERABLE"),
        stack("4", "OUTDATED", "RUNNING"),
        stack("5", "OUTDATED", "PENDING"),
    ]
    found = stacks.behind(there, ["1", "2", "3", "4", "5", "6"], ["eu-west-1"])
    assert [(one.account, one.words, one.missing) for one in found] == [
        ("2", "OUTDATED, FAILED: no bucket", False),
        ("3", "INOPERABLE, INOPERABLE", False),
        ("6", "no stack", True),
    ]


class Api:
    """Answers from a table by operation; an error is raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.unreachable: list[str] = []

    def call(self, call: ApiCall) -> Any:
        answer = self.answers[call.operation]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        return iter(self.call(call)[key])

    def unreached(self, place: Place, why: str) -> None:
        self.unreachable.append(why)


def test_of_a_stack_set_that_follows_nobody_its_description_says_where_it_is() -> None:
    api: Any = Api(ListStackSetAutoDeploymentTargets={"Summaries": []})
    told = {"OrganizationalUnitIds": ["ou-1"], "Regions": ["us-east-1", "eu-west-1"]}
    assert stacks.targets(api, "s", HOME, told) == {"ou-1": ("eu-west-1", "us-east-1")}


def test_where_cloudformation_cannot_be_asked_it_is_said() -> None:
    denied = AccessDenied("Not allowed", "No.", code="AccessDenied")
    look: Any = Api(DescribeStackSet=denied)
    assert stacks.seen(look, "s", HOME) is None
    assert look.unreachable == ["Not allowed. No."]
    gone: Any = Api(DescribeStackSet=AwsError("No", "No.", code="StackSetNotFoundException"))
    assert stacks.seen(gone, "s", HOME) == ()
    expired: Any = Api(DescribeStackSet=CredentialsMissing("Expired", "Yes."))
    with pytest.raises(CredentialsMissing):
        stacks.seen(expired, "s", HOME)


@pytest.mark.parametrize("status", ["FAILED", "STOPPED"])
def test_an_operation_that_ended_badly_is_an_error(status: str) -> None:
    follow = stacks.finished("s", "eu-west-1", {"OperationId": "1"})
    assert follow is not None
    with pytest.raises(AwsError, match=status):
        follow.settled({"StackSetOperation": {"Status": status, "StatusReason": "too many"}})
    assert follow.settled({"StackSetOperation": {"Status": "QUEUED"}}) is None
    assert stacks.finished("s", "eu-west-1", {}) is None


@pytest.mark.parametrize("code", ["InvalidOperationException", "OperationNotFoundException"])
def test_access_that_never_was_is_not_there(code: str) -> None:
    api: Any = Api(DescribeOrganizationsAccess=AwsError("No", "No.", code=code))
    assert list(stacks_access._there(api, HOME)) == []
    other: Any = Api(DescribeOrganizationsAccess=AwsError("No", "No.", code="Other"))
    with pytest.raises(AwsError):
        list(stacks_access._there(other, HOME))


def test_what_is_only_looked_at_is_never_written() -> None:
    at = account("audit")
    drift, view = ConfigStackDrift(at, "eu-west-1", "s"), ConfigView(at, "eu-west-1", "govkit")
    with pytest.raises(BugError):
        list(config_stack_drift.KIND.lower(Change(drift, None), Ids()))
    with pytest.raises(BugError):
        list(config_view.KIND.lower(Change(view, None), Ids()))
    assert config_view.KIND.meet(view, None) == (None, None)
    assert config_stack_drift.KIND.meet(drift, None) == (None, None)


def test_a_glance_at_what_is_only_looked_at_asks_as_a_look_does() -> None:
    status = {"name": "govkit", "recording": False}
    own = {"name": "theirs", "recording": True, "servicePrincipal": "x.amazonaws.com"}
    api: Any = Api(
        DescribeConfigurationRecorderStatus={"ConfigurationRecordersStatus": [own, status]},
        DescribeStackSet={"StackSet": {}},
        ListStackInstances={
            "Summaries": [{"Account": "1", "Region": "eu-west-1", "DriftStatus": "DRIFTED"}]
        },
    )
    at = account("audit")
    view = config_view.KIND.glance(ConfigView(at, "eu-west-1", "govkit"), api, Ids())
    assert view is not None
    assert view.resource.recording is False
    drift = config_stack_drift.KIND.glance(ConfigStackDrift(at, "eu-west-1", "s"), api, Ids())
    assert drift is not None
    assert drift.resource.drifted == ("1 eu-west-1",)
    gone = AwsError("No", "No.", code="StackSetNotFoundException")
    nowhere: Any = Api(DescribeStackSet=gone)
    assert config_stack_drift.KIND.glance(drift.resource, nowhere, Ids()) is None
    deployment = ConfigDeployment(at, "eu-west-1", "s", WORKLOADS, ("eu-west-1",))
    assert config_deployment.KIND.glance(deployment, nowhere, Ids()) is None


def test_of_many_that_record_by_themselves_a_few_are_named() -> None:
    everybody = [Account(account(f"a{number}"), WORKLOADS) for number in range(7)]
    recorders = [ConfigRecorder(one.address, "eu-west-1") for one in everybody]
    live = State([*everybody, *recorders])
    made = ConfigDeployment(account("management"), "eu-west-1", "s", WORKLOADS, ("eu-west-1",))
    wanted = Wanted("main", "org_layout.yaml", "", date(2026, 11, 23), State([made]))
    (finding,) = config_deployment.KIND.recognise(wanted, live, Ids()).findings
    assert finding.code == "GK308"
    assert "account:a4 and 2 more: an account has one recorder" in finding.message
