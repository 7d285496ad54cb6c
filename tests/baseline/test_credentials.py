"""`govkit credentials`: notify, deactivate, delete; each a reviewed stage, and nothing by the way."""

import json
import signal
from typing import Any

import pytest
from hygiene import ACCOUNTS, CREDENTIALS, four_hours_pass, inside, layout, organization, user
from terminal import Desk, desk

from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.iam.rows import keep_user, keys, users

TEAM = ACCOUNTS["team-20"]
LATER = "2026-12-08"  # more than 14 days after the day of the tests
LATEST = "2026-12-23"


@pytest.fixture
def office() -> Any:
    with desk() as table:
        organization(table)
        table.layout(layout(credentials=CREDENTIALS))
        user(table, TEAM, "idle", password=(60, 1), access_keys=((80, 50),), tags={"owner": "jane"})
        user(table, TEAM, "gone", made=90)
        user(table, TEAM, "old", password=(30, 1), access_keys=((100, 2),))
        yield table


def planned(table: Desk) -> dict[str, Any]:
    four_hours_pass(table)
    told: dict[str, Any] = json.loads(table.does("credentials", "plan", "--format", "json").out)
    return told


def due(told: dict[str, Any]) -> dict[str, list[tuple[Any, str]]]:
    return {
        stage: [(step["action"], step["address"]) for step in one["steps"]]
        for stage, one in told["stages"].items()
        if one["steps"]
    }


def applies(table: Desk, stage: str, count: int) -> None:
    four_hours_pass(table)
    rail = ("--allow", f"credentials={count}")
    ran = table.does("credentials", "apply", stage, "--yes", *rail)
    planned, applied = (line for line in ran.out.splitlines() if "Next: " in line)
    assert planned.endswith(f"Next: govkit credentials apply {stage} {' '.join(rail)}")
    assert applied.endswith("Next: govkit credentials plan")


def stays_in_use(table: Desk, day: str) -> None:
    """Let the users who work go on working until a day."""
    table.environment["GOVKIT_TODAY"] = day
    with inside(table, TEAM) as world:
        for name in ("idle", "old"):
            row = users(world)[f"{TEAM}/{name}"]
            if row["Password"]:
                keep_user(world, {**row, "PasswordUsed": f"{day}T01:00:00.000Z"})


def test_the_stages_lead_from_a_word_to_the_end(office: Desk) -> None:
    told = planned(office)
    assert {(one["user"], one["stage"], one["owner"]) for one in told["users"]} == {
        ("idle", "notify", "jane"),
        ("gone", "notify", ""),
        ("old", "notify", ""),
    }
    assert due(told) == {
        "notify": [
            ("create", f"credential_stage:team-20/{name}") for name in ("gone", "idle", "old")
        ]
    }
    applies(office, "notify", 3)
    assert due(planned(office)) == {}

    stays_in_use(office, LATER)
    told = planned(office)
    assert due(told) == {
        "deactivate": [
            ("update", "credential_stage:team-20/idle"),
            ("disable", "access_key:team-20/idle/AKIA1IDLEXXXXXXXX"),
        ],
        "delete": [("delete", "spare_user:team-20/gone")],
    }
    assert {one["user"]: one["stage"] for one in told["users"]}["old"] is None
    applies(office, "deactivate", 2)
    applies(office, "delete", 1)
    with inside(office, TEAM) as world:
        assert f"{TEAM}/gone" not in users(world)
        assert not keys(world)["AKIA1IDLEXXXXXXXX"]["Active"]

    stays_in_use(office, LATEST)
    assert due(planned(office)) == {
        "delete": [
            ("delete", "access_key:team-20/idle/AKIA1IDLEXXXXXXXX"),
            ("delete", "credential_stage:team-20/idle"),
        ]
    }
    applies(office, "delete", 2)
    assert {one["user"] for one in planned(office)["users"]} == {"old"}
    history = office.does("history").out
    assert "credentials apply delete" in history


