"""What a step relies on is looked at before the first write, and again right before its call."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant

KEEP: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}
OTHER = json.dumps(KEEP).replace("s3:DeleteBucket", "sns:DeleteTopic")


def layout(attach: list[str], **ous: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "organization": {"id": "o-exampleorgid"},
        "ous": {"Work": None, "Work/Prod": None, "Lab": None, "Far": None, **ous},
        "accounts": {"network": {"id": "444444444444", "ou": "Work"}},
        "guardrails": {"keep": {"policy": KEEP, "attach": attach}},
    }


@pytest.fixture(params=["AccountNotFoundException", "SourceParentNotFoundException"])
def table(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk where `keep` is attached to the root and to OU Work; AWS may say either of two words."""
    with desk() as found:
        live = {
            "ous": ["Work", "Work/Prod", "Lab", "Far"],
            "accounts": {"444444444444": {"name": "network", "ou": "Work"}},
        }
        settings = replace(SETTINGS, wrong_source_code=request.param, log_calls=True)
        build(live, found.sandbox, settings)
        found.layout(layout(["/", "Work"]))
        found.does("apply", "--yes")
        yield found


def ids(table: Desk) -> dict[str, str]:
    told = json.loads(table.content())
    rows = [*told["ous"].values(), *told["policies"].values()]
    return {row["Name"]: row["Id"] for row in rows}


def stale(table: Desk, status: int, *words: str) -> None:
    """Run the reviewed plan; it must end with the status, and say so; for 5 nothing was written."""
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == status, ran.said
    assert [word for word in words if word not in ran.err] == []
    assert (table.content() == before) == (status == 5) or status == 5


def test_an_attachment_of_a_policy_that_was_edited_since_the_review_is_stale(table: Desk) -> None:
    """The step itself is still the same: what it would attach is not."""
    table.layout(layout(["/", "Work", "Lab"]))
    table.does("plan", "--out", "plan.json")
    changes.edit_policy(Console(table.sandbox), "keep", content=OTHER)
    stale(
        table,
        5,
        "attach attachment:scp/keep@ou:/Lab relies on policy:scp/keep: expected",
        "found {",
        "Nothing was written",
    )


def test_a_detachment_whose_replacement_is_gone_since_the_review_is_stale(table: Desk) -> None:
    table.layout(layout(["/"]))
    table.does("plan", "--out", "plan.json")
    changes.detach(Console(table.sandbox), "keep", "/")
    stale(
        table,
        5,
        "detach attachment:scp/keep@ou:/Work relies on attachment:scp/keep@root:/: expected",
        "found nothing there",
    )


def test_a_detachment_whose_replacement_goes_during_the_run_is_not_done(table: Desk) -> None:
    table.layout(layout(["/"], Lab={"tags": {"tier": "x"}}))
    table.does("plan", "--out", "plan.json")
    theirs = {"PolicyId": ids(table)["keep"], "TargetId": "r-exam"}
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "TagResource", change=("DetachPolicy", theirs)))
    stale(table, 6, "relies on attachment:scp/keep@root:/", "found nothing there", "Done: 1 of 2")
    held = json.loads(table.content())["attachments"].values()
    assert {"Policy": theirs["PolicyId"], "Target": ids(table)["Work"]} in held
    table.does("apply", "--yes")
    assert table.run("plan", "--detailed-exitcode").code == 0


def test_an_attachment_of_a_policy_that_is_edited_during_the_run_is_not_made(table: Desk) -> None:
    table.layout(layout(["/", "Work", "Lab"], Far={"tags": {"tier": "x"}}))
    theirs = {"PolicyId": ids(table)["keep"], "Content": OTHER}
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "TagResource", change=("UpdatePolicy", theirs)))
    ran = table.run("apply", "--yes")
    assert ran.code == 6
    assert "relies on policy:scp/keep" in ran.err


def move(table: Desk) -> None:
    moved = layout(["/", "Work"])
    moved["accounts"]["network"]["ou"] = "Lab"
    table.layout(moved)
    table.does("plan", "--out", "plan.json")


def test_a_move_to_where_nothing_allows_any_more_is_stale(table: Desk) -> None:
    """Somebody put another SCP in the place of FullAWSAccess at the destination, after the review."""
    move(table)
    console = Console(table.sandbox)
    changes.attach(console, "keep", "Lab")
    changes.detach(console, "FullAWSAccess", "Lab")
    stale(
        table,
        5,
        "move account:network relies on attachment:scp/FullAWSAccess@ou:/Lab: expected",
        "found nothing there",
        "Nothing was written",
    )


def test_a_move_to_where_nothing_allows_any_more_is_not_made_during_the_run(table: Desk) -> None:
    move(table)
    moved = layout(["/", "Work"], Far={"tags": {"tier": "x"}})
    moved["accounts"]["network"]["ou"] = "Lab"
    table.layout(moved)
    table.does("plan", "--out", "plan.json")
    changes.attach(Console(table.sandbox), "keep", "Lab")
    theirs = {"PolicyId": "p-FullAWSAccess", "TargetId": ids(table)["Lab"]}
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "TagResource", change=("DetachPolicy", theirs)))
    stale(table, 6, "relies on attachment:scp/FullAWSAccess@ou:/Lab", "found nothing there")
    assert json.loads(table.content())["accounts"]["444444444444"]["Parent"] == ids(table)["Work"]


