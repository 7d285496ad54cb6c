"""The way back from a run: what it touched, as it was, and nothing else."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant

LIVE: dict[str, Any] = {
    "ous": ["Old", "New"],
    "accounts": {"444444444444": {"name": "network", "ou": "Old"}},
    "tags": {"Old": {"theirs": "keep", "team": "before"}},
}
RCP = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
}


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        yield found


def _layout(**more: Any) -> dict[str, Any]:
    ous = {"Old": None, "New": None}
    return {"version": 1, "organization": {"id": "o-exampleorgid"}, "ous": ous, **more}


def _account(key: str = "network", **more: Any) -> dict[str, Any]:
    return {"accounts": {key: {"id": "444444444444", "ou": "Old", **more}}}


def _run(table: Desk, layout: dict[str, Any]) -> str:
    table.layout(layout)
    return _new_run(table, "apply", "--yes")


def _new_run(table: Desk, *arguments: str) -> str:
    folder = table.folder / ".govkit" / "runs"
    before = {*folder.iterdir()} if folder.exists() else set()
    table.does(*arguments)
    (made,) = {*folder.iterdir()} - before
    return made.stem


def _home(table: Desk) -> str:
    shot = json.loads(table.does("snapshot").out)
    return next(one["parent"] for one in shot["resources"] if one.get("name") == "network")


@pytest.mark.parametrize("later", [{}, _account("renamed", was="network")])
def test_an_account_goes_back_whatever_a_later_layout_calls_it(
    table: Desk, later: dict[str, Any]
) -> None:
    run = _run(table, _layout(**_account(ou="New")))
    assert _home(table) == "ou:/New"
    table.layout(_layout(**later))
    table.does("rollback", run, "--yes")
    assert _home(table) == "ou:/Old"
    assert len(json.loads(table.content())["accounts"]) == 2


def test_tags_of_others_survive_a_rollback(table: Desk) -> None:
    run = _run(table, _layout(ous={"Old": {"tags": {"team": "after", "tier": "prod"}}}))
    back = table.does("rollback", run, "--yes")
    assert "tags:ou:/Old: tier was given by the run beside others, and stays" in back.out
    (tags,) = json.loads(table.content())["tags"].values()
    assert tags["Tags"] == {"theirs": "keep", "team": "before", "tier": "prod"}


def test_tags_that_the_run_gave_where_it_gave_none_before_go_again(table: Desk) -> None:
    run = _run(table, _layout(ous={"Old": {"tags": {"tier": "prod"}}}))
    table.does("rollback", run, "--yes")
    (tags,) = json.loads(table.content())["tags"].values()
    assert tags["Tags"] == LIVE["tags"]["Old"]


def test_tags_go_back_though_the_layout_gives_none_any_more(table: Desk) -> None:
    """Who sees to the layout first, and rolls back then, must not be told that nothing is left."""
    tags = {"tags": {"tier": "prod"}}
    run = _run(table, _layout(**_account(**tags), ous={"Old": tags, "/": tags, "New": None}))
    table.layout(_layout())
    steps, staying = _planned(table, run)
    assert ([verb for verb, _ in steps], staying) == (["untag"] * 3, "")
    table.does("rollback", run, "--yes")
    (tags,) = json.loads(table.content())["tags"].values()
    assert tags["Tags"] == LIVE["tags"]["Old"]


def test_a_policy_type_that_the_run_enabled_stays_and_the_rest_goes_back(table: Desk) -> None:
    guardrail = {"type": "rcp", "policy": RCP, "attach": ["Old"]}
    run = _run(table, _layout(guardrails={"org-only": guardrail}))
    back = table.does("rollback", run, "--yes")
    assert "policy_type:rcp was enabled by the run and stays" in back.out
    left = json.loads(table.content())
    assert "RESOURCE_CONTROL_POLICY" in left["policy_types"]
    assert "org-only" not in [policy["Name"] for policy in left["policies"].values()]


def test_a_closed_account_is_not_opened_again(table: Desk) -> None:
    run = _run(table, _layout(**_account(close=True)))
    table.layout(_layout(**_account()))
    back = table.does("rollback", run, "--yes")
    assert "account:network is PENDING_CLOSURE and stays so" in back.out
    assert "Nothing to do." in back.err


def test_an_account_that_is_not_there_any_more_is_not_created(table: Desk) -> None:
    run = _run(table, _layout(**_account(ou="New")))
    state = json.loads(table.content())
    del state["accounts"]["444444444444"]
    (table.sandbox / "organizations.json").write_text(json.dumps(state))
    table.layout(_layout())
    back = table.does("rollback", run, "--yes")
    assert "a rollback creates no account" in back.out
    assert "Nothing to do." in back.err


def test_only_part_of_a_run_goes_back_where_only_that_is_asked_for(table: Desk) -> None:
    ous = {"Old": None, "New": None, "One": None, "Two": None}
    run = _run(table, _layout(ous=ous))
    table.does("rollback", run, "--yes", "--only", "ou:One")
    names = {row["Name"] for row in json.loads(table.content())["ous"].values()}
    assert names == {"Old", "New", "Two"}


def test_a_run_of_another_organization_is_not_rolled_back_here(table: Desk) -> None:
    run = _run(table, _layout(ous={"Old": None, "New": None, "More": None}))
    other = replace(SETTINGS, organization="o-otherorgid1")
    shutil.rmtree(table.sandbox)
    build({"ous": ["Old", "New", "More"]}, table.sandbox, other)
    layout = {**_layout(), "organization": {"id": "o-otherorgid1"}}
    layout["ous"] = {"Old": None, "New": None, "More": None}
    table.layout(layout)
    content = table.content()
    ran = table.run("rollback", run, "--yes")
    assert ran.code == 4, ran.said
    assert "A run of another organization" in ran.err
    assert table.content() == content


def test_a_run_whose_journal_was_changed_is_not_rolled_back(table: Desk) -> None:
    run = _run(table, _layout(ous={"Old": None, "New": None, "More": None}))
    journal = table.folder / ".govkit" / "runs" / f"{run}.jsonl"
    journal.write_text(journal.read_text().replace("ou:/More", "ou:/Mine", 1))
    content = table.content()
    ran = table.run("rollback", run, "--yes")
    assert ran.code == 1, ran.said
    assert "The journal does not hang together" in ran.err
    assert table.content() == content


def test_another_organization_is_refused_until_it_is_allowed_by_name(table: Desk) -> None:
    table.layout({**_layout(), "organization": {"id": "o-otherorgid1"}})
    assert table.run("apply", "--yes").code == 4
    assert table.run("plan", "--allow", "organization=1").code == 0


def test_in_another_organization_that_is_said_before_what_it_lacks(table: Desk) -> None:
    nobody = {"accounts": {"nobody": {"id": "555555555555", "ou": "Old"}}}
    table.layout({**_layout(**nobody), "organization": {"id": "o-otherorgid1"}})
    for command in ("plan", "drift"):
        ran = table.run(command)
        assert ran.code == 4, ran.said
        assert "describes organization o-otherorgid1" in ran.err


# --- what happened since, and what is gone -----------------------------------------------------


DENY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}


def _guarded(**more: Any) -> dict[str, Any]:
    keep = {"policy": DENY, "attach": ["Old", "New"], **more}
    return _layout(guardrails={"keep": keep})


def _codes(table: Desk, run: str) -> list[tuple[str, str]]:
    text = table.does("rollback", run, "--dry-run", "--allow", "max_deletes=9").out
    return re.findall(r"warning (GK\d+)  (\S+)", text)


def test_what_somebody_changed_since_is_told_before_it_is_taken_away(table: Desk) -> None:
    run = _run(table, _guarded())
    weaker = json.dumps(DENY).replace("DeleteBucket", "GetObject")
    changes.edit_policy(Console(table.sandbox), "keep", content=weaker)
    assert ("GK321", "policy:scp/keep") in _codes(table, run)
    table.does("rollback", run, "--yes", "--allow", "max_deletes=9")
    names = {row["Name"] for row in json.loads(table.content())["policies"].values()}
    assert "keep" not in names


def test_what_goes_back_by_hand_meanwhile_is_no_change_and_nothing_to_do(table: Desk) -> None:
    run = _run(table, _layout(**_account(ou="New")))
    changes.move_account(Console(table.sandbox), "network", "Old")
    assert _codes(table, run) == []
    assert "Nothing to do." in table.does("rollback", run, "--yes").err


def test_a_policy_that_the_run_deleted_is_made_anew_and_attached_again(table: Desk) -> None:
    _run(table, _guarded())
    run = _run(table, _layout(guardrails={"keep": {"absent": True}}))
    assert ("GK322", "policy:scp/keep") in _codes(table, run)
    table.does("rollback", run, "--yes")
    table.layout(_guarded())
    assert "No changes." in table.does("plan").out


def test_an_ou_that_the_run_deleted_comes_back_with_what_was_attached(table: Desk) -> None:
    _run(table, _layout(**_account(ou="New"), guardrails=_guarded()["guardrails"]))
    less = {"keep": {"policy": DENY, "attach": ["New"]}}
    ous = {"Old": {"absent": True}, "New": None}
    run = _run(table, {**_layout(**_account(ou="New"), guardrails=less), "ous": ous})
    assert "Old" not in [row["Name"] for row in json.loads(table.content())["ous"].values()]
    assert ("GK322", "ou:/Old") in _codes(table, run)
    table.does("rollback", run, "--yes")
    table.layout(_layout(**_account(ou="New"), guardrails=_guarded()["guardrails"]))
    assert "No changes." in table.does("plan").out


NEWER = {"after", "takes"}  # what a call's line did not have


def _killed_run(table: Desk, fault: Kind, operation: str) -> str:
    table.layout(_guarded())
    plant(table.sandbox, Fault(fault, operation, times=1))
    assert table.dies("apply", "--yes") > 0
    clear(table.sandbox)
    return max((table.folder / ".govkit" / "runs").iterdir()).stem


def _names(table: Desk) -> list[str]:
    shot = json.loads(table.does("snapshot").out)["resources"]
    return [one["name"] for one in shot if one["kind"] == "policy" and not one["aws_managed"]]


@pytest.mark.parametrize("operation", ["CreatePolicy", "AttachPolicy"])
@pytest.mark.parametrize("fault", [Kind.KILL, Kind.KILL_AFTER])
def test_a_run_killed_in_the_middle_of_a_step_goes_back_all_the_way(
    table: Desk, fault: Kind, operation: str
) -> None:
    """Whether the call took is looked up; where it did, that is said."""
    run = _killed_run(table, fault, operation)
    took = fault is Kind.KILL_AFTER
    assert [code for code, _ in _codes(table, run)] == (["GK323"] if took else [])
    table.does("rollback", run, "--yes")
    assert _names(table) == []


def test_what_finished_a_killed_run_and_that_go_back_together(table: Desk) -> None:
    """The second run found the step of the first done: it is the first one's to take back."""
    first = _killed_run(table, Kind.KILL_AFTER, "AttachPolicy")
    second = _new_run(table, "apply", "--yes")
    table.does("rollback", second, "--yes")
    table.does("rollback", first, "--yes")
    assert _names(table) == []