def test_a_stage_is_refused_without_its_rail_and_stale_with_another_fingerprint(
    office: Desk,
) -> None:
    four_hours_pass(office)
    ran = office.run("credentials", "apply", "notify", "--yes")
    assert ran.code == 4
    assert "govkit credentials apply notify --allow credentials=3" in ran.said
    nothing = office.does("credentials", "apply", "delete", "--yes").out.splitlines()[-1]
    assert nothing == (
        "No changes: credentials apply delete has nothing to do. Next: govkit credentials plan"
    )
    less = ("--yes", "--allow", "credentials=2")
    assert office.run("credentials", "apply", "notify", *less).code == 4
    allowed = ("--allow", "credentials=3")
    ran = office.run("credentials", "apply", "notify", "--yes", *allowed, "--expect", "sha256:0")
    assert ran.code == 5
    known = planned(office)["stages"]["notify"]["fingerprint"]
    office.does("credentials", "apply", "notify", "--yes", *allowed, "--expect", known)


def test_apply_and_plan_never_touch_credentials(office: Desk) -> None:
    told = json.loads(office.does("plan", "--baseline", "--format", "json").out)
    assert told["steps"] == []
    office.does("apply", "--baseline", "--yes", "--allow", "credentials=9")
    lines = (office.sandbox / "calls.jsonl").read_text().splitlines()
    asked = {json.loads(line)["operation"] for line in lines}
    assert not asked & {"GetCredentialReport", "GetAccountAuthorizationDetails", "TagUser"}


def test_a_key_that_was_used_meanwhile_is_left_alone(office: Desk) -> None:
    applies(office, "notify", 3)
    stays_in_use(office, LATER)
    four_hours_pass(office)
    office.run("check")
    with inside(office, TEAM) as world:
        row = keys(world)["AKIA1IDLEXXXXXXXX"]
        keys(world).put(row["Id"], {**row, "Used": f"{LATER}T00:30:00.000Z"})
    # The report that was made before still says that it is unused.
    told = json.loads(office.does("credentials", "plan", "--format", "json").out)
    assert "deactivate" not in due(told)


def test_a_stage_that_was_stopped_is_finished_by_the_next_run(office: Desk) -> None:
    with inside(office, TEAM) as world:
        row = users(world)[f"{TEAM}/idle"]
        begun = {**row["Tags"], "govkit:credentials": "deactivate 2026-11-23"}
        keep_user(world, {**row, "Tags": begun})
    (step,) = due(planned(office))["deactivate"]
    assert step == ("disable", "access_key:team-20/idle/AKIA1IDLEXXXXXXXX")
    applies(office, "deactivate", 1)
    # The report may still say for four hours that the key is in use; there is nothing left to do.
    told = json.loads(office.does("credentials", "plan", "--format", "json").out)
    assert "deactivate" not in due(told)


def test_an_unused_password_is_deleted_and_one_used_again_is_stale(office: Desk) -> None:
    user(office, TEAM, "away", password=(90, 60), mfa=True, access_keys=((80, 60),))
    applies(office, "notify", 4)
    stays_in_use(office, LATER)
    four_hours_pass(office)
    told = planned(office)["stages"]["deactivate"]
    assert "login_profile:team-20/away" in {step["address"] for step in told["steps"]}
    applies(office, "deactivate", 5)
    with inside(office, TEAM) as world:
        assert users(world)[f"{TEAM}/away"]["Password"] == ""
    stays_in_use(office, LATEST)
    assert ("delete", "spare_user:team-20/away") in due(planned(office))["delete"]
    steps = planned(office)["stages"]["delete"]["steps"]
    applies(office, "delete", len(steps))
    with inside(office, TEAM) as world:
        assert f"{TEAM}/away" not in users(world)