def moved_to(table: Desk, ou: str) -> Fault:
    theirs = {
        "AccountId": "444444444444",
        "SourceParentId": ids(table)["Work"],
        "DestinationParentId": ids(table)[ou],
    }
    return Fault(Kind.FOREIGN_CHANGE, "MoveAccount", change=("MoveAccount", theirs))


def test_a_move_from_where_the_account_is_no_longer_is_refused_by_aws_and_stale(
    table: Desk,
) -> None:
    """Between the look and the call: AWS itself tells, by either of two words."""
    move(table)
    plant(table.sandbox, moved_to(table, "Far"))
    ran = table.run("apply", "plan.json", "--yes")
    assert ran.code == 5, ran.said
    found = 'move account:network: expected {"parent":"ou:/Work"}, found {"parent":"ou:/Far"}'
    assert found in ran.err
    assert "AWS said " in ran.err


def test_a_move_that_somebody_made_in_that_moment_is_done(table: Desk) -> None:
    move(table)
    plant(table.sandbox, moved_to(table, "Lab"))
    table.does("apply", "plan.json", "--yes")
    assert table.run("plan", "--detailed-exitcode").code == 0


def test_an_ou_in_which_somebody_makes_one_in_that_moment_stays_and_is_stale(table: Desk) -> None:
    table.layout(layout(["/", "Work"], Far={"absent": True}))
    theirs = {"ParentId": ids(table)["Far"], "Name": "Theirs"}
    plant(
        table.sandbox,
        Fault(
            Kind.FOREIGN_CHANGE,
            "DeleteOrganizationalUnit",
            change=("CreateOrganizationalUnit", theirs),
        ),
    )
    ran = table.run("apply", "--yes")
    assert ran.code == 5, ran.said
    assert "delete ou:/Far" in ran.err
    assert "OrganizationalUnitNotEmptyException" in ran.err


def test_what_a_step_does_not_rely_on_may_change(table: Desk) -> None:
    """The description of the policy, another OU's name, an attachment elsewhere."""
    table.layout(layout(["/", "Work", "Lab"]))
    table.does("plan", "--out", "plan.json")
    console = Console(table.sandbox)
    changes.edit_policy(console, "keep", description="theirs")
    changes.rename_ou(console, "Far", "Farther")
    changes.create_policy(console, "theirs", OTHER)
    changes.attach(console, "theirs", "Lab")
    table.does("apply", "plan.json", "--yes")


def test_a_reviewed_premise_counts_also_where_the_layout_went_along_with_the_edit(
    table: Desk,
) -> None:
    """The new plan attaches what the policy says now; that was not what was reviewed."""
    table.layout(layout(["/", "Work", "Lab"]))
    table.does("plan", "--out", "plan.json")
    changes.edit_policy(Console(table.sandbox), "keep", content=OTHER)
    edited = layout(["/", "Work", "Lab"])
    edited["guardrails"]["keep"]["policy"] = json.loads(OTHER)
    table.layout(edited)
    stale(table, 5, "relies on policy:scp/keep")


@pytest.mark.parametrize(
    "relies", [7, [7], [{"address": "no address", "is": {}}], [{"address": "ou:/A", "is": 3}]]
)
def test_a_plan_file_whose_premises_are_none_is_refused(table: Desk, relies: object) -> None:
    table.layout(layout(["/", "Work", "Lab"]))
    table.does("plan", "--out", "plan.json")
    path = table.folder / "plan.json"
    plan = json.loads(path.read_text())
    plan["steps"][0]["precondition"]["relies"] = relies
    path.write_text(json.dumps(plan))
    assert table.run("apply", "plan.json", "--yes").code == 1


def test_the_plan_file_of_an_older_govkit_has_no_premises(table: Desk) -> None:
    table.layout(layout(["/", "Work", "Lab"]))
    table.does("plan", "--out", "plan.json")
    path = table.folder / "plan.json"
    plan = json.loads(path.read_text())
    del plan["steps"][0]["precondition"]["relies"]
    path.write_text(json.dumps(plan))
    table.does("apply", "plan.json", "--yes")


def test_what_aws_refuses_is_in_the_journal(table: Desk) -> None:
    move(table)
    plant(table.sandbox, moved_to(table, "Far"))
    assert table.run("apply", "plan.json", "--yes").code == 5
    runs = (table.folder / ".govkit" / "runs").iterdir()
    told = [json.loads(line) for run in runs for line in run.read_text().splitlines()]
    refused = [one for one in told if one["entry"] == "refused"]
    assert [(one["operation"], bool(one["code"])) for one in refused] == [("MoveAccount", True)]