def test_what_aws_refused_a_run_is_not_its_to_take_back(table: Desk) -> None:
    table.layout(_guarded())
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "AttachPolicy", skip=1))
    assert table.run("apply", "--yes").code == 6
    first = max((table.folder / ".govkit" / "runs").iterdir()).stem
    table.does("apply", "--yes")
    steps, staying = _planned(table, first)
    assert [verb for verb, _ in steps] == ["detach"]
    assert "policy:scp/keep was made by the run and stays: attachment:scp/keep@ou:/" in staying


def test_a_step_that_an_older_journal_does_not_tell_is_left_out_and_that_is_said(
    table: Desk,
) -> None:
    run = _killed_run(table, Kind.KILL_AFTER, "AttachPolicy")
    path = table.folder / ".govkit" / "runs" / f"{run}.jsonl"
    told = [json.loads(line) for line in path.read_text().splitlines()]
    before, lines = told[0]["prev"], []
    for one in told:
        older = one if one["entry"] != "calling" else {k: one[k] for k in one if k not in NEWER}
        lines.append(json.dumps({**older, "prev": before}))
        before = hashlib.sha256(lines[-1].encode()).hexdigest()
    path.write_text("".join(f"{line}\n" for line in lines))
    assert [code for code, _ in _codes(table, run)] == ["GK303", "GK323"]
    said = table.run("rollback", run, "--dry-run").out
    assert "ended while it was at attachment:scp/keep@ou:/" in said
    assert "leaves it out" in said