@pytest.mark.parametrize("operation", ["TagUser", "UpdateAccessKey", "DeleteLoginProfile"])
@pytest.mark.parametrize("kind", [Kind.KILL, Kind.KILL_AFTER])
def test_killed_in_the_middle_of_a_stage_the_next_run_finishes_it(
    office: Desk, kind: Kind, operation: str
) -> None:
    user(office, TEAM, "away", password=(90, 60), access_keys=((80, 60),))
    applies(office, "notify", 4)
    stays_in_use(office, LATER)
    four_hours_pass(office)
    count = len(planned(office)["stages"]["deactivate"]["steps"])
    plant(office.sandbox, Fault(kind, operation))
    allowed = ("--yes", "--allow", f"credentials={count}")
    assert office.dies("credentials", "apply", "deactivate", *allowed) == signal.SIGKILL
    office.does("credentials", "apply", "deactivate", *allowed)
    with inside(office, TEAM) as world:
        assert not any(row["Active"] for row in keys(world).rows() if "OLD" not in row["Id"])
        assert users(world)[f"{TEAM}/away"]["Password"] == ""
        for name in ("away", "idle"):
            assert (
                users(world)[f"{TEAM}/{name}"]["Tags"]["govkit:credentials"]
                == f"deactivate {LATER}"
            )


def test_what_the_owner_mended_loses_its_tag(office: Desk) -> None:
    applies(office, "notify", 3)
    with inside(office, TEAM) as world:
        row = keys(world)["AKIA1OLDXXXXXXXXX"]
        keys(world).put(row["Id"], {**row, "Created": "2026-11-20T00:00:00.000Z"})
    assert due(planned(office)) == {"notify": [("delete", "credential_stage:team-20/old")]}


def test_a_layout_that_says_nothing_of_credentials_has_no_stages(office: Desk) -> None:
    office.layout(layout(password_policy={"minimum_length": 14}))
    ran = office.run("credentials", "plan")
    assert ran.code == 64
    assert "credentials: {max_unused_days: 45}" in ran.said
    office.layout(layout(credentials=CREDENTIALS))
    assert office.run("credentials", "apply", "burn").code == 64


def test_the_words_go_owner_by_owner(office: Desk) -> None:
    four_hours_pass(office)
    said = office.does("credentials", "plan").out
    assert said.splitlines()[0] == "Without an owner"
    assert "jane\n  team-20/idle: notify, due 2026-11-23" in said
    assert "Stage notify: 3 steps due" in said
    assert said.splitlines()[-1].endswith("credentials apply notify --allow credentials=3")


def test_only_a_part_is_staged_and_the_rest_keeps_its_tags(office: Desk) -> None:
    user(office, ACCOUNTS["team-21"], "idle", password=(60, 1), access_keys=((80, 50),))
    applies(office, "notify", 4)
    office.environment["GOVKIT_TODAY"] = "2026-11-24"
    four_hours_pass(office)
    told = json.loads(
        office.does("credentials", "plan", "--format", "json", "--only", "account:team-21").out
    )
    assert {one["account_key"] for one in told["users"]} == {"team-21"}
    assert due(told) == {}


def test_a_rollback_touches_no_credentials_and_says_so(office: Desk) -> None:
    applies(office, "notify", 3)
    stays_in_use(office, LATER)
    applies(office, "deactivate", 2)
    for run in json.loads(office.does("history", "--format", "json").out)["runs"]:
        ran = office.does("rollback", run["id"], "--yes")
        assert "a rollback touches no credentials" in ran.said
    with inside(office, TEAM) as world:
        assert not keys(world)["AKIA1IDLEXXXXXXXX"]["Active"]


def test_where_another_keeps_credentials_they_are_looked_at_and_no_stage_is_done(
    office: Desk,
) -> None:
    office.layout(layout(credentials={**CREDENTIALS, "managed_by": "observe"}))
    assert {one["user"] for one in planned(office)["users"]} == {"gone", "idle", "old"}
    ran = office.run("credentials", "apply", "notify", "--yes", "--allow", "credentials=9")
    assert ran.code == 4
    assert "managed_by: observe" in ran.err
