"""Instances: looked at where a question is about the state of accounts, and never otherwise."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, layout
from terminal import Desk
from walk import TODAY

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.errors import BugError
from govkit.flow.compare import Question, asked, kinds
from govkit.kinds.instance import KIND, Instance
from govkit.layout.read import read
from govkit.live.discover import Live, discover
from govkit.model.address import account
from govkit.model.call import Ids, Interest
from govkit.model.change import Change
from govkit.model.scope import Entry
from govkit.sandbox.mount import mount
from govkit.sandbox.sandbox import Sandbox

AUDIT = ACCOUNTS["audit"]
SECTION = {"imds": "v2"}


def runs(table: Desk, ident: str, **more: str) -> None:
    """Let an instance run in the audit account."""
    row = {
        "Id": ident,
        "Place": f"{AUDIT}/eu-west-1",
        "State": "running",
        "Profile": "",
        "HttpTokens": "optional",
        "HttpEndpoint": "enabled",
        **more,
    }
    sandbox = Sandbox(table.sandbox)
    with sandbox.store.turn():
        sandbox.store.document("ec2").tables["instances"].put(f"{AUDIT}/eu-west-1/{ident}", row)
        sandbox.store.save()


def seen(table: Desk, *, watched: bool) -> dict[str, tuple[str | None, str]]:
    table.layout(layout(account=SECTION))
    api = door(session(mount=lambda core: mount(core, table.sandbox)), pace=None, entry=Entry())

    def bank(interest: Interest) -> Live:
        return discover(api, kinds(), interest, workers=4)

    question = Question(table.folder / "org_layout.yaml", TODAY, baseline=True, watched=watched)
    live = asked(question, read(question.layout, today=TODAY), bank)
    return {one.id: (one.profile, one.imds) for one in live.state.all(Instance)}


def test_their_role_and_their_metadata_service_are_seen(table: Desk) -> None:
    runs(table, "i-1")
    runs(table, "i-2", Profile="web", HttpTokens="required")
    runs(table, "i-3", HttpEndpoint="disabled")
    runs(table, "i-4", State="terminated")
    arn = f"arn:aws:iam::{AUDIT}:instance-profile/web"
    assert seen(table, watched=True) == {
        "i-1": (None, "v1"),
        "i-2": (arn, "v2"),
        "i-3": (None, "off"),
    }


def test_neither_plan_nor_drift_asks_for_them(table: Desk) -> None:
    runs(table, "i-1")
    assert seen(table, watched=False) == {}
    table.does("plan", "--baseline")
    table.run("drift", "--baseline")
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    assert "DescribeInstances" not in {json.loads(line)["operation"] for line in lines}


def test_nobody_changes_one() -> None:
    one: Any = Instance(account("audit"), "eu-west-1", "i-1")
    assert one.needs == (account("audit"),)
    with pytest.raises(BugError):
        list(KIND.lower(Change(one, None), Ids()))
    with pytest.raises(BugError):
        KIND.glance(one, None, Ids())  # type: ignore[arg-type]  # nobody is asked


def test_check_says_which_answer_without_tokens_or_have_no_role(table: Desk) -> None:
    arn = "web"
    runs(table, "i-1", Profile=arn)
    runs(table, "i-2", HttpTokens="required")
    runs(table, "i-3", HttpTokens="required", Profile=arn)
    table.layout(layout(account=SECTION))
    table.does("apply", "--baseline", "--yes")
    ran = table.run("check", "--format", "json")
    found = json.loads(ran.out)["findings"]
    assert ran.code == 3
    assert [(one["code"], one["resource"], one["region"]) for one in found] == [
        ("GK512", "instance:audit/eu-west-1/i-1", "eu-west-1"),
        ("GK513", "instance:audit/eu-west-1/i-2", "eu-west-1"),
    ]