def test_a_rollback_can_be_rolled_back(table: Desk) -> None:
    first = _run(table, _guarded())
    back = _new_run(table, "rollback", first, "--yes", "--allow", "max_deletes=9")
    table.does("rollback", back, "--yes")
    assert "No changes." in table.does("plan").out


def test_what_a_pin_keeps_off_no_rollback_attaches(table: Desk) -> None:
    _run(table, _guarded())
    run = _run(table, _guarded(attach=["Old"]))
    by = Console(table.sandbox)
    changes.attach(by, "keep", "New")
    table.does("detach", "keep", "--from", "New", "--reason", "INC-7", "--yes")
    ran = table.does("rollback", run, "--yes")
    assert "keep is pinned off ou:/New" in ran.out
    assert "Nothing to do." in ran.err


# --- what later runs built upon, or took away ------------------------------------------------------


KEEP = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}],
}


def _keep(*attach: str) -> dict[str, Any]:
    return {"guardrails": {"keep": {"policy": KEEP, "attach": list(attach)}}}


def _planned(table: Desk, run: str) -> tuple[list[tuple[str, str]], str]:
    """Return the steps of a rollback, and what its findings of what stays say."""
    ran = table.does("rollback", run, "--dry-run")
    told = re.findall(r"(?m)^ +\d+  [-+~>] (\w+) +(.*?)  ", ran.out)
    return told, "\n".join(line for line in ran.out.splitlines() if "GK303" in line)


