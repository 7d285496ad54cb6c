"""What steps rely on whose policies decide about no requests: looked at before the first write, and again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from terminal import Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant


def plans(name: str, *attach: str) -> dict[str, Any]:
    rule = {"schedule_expression": {"@@assign": "cron(0 5 ? * * *)"}}
    plan = {"regions": {"@@assign": ["eu-west-1"]}, "rules": {"all": rule}}
    return {"type": "backup", "policy": {"plans": {name: plan}}, "attach": list(attach)}


def layout(daily: list[str], nightly: list[str], **ous: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "ous": {"Work": None, "Work/Prod": None, "Far": None, **ous},
        "accounts": {"network": {"id": "444444444444", "ou": "Work"}},
        "guardrails": {"daily": plans("daily", *daily), "nightly": plans("nightly", *nightly)},
    }


@pytest.fixture
def table() -> Iterator[Desk]:
    """A desk where both policies are there, `daily` on OU Work, and `nightly` on OU Far."""
    with desk() as found:
        live = {
            "ous": ["Work", "Work/Prod", "Far"],
            "accounts": {"444444444444": {"name": "network", "ou": "Work"}},
            "enabled": ["scp", "backup"],
        }
        build(live, found.sandbox)
        found.layout(layout(["Work"], ["Far"]))
        found.does("apply", "--yes")
        yield found


def held(table: Desk) -> set[tuple[str, str]]:
    told = json.loads(table.content())
    names = {row["Id"]: row["Name"] for part in ("ous", "policies") for row in told[part].values()}
    rows = told["attachments"].values()
    return {
        (names[row["Policy"]], names[row["Target"]])
        for row in rows
        if not row["Policy"].startswith("p-Full") and row["Target"] in names
    }


def replaces(table: Desk) -> None:
    """Plan one policy in the place of another on OU Work."""
    table.layout(layout([], ["Work", "Far"]))
    table.does("plan", "--out", "plan.json")


def test_the_plan_says_what_a_detachment_relies_on(table: Desk) -> None:
    replaces(table)
    steps = json.loads((table.folder / "plan.json").read_text())["steps"]
    relied = {one["address"]: one["precondition"]["relies"] for one in steps}
    assert [one["address"] for one in relied["attachment:backup/daily@ou:/Work"]] == [
        "attachment:backup/nightly@ou:/Work",
        "policy:backup/nightly",
    ]
    assert [one["address"] for one in relied["attachment:backup/nightly@ou:/Work"]] == [
        "policy:backup/nightly",
        "policy_type:backup",
    ]


def test_a_replacement_that_was_edited_since_the_review_makes_it_stale(table: Desk) -> None:
    replaces(table)
    edited = json.dumps(plans("weekly")["policy"])
    changes.edit_policy(Console(table.sandbox), "nightly", content=edited)
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5, ran.said
    assert "detach attachment:backup/daily@ou:/Work relies on policy:backup/nightly" in ran.err
    assert "Nothing was written" in ran.err
    assert table.content() == before


def test_a_replacement_above_that_is_gone_since_the_review_makes_it_stale(table: Desk) -> None:
    """It set the same plan, and was there before."""
    table.layout(layout(["/", "Work"], ["Far"]))
    table.does("apply", "--yes")
    table.layout(layout(["/"], ["Far"]))
    table.does("plan", "--out", "plan.json")
    changes.detach(Console(table.sandbox), "daily", "/")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5, ran.said
    relied = "detach attachment:backup/daily@ou:/Work relies on attachment:backup/daily@root:/"
    assert relied in ran.err
    assert table.content() == before


def test_a_replacement_that_goes_during_the_run_leaves_the_old_one(table: Desk) -> None:
    table.layout(layout(["/", "Work"], ["Far"]))
    table.does("apply", "--yes")
    table.layout(layout(["/"], ["Far"], Far={"tags": {"tier": "x"}}))
    table.does("plan", "--out", "plan.json")
    ids = {row["Name"]: row["Id"] for row in json.loads(table.content())["policies"].values()}
    theirs = {"PolicyId": ids["daily"], "TargetId": "r-exam"}
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "TagResource", change=("DetachPolicy", theirs)))
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 6, ran.said
    assert "relies on attachment:backup/daily@root:/" in ran.err
    assert ("daily", "Work") in held(table)


DISABLED = ("DisablePolicyType", {"RootId": "r-exam", "PolicyType": "BACKUP_POLICY"})


def test_an_attachment_of_a_type_that_is_disabled_since_the_review_is_stale(table: Desk) -> None:
    """A policy that the plan makes first could be made all the same: nothing is."""
    told = layout(["Work"], ["Far"])
    told["guardrails"]["weekly"] = plans("weekly", "Work")
    table.layout(told)
    table.does("plan", "--out", "plan.json")
    changes.disable_type(Console(table.sandbox), "backup")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5, ran.said
    assert "policy:backup/weekly: expected policy_type:backup, found nothing there" in ran.err
    assert table.content() == before


def test_a_type_that_is_disabled_during_the_run_is_told_by_aws_itself(table: Desk) -> None:
    told = layout(["Work"], ["Far"])
    told["guardrails"]["weekly"] = plans("weekly", "Work")
    table.layout(told)
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "AttachPolicy", change=DISABLED))
    ran = table.run("apply", "--yes")
    assert ran.code == 6, ran.said
    assert "PolicyTypeNotEnabledException" in ran.err