def test_a_policy_that_a_later_run_attached_elsewhere_stays(table: Desk) -> None:
    run = _run(table, _layout(**_keep("Old")))
    _run(table, _layout(**_keep("Old", "New")))
    steps, staying = _planned(table, run)
    assert steps == [("detach", "SCP keep from OU /Old")]
    assert "policy:scp/keep was made by the run and stays: attachment:scp/keep@ou:/New" in staying
    table.does("rollback", run, "--yes")
    assert "has nothing to do" in table.does("rollback", run, "--yes").out


def test_a_policy_goes_with_the_pin_that_it_bears(table: Desk) -> None:
    """A pin is a tag of the policy: AWS deletes both at once."""
    run = _run(table, _layout(**_keep("Old", "New")))
    table.does("detach", "keep", "--from", "Old", "--reason", "INC-7", "--yes")
    steps, staying = _planned(table, run)
    assert ([verb for verb, _ in steps], staying) == (["detach", "delete"], "")
    table.does("rollback", run, "--yes")
    assert _names(table) == []


def test_trusted_access_that_a_delegation_or_a_policy_type_stands_on_stays(table: Desk) -> None:
    """To disable it would take the administrator along; of a type AWS refuses it."""
    inspector = "inspector2.amazonaws.com"
    services: dict[str, Any] = {"trusted_access": ["config.amazonaws.com", inspector]}
    scans = {
        "type": "inspector",
        "policy": {"inspector": {"enablement": {}}},
        "attach": ["Old"],
    }
    run = _run(table, _layout(**_account(), services=services, guardrails={"scans": scans}))
    services["delegated_administrators"] = {"network": ["config.amazonaws.com"]}
    _run(table, _layout(**_account(), services=services, guardrails={"scans": scans}))
    steps, staying = _planned(table, run)
    assert [verb for verb, _ in steps] == ["detach", "delete"]
    assert "delegated_administrator:config.amazonaws.com/network needs it" in staying
    assert (
        f"trusted_access:{inspector} was made by the run and stays: policy_type:inspector"
        in staying
    )
    table.does("rollback", run, "--yes")


def test_what_nobody_could_look_at_is_told_as_by_plan(table: Desk) -> None:
    """Whether there is anything left to take back is not known then."""
    run = _run(table, _layout(services={"trusted_access": ["config.amazonaws.com"]}))
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListAWSServiceAccessForOrganization"))
    said = table.does("rollback", run, "--dry-run").out
    assert re.search("GK304 .*Could not look, so nothing is planned for it: trusted_access", said)
    assert "trusted_access: 1 that the run touched stays as it is" in said


def test_what_nobody_could_look_at_is_not_made_anew(table: Desk) -> None:
    services: dict[str, Any] = {"trusted_access": ["config.amazonaws.com"]}
    _run(table, _layout(services=services))
    services["trusted_access"] = [{"service": "config.amazonaws.com", "absent": True}]
    run = _run(table, _layout(services=services))
    assert len(_planned(table, run)[0]) == 1
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListAWSServiceAccessForOrganization"))
    assert _planned(table, run)[0] == []


def test_what_stood_on_what_is_gone_stays_as_it_is_and_is_told(table: Desk) -> None:
    """An account does not go back to an OU that is not there, nor a policy to such a target."""
    _run(table, _layout(**_account(), **_keep("Old", "New")))
    run = _run(table, _layout(**_account(ou="New"), **_keep("New")))
    ous = {"Old": {"absent": True}, "New": None}
    later = _run(table, {**_layout(**_account(ou="New"), **_keep("New")), "ous": ous})
    steps, staying = _planned(table, run)
    assert steps == []
    assert "account:network stays as it is: how it was, it stood on ou:/Old" in staying
    assert "attachment:scp/keep@ou:/Old stays as it is" in staying
    assert "Nothing to do." in table.does("rollback", run, "--yes").err
    table.does("rollback", later, "--yes")
    assert len(_planned(table, run)[0]) == 2
    table.does("rollback", run, "--yes")
    assert _home(table) == "ou:/Old"


def test_what_a_run_did_at_a_place_goes_back_whatever_the_place_is_called_by_now(
    table: Desk,
) -> None:
    """An attachment, an administrator and tags have no IDs of their own: what they stand on has."""
    services: dict[str, Any] = {"trusted_access": ["config.amazonaws.com"]}
    _run(table, _layout(**_account(), services=services, **_keep("New")))
    services["delegated_administrators"] = {"network": ["config.amazonaws.com"]}
    tagged = {"Old": {"tags": {"tier": "prod"}}, "New": None}
    more = {**_account(), **_keep("New", "Old"), "services": services, "ous": tagged}
    run = _run(table, _layout(**more))
    services["delegated_administrators"] = {"renamed": ["config.amazonaws.com"]}
    older = {"Older": {"was": "/Old", "tags": {"tier": "prod"}}, "New": None}
    later = {**_account("renamed", was="network", ou="Older"), **_keep("New", "Older")}
    _run(table, _layout(**later, services=services, ous=older))
    steps, staying = _planned(table, run)
    assert {verb for verb, _ in steps} == {"detach", "deregister", "untag"}
    assert ("detach", "SCP keep from OU /Older") in steps
    assert staying == ""
    table.does("rollback", run, "--yes")
    assert _planned(table, run)[0] == []


def test_an_account_goes_back_to_where_it_was_whatever_that_is_called_by_now(table: Desk) -> None:
    _run(table, _layout(**_account(), **_keep("Old")))
    run = _run(table, _layout(**_account(ou="New"), **_keep("New")))
    ous = {"Older": {"was": "/Old"}, "New": None}
    _run(table, {**_layout(**_account(ou="New"), **_keep("New")), "ous": ous})
    steps, staying = _planned(table, run)
    assert ([verb for verb, _ in steps], staying) == (["attach", "move", "detach"], "")
    table.does("rollback", run, "--yes")
    assert _home(table) == "ou:/Older"


def test_an_attachment_of_a_policy_that_is_gone_is_not_brought_back(table: Desk) -> None:
    _run(table, _layout(**_keep("Old", "New")))
    run = _run(table, _layout(**_keep("New")))
    _run(table, _layout(guardrails={"keep": {"absent": True}}))
    steps, staying = _planned(table, run)
    assert (steps, "it stood on policy:scp/keep" in staying) == ([], True)


def test_a_step_of_a_rollback_says_which_run_it_goes_back_from(table: Desk) -> None:
    """No line of the layout asks for it, and the layout's words for it would be wrong."""
    run = _run(table, _layout(**_keep("Old")))
    told = table.does("rollback", run, "--dry-run").out
    assert told.count(f"as before run {run}") == 2
    assert "no rendering" not in told
    assert "org_layout.yaml:" not in told


# --- reviewed, ticketed, by shares -----------------------------------------------------------------


def _begin(table: Desk) -> dict[str, Any]:
    runs = (table.folder / ".govkit" / "runs").iterdir()
    newest = max(runs, key=lambda one: one.stat().st_mtime_ns)  # names tell it to the second alone
    found: dict[str, Any] = json.loads(newest.read_text().splitlines()[0])
    return found


def test_a_way_back_that_was_reviewed_is_what_is_done(table: Desk) -> None:
    run = _run(table, _guarded())
    told = table.does("rollback", run, "--dry-run").out
    (fingerprint,) = re.findall(r"(?m)^Fingerprint: (sha256:\w+)$", told)
    changes.attach(Console(table.sandbox), "keep", "/")
    ran = table.run("rollback", run, "--yes", "--expect", fingerprint)
    assert ran.code == 5, ran.said  # the policy would stay now
    changes.detach(Console(table.sandbox), "keep", "/")
    table.does("rollback", run, "--yes", "--expect", fingerprint, "--change", "SEC-7")
    assert (_names(table), _begin(table)["ticket"]) == ([], "SEC-7")


def test_a_reviewed_way_back_that_was_stopped_is_finished_by_the_same_command(table: Desk) -> None:
    run = _run(table, _guarded())
    told = table.does("rollback", run, "--dry-run").out
    (fingerprint,) = re.findall(r"(?m)^Fingerprint: (sha256:\w+)$", told)
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "DetachPolicy", skip=1))
    assert table.run("rollback", run, "--yes", "--expect", fingerprint).code == 6
    table.does("rollback", run, "--yes", "--expect", fingerprint)
    assert _names(table) == []


def test_a_way_back_is_gone_by_shares_and_says_whose_turn_it_is(table: Desk) -> None:
    ous = {"Old": None, "New": None, "More": None}
    keep = {"keep": {"policy": DENY, "attach": ["Old"]}}
    run = _run(table, {**_layout(**_account(ou="More"), guardrails=keep), "ous": ous})
    ran = table.does("rollback", run, "--yes", "--authority", "policies")
    assert f"rollback {run} --authority structure" in ran.out
    assert (_names(table), _home(table)) == ([], "ou:/More")
    assert _begin(table)["asked"]["authority"] == "policies"
    table.does("rollback", run, "--yes", "--authority", "structure")
    assert _home(table) == "ou:/Old"


def test_a_part_of_a_way_back_is_not_taken_for_all_of_it(table: Desk) -> None:
    run = _run(table, _guarded())
    table.does("rollback", run, "--yes", "--only", "ou:Old")
    assert _begin(table)["asked"]["only"] == ["ou:Old"]
