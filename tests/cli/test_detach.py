"""The emergency brake: off at once, pinned for a while, fought by nobody, and drift afterwards."""

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import yaml
from terminal import SETTINGS, TODAY, Desk, build, desk
from walk import as_the_hint_says, sandbox_api

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.making import configure, new
from govkit.sandbox.random_organization import Size

WHY = ("--reason", "INC-7: payments can't deploy")
BUCKETS = "attachment:scp/keep-buckets@ou:/Workloads"


def _pull(table: Desk, guardrail: str, target: str, *more: str) -> Any:
    return table.run("detach", guardrail, "--from", target, *WHY, "--yes", *more)


def _shot(table: Desk) -> Any:
    return json.loads(table.does("snapshot").out)


def _attached(table: Desk) -> set[tuple[str, str]]:
    shot = _shot(table)["resources"]
    names = {f"policy:scp/{_id(one)}": one["name"] for one in shot if one["kind"] == "policy"}
    held = [one for one in shot if one["kind"] == "attachment"]
    return {(names.get(one["policy"], one["policy"]), one["target"]) for one in held}


def _id(policy: Any) -> str:
    return str(policy["address"]).rpartition("/")[2]


def _steps(table: Desk, *more: str) -> list[tuple[str, str]]:
    told = json.loads(table.does("plan", "-f", "json", *more).out)
    return [(step["action"], step["address"]) for step in told["steps"]]


def _drift(table: Desk) -> tuple[int, Any]:
    ran = table.run("drift", "-f", "json")
    return ran.code, json.loads(ran.out)


def test_what_is_taken_off_is_pinned_and_no_apply_puts_it_back(done: Desk) -> None:
    before = _attached(done)
    ran = _pull(done, "keep-buckets", "/Workloads", "--pin", "2h")
    assert ran.code == 0, ran.said
    assert "Detached keep-buckets" in ran.out
    assert before - _attached(done) == {("keep-buckets", "ou:/Workloads")}
    assert _steps(done) == []
    made = json.loads(done.does("plan", "-f", "json").out)
    (finding,) = [one for one in made["findings"] if one["code"] == "GK320"]
    assert "INC-7: payments can t deploy" in finding["message"]
    assert "Nothing to do." in done.does("apply", "--yes").err


def test_a_pin_ends_early_by_the_command_that_the_plan_names(done: Desk) -> None:
    _pull(done, "keep-buckets", "/Workloads", "--pin", "2h")
    made = json.loads(done.does("plan", "-f", "json").out)
    (finding,) = [one for one in made["findings"] if one["code"] == "GK320"]
    as_the_hint_says(finding["hint"], sandbox_api(done.sandbox))
    assert _steps(done) == [("attach", BUCKETS)]


def test_drift_reports_it_apart_as_pinned_and_is_not_in_sync(done: Desk) -> None:
    _pull(done, "keep-buckets", "/Workloads")
    code, told = _drift(done)
    assert (code, told["in_sync"]) == (2, False)
    (item,) = told["drift"]
    assert (item["address"], item["change"], item["meaning"]) == (BUCKETS, "missing", "weakens")
    assert item["pinned"]["reason"] == "INC-7: payments can t deploy"
    assert item["pinned"]["who"] == "administrator/sandbox"
    assert item["pinned"]["until"].startswith(TODAY) or item["pinned"]["until"] > TODAY
    text = done.run("drift").out
    assert "Pinned: taken off in an emergency" in text
    assert f"pinned until {item['pinned']['until']} by administrator/sandbox" in text
    assert "Drift: 1 missing; 1 weakens protection; 1 pinned. No plan touches that" in text
    assert "pinned until" in done.run("drift", "-f", "markdown").out


def test_what_is_pinned_is_not_to_be_named_in_the_layout(done: Desk) -> None:
    (done.folder / "odd.json").write_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a4b:*", "Resource": "*"}}'
    )
    done.does("sandbox", "change", "create-policy", "odd", "odd.json")
    done.does("sandbox", "change", "attach", "odd", "Workloads/Prod")
    assert done.run("drift").out.endswith("name it in the layout, or remove it.\n")
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    assert done.run("drift").out.endswith("or remove it; what is pinned waits for its end.\n")


def test_afterwards_it_is_drift_and_reattached_in_a_reviewed_step_that_clears_the_tag(
    done: Desk,
) -> None:
    before = _attached(done)
    _pull(done, "keep-buckets", "/Workloads", "--pin", "24h")
    done.environment["GOVKIT_TODAY"] = "2026-11-26"
    code, told = _drift(done)
    assert (code, [(one["address"], one["pinned"]) for one in told["drift"]]) == (
        2,
        [(BUCKETS, None)],
    )
    assert _steps(done) == [
        ("attach", BUCKETS),
        ("unpin", "pin:scp/keep-buckets@ou:/Workloads"),
    ]
    done.does("apply", "--yes")
    assert _attached(done) == before
    assert _steps(done) == []
    assert "govkit:pin:" not in done.content().decode()


def _pinned(table: Desk) -> Any:
    _, told = _drift(table)
    (item,) = told["drift"]
    return item["pinned"]


@pytest.mark.parametrize("name", ["keep-buckets", "its ID"])
def test_the_same_again_gives_a_pin_a_new_end_and_a_new_reason(done: Desk, name: str) -> None:
    """A shorter one as well; the policy stays off, and nothing else is written."""
    _pull(done, "keep-buckets", "/Workloads", "--pin", "2h")
    (given,) = [_id(one) for one in _shot(done)["resources"] if one.get("name") == "keep-buckets"]
    first, attached = _pinned(done), _attached(done)
    again = ("detach", given if name == "its ID" else name, "--from", "/Workloads", "--yes")
    ran = done.run(*again, "--pin", "8h", "--reason", "INC-7 goes on")
    assert ran.code == 0, ran.said
    assert f"It is off already, pinned until {first['until']}" in ran.err
    assert "Kept off: keep-buckets" in ran.out
    assert _pinned(done)["until"] > first["until"]
    assert _pinned(done)["reason"] == "INC-7 goes on"
    assert done.run(*again, "--pin", "1h", "--reason", "over soon").code == 0
    assert _pinned(done)["until"] < first["until"]
    assert (_attached(done), _steps(done)) == (attached, [])
    assert done.run(*again, "--pin", "25h", "--reason", "long").code == 64


def test_a_pin_that_has_ended_is_renewed_until_the_policy_is_attached_again(done: Desk) -> None:
    """The emergency goes on, and nothing was applied in between."""
    _pull(done, "keep-buckets", "/Workloads", "--pin", "24h")
    done.environment["GOVKIT_TODAY"] = "2026-11-26"
    assert _steps(done) != []
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    assert _steps(done) == []


def test_a_guardrail_whose_policy_has_another_name_is_renewed_by_its_key(done: Desk) -> None:
    path = done.folder / "org_layout.yaml"
    layout = yaml.safe_load(path.read_text())
    layout["guardrails"]["keep-buckets"]["name"] = "Buckets stay"
    done.layout(layout)
    done.does("apply", "--yes")
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    first = _pinned(done)
    assert _pull(done, "keep-buckets", "/Workloads", "--pin", "8h").code == 0
    assert _pinned(done)["until"] > first["until"]


def test_a_policy_that_somebody_attached_again_meanwhile_is_not_said_to_be_off(done: Desk) -> None:
    _pull(done, "keep-buckets", "/Workloads", "--pin", "2h")
    shot = _shot(done)
    (given,) = [_id(one) for one in shot["resources"] if one.get("name") == "keep-buckets"]
    theirs = {"PolicyId": given, "TargetId": shot["ids"]["ou:/Workloads"]}
    before = _pinned(done)
    change = ("AttachPolicy", theirs)
    plant(done.sandbox, Fault(Kind.FOREIGN_CHANGE, "ListPolicies", change=change))
    ran = _pull(done, "keep-buckets", "/Workloads", "--pin", "8h")
    assert ran.code == 5, ran.said
    assert "it was off, and is attached now" in ran.err
    assert before["until"] in done.content().decode()
    assert _pull(done, "keep-buckets", "/Workloads").code == 0


def test_a_tag_that_says_no_end_is_no_pin(done: Desk) -> None:
    """Somebody else wrote it: the policy was never there."""
    shot = _shot(done)
    (given,) = [_id(one) for one in shot["resources"] if one.get("name") == "keep-keys"]
    tag = {f"govkit:pin:{shot['ids']['root:/']}": "for ever"}
    changes.tag(Console(done.sandbox), given, tag)
    before = done.content()
    assert _pull(done, "keep-keys", "/").code == 64
    assert done.content() == before


def test_a_policy_is_pinned_off_several_targets_at_once(done: Desk) -> None:
    for target in ("/Workloads/Prod", "333333333333"):
        assert _pull(done, "keep-keys", target).code == 0
    _, told = _drift(done)
    assert {one["address"] for one in told["drift"] if one["pinned"]} == {
        "attachment:scp/keep-keys@ou:/Workloads/Prod",
        "attachment:scp/keep-keys@account:audit",
    }
    assert _steps(done) == []


@pytest.mark.parametrize(
    "target", ["333333333333", "audit", "aws+audit@example.com", "account:audit"]
)
def test_an_account_is_named_by_id_name_or_email(done: Desk, target: str) -> None:
    before = _attached(done)
    assert _pull(done, "keep-keys", target).code == 0
    assert before - _attached(done) == {("keep-keys", "account:333333333333")}


def test_targets_and_policies_are_also_named_by_their_ids(done: Desk) -> None:
    shot = _shot(done)
    ids = shot["ids"]
    (given,) = [_id(one) for one in shot["resources"] if one.get("name") == "keep-buckets"]
    assert _pull(done, given, ids["ou:/Workloads"]).code == 0
    assert _pull(done, "cost-tags", ids["root:/"]).code == 0
    _, told = _drift(done)
    assert [bool(one["pinned"]) for one in told["drift"]] == [True, True]


def test_it_needs_no_layout_no_store_and_no_lock(done: Desk) -> None:
    (done.folder / "org_layout.yaml").write_text("version: 7\n")
    kept = {path.name: path.stat().st_mtime_ns for path in (done.folder / ".govkit").rglob("*")}
    assert _pull(done, "keep-buckets", "Workloads").code == 0
    (done.folder / "org_layout.yaml").unlink()
    assert _pull(done, "keep-keys", "Workloads/Prod").code == 0
    after = {path.name: path.stat().st_mtime_ns for path in (done.folder / ".govkit").rglob("*")}
    assert after == kept


# --- killed in between -------------------------------------------------------------------------


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("kind", [Kind.KILL, Kind.KILL_AFTER])
def test_a_kill_leaves_nothing_that_the_next_apply_fights_and_the_same_again_finishes(
    done: Desk, kind: Kind, skip: int
) -> None:
    before = _attached(done)
    plant(done.sandbox, Fault(kind, "write", skip=skip, times=1))
    arguments = ("detach", "keep-buckets", "--from", "/Workloads", *WHY, "--yes")
    assert done.dies(*arguments) > 0
    clear(done.sandbox)
    assert _steps(done) == []
    assert "Nothing to do." in done.does("apply", "--yes").err
    ran = done.run(*arguments)
    assert ran.code == 0, ran.said
    assert before - _attached(done) == {("keep-buckets", "ou:/Workloads")}


@pytest.mark.parametrize("kind", [Kind.CONNECTION_LOST_AFTER, Kind.SERVICE_ERROR_AFTER])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_lost_answer_is_looked_up(done: Desk, kind: Kind, skip: int) -> None:
    plant(done.sandbox, Fault(kind, "write", skip=skip, times=1))
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    assert _steps(done) == []


def test_stopped_between_the_two_it_says_so(done: Desk) -> None:
    plant(done.sandbox, Fault(Kind.ACCESS_DENIED, "DetachPolicy", times=1))
    ran = _pull(done, "keep-buckets", "/Workloads")
    assert ran.code == 6
    assert "may be pinned and still attached" in ran.err
    plant(done.sandbox, Fault(Kind.ACCESS_DENIED, "TagResource", times=1))
    assert _pull(done, "keep-buckets", "/Workloads", "--pin", "3h").code == 7
    assert _pull(done, "keep-buckets", "/Workloads", "--pin", "1h").code == 0


def test_who_it_was_is_no_reason_to_wait(done: Desk) -> None:
    plant(done.sandbox, Fault(Kind.ACCESS_DENIED, "GetCallerIdentity", times=9))
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    _, told = _drift(done)
    assert told["drift"][0]["pinned"]["who"] not in {"", "administrator/sandbox"}


# --- refused -----------------------------------------------------------------------------------


DENY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
}
ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def _only(table: Desk, **policies: Any) -> None:
    build(
        {
            "ous": ["Work"],
            "policies": {
                name: {"says": says, "attach": ["Work"]} for name, says in policies.items()
            },
        },
        table.sandbox,
    )
    changes.detach(Console(table.sandbox), "FullAWSAccess", "Work")


def test_the_last_scp_is_never_taken_off(bare: Desk) -> None:
    _only(bare, open=ALLOW)
    before = bare.content()
    ran = _pull(bare, "open", "Work")
    assert ran.code == 4
    assert "open is the last scp on /Work" in ran.err
    assert "aws organizations attach-policy" in ran.err
    assert bare.content() == before


def test_nor_the_last_one_that_allows(bare: Desk) -> None:
    _only(bare, open=ALLOW, shut=DENY)
    before = bare.content()
    ran = _pull(bare, "open", "Work")
    assert ran.code == 4
    assert "every request" in ran.err
    assert bare.content() == before
    assert _pull(bare, "shut", "Work").code == 0


@pytest.mark.parametrize(
    ("call", "skip", "code"), [("ListPoliciesForTarget", 1, 5), ("TagResource", 0, 6)]
)
def test_nor_one_that_became_the_last_to_allow_while_somebody_was_asked(
    bare: Desk, call: str, skip: int, code: int
) -> None:
    _only(bare, open=ALLOW, wide=ALLOW, shut=DENY)
    target = re.search(r"ou-[0-9a-z]{4}-[0-9a-z]{8}", bare.content().decode())
    ids = {one["name"]: _id(one) for one in _shot(bare)["resources"] if one["kind"] == "policy"}
    assert target is not None
    theirs = {"PolicyId": ids["wide"], "TargetId": target[0]}
    change = ("DetachPolicy", theirs)
    plant(bare.sandbox, Fault(Kind.FOREIGN_CHANGE, call, skip=skip, times=1, change=change))
    ran = _pull(bare, "open", "Work")
    assert ran.code == code, ran.said
    assert f"relies on attachment:scp/{ids['wide']}@ou:/Work" in ran.err
    assert "Run the same command again" in ran.err
    assert ("open", "ou:/Work") in _attached(bare)
    assert _pull(bare, "open", "Work").code == 4


def test_nor_what_aws_attached_itself(done: Desk) -> None:
    ran = _pull(done, "FullAWSAccess", "/Workloads")
    assert ran.code == 4
    assert "it is no guardrail" in ran.err


@pytest.mark.parametrize(
    ("guardrail", "target", "said"),
    [
        ("keep-buckets", "/Nowhere", "There is no /Nowhere"),
        ("keep-buckets", "/Workloads/Nowhere", "There is no /Workloads/Nowhere"),
        ("keep-buckets", "nobody@example.com", "There is no nobody@example.com"),
        ("keep-buckets", "nobody", "There is no nobody"),
        ("keep-buckets", "999999999999", "AWS does not know 999999999999"),
        ("keep-bucket", "/Workloads", "Attached are: keep-buckets"),
        ("keep-keys", "/", "Attached are: cost-tags"),
    ],
)
def test_what_is_not_there_is_named(done: Desk, guardrail: str, target: str, said: str) -> None:
    before = done.content()
    ran = _pull(done, guardrail, target)
    assert ran.code == 64
    assert said in ran.err
    assert done.content() == before


@pytest.mark.parametrize("span", ["25h", "0m", "4", "1d", "1441m", "-1h", ""])
def test_no_pin_is_longer_than_a_day(done: Desk, span: str) -> None:
    before = done.content()
    ran = _pull(done, "keep-buckets", "/Workloads", f"--pin={span}")
    assert ran.code == 64
    assert "at most 24h" in ran.err
    assert done.content() == before


def test_a_reason_is_asked_for(done: Desk) -> None:
    for reason in ([], ["--reason", " ! "]):
        ran = done.run("detach", "keep-buckets", "--from", "/Workloads", "--yes", *reason)
        assert ran.code == 64


def test_two_accounts_of_one_name_are_told_apart_by_their_ids(bare: Desk) -> None:
    accounts = {
        "333333333333": {"name": "twin"},
        "444444444444": {"name": "twin", "email": "t@x.y"},
    }
    build(
        {
            "accounts": accounts,
            "policies": {"shut": {"says": DENY, "attach": ["333333333333"]}},
        },
        bare.sandbox,
    )
    ran = _pull(bare, "shut", "twin")
    assert ran.code == 64
    assert "333333333333, 444444444444" in ran.err
    assert _pull(bare, "shut", "333333333333").code == 0


def test_a_variant_is_meant_by_its_guardrail_unless_both_are_there(bare: Desk) -> None:
    def tagged(guardrail: str, *attach: str) -> Any:
        return {"says": DENY, "tags": {"govkit:guardrail": guardrail}, "attach": list(attach)}

    policies = {"deny.a": tagged("deny.a", "A", "B"), "deny.b": tagged("deny.b", "B")}
    build({"ous": ["A", "B"], "policies": policies}, bare.sandbox)
    assert _pull(bare, "deny", "A").code == 0
    ran = _pull(bare, "deny", "B")
    assert ran.code == 64
    assert "deny.a (p-" in ran.err
    assert _pull(bare, "deny.b", "B").code == 0


def test_without_a_terminal_and_a_yes_nothing_is_done(done: Desk) -> None:
    before = done.content()
    ran = done.run("detach", "keep-buckets", "--from", "/Workloads", *WHY)
    assert ran.code == 64
    assert "govkit detach keep-buckets --from /Workloads --reason 'INC-7: " in ran.err
    assert ran.err.endswith(" --yes\n")
    assert done.content() == before


def test_what_is_attached_above_is_found_there_and_not_taken_off(done: Desk) -> None:
    before = done.content()
    ids = _shot(done)["ids"]
    ran = _pull(done, "keep-buckets", "555555555555")
    assert ran.code == 64
    assert "It is attached above" in ran.err
    assert f"govkit detach keep-buckets --from {ids['ou:/Workloads']}" in ran.err
    ran = _pull(done, "cost-tags", "/Workloads/Prod")
    assert "govkit detach cost-tags --from /\n" in ran.err
    assert done.content() == before
    assert _pull(done, "keep-buckets", ids["ou:/Workloads"]).code == 0


def test_an_rcp_goes_too_for_aws_keeps_its_own(bare: Desk) -> None:
    statement = {**DENY["Statement"][0], "Principal": "*"}
    rcp = {"type": "rcp", "says": {**DENY, "Statement": [statement]}, "attach": ["A"]}
    build({"ous": ["A"], "enabled": ["scp", "rcp"], "policies": {"org": rcp}}, bare.sandbox)
    assert _pull(bare, "org", "A").code == 0
    assert _pull(bare, "RCPFullAWSAccess", "A").code == 4


# --- nothing hides behind a tag ----------------------------------------------------------------


@pytest.mark.parametrize("until", ["2099-01-01T00:00:00Z", "forever"])
def test_a_tag_that_govkit_would_not_write_keeps_nothing_off(done: Desk, until: str) -> None:
    ids = _shot(done)["ids"]
    by = Console(done.sandbox)
    changes.tag(by, "keep-buckets", {f"govkit:pin:{ids['ou:/Workloads']}": f"{until} me hush"})
    changes.detach(by, "keep-buckets", "Workloads")
    code, told = _drift(done)
    assert (code, told["drift"][0]["pinned"]) == (2, None)
    assert [action for action, _ in _steps(done)] == ["attach", "unpin"]


def test_a_pin_on_what_is_attached_is_told_and_changes_nothing(done: Desk) -> None:
    _pull(done, "keep-buckets", "/Workloads")
    changes.attach(Console(done.sandbox), "keep-buckets", "Workloads")
    assert _drift(done)[0] == 0
    assert _steps(done) == []


def test_a_pin_goes_with_its_guardrail(done: Desk) -> None:
    _pull(done, "keep-buckets", "/Workloads")
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["guardrails"]["keep-buckets"] = {"absent": True}
    done.layout(layout)
    done.does("apply", "--yes")
    assert _steps(done) == []
    assert "govkit:pin:" not in done.content().decode()


# --- few calls ---------------------------------------------------------------------------------


def test_the_calls_are_as_few_in_a_large_organization_as_in_a_small_one() -> None:
    small, large = (_calls(size) for size in (Size(30, 60, 12, 20), Size(300, 2000, 60, 90)))
    assert small == large
    assert small == {
        "ListRoots": 1,
        "ListOrganizationalUnitsForParent": 2,
        "ListPoliciesForTarget": 3,  # found, and looked at again before the pin and before it goes
        "ListTagsForResource": 2,
        "GetCallerIdentity": 1,
        "TagResource": 1,
        "DetachPolicy": 1,
    }


def _calls(size: Size) -> Counter[str]:
    with desk() as table:
        settings = replace(SETTINGS, limits={})
        new(table.sandbox, size, settings=settings)
        by = Console(table.sandbox)
        changes.create_ou(by, "Aid")
        changes.create_ou(by, "Aid/Ward")
        changes.create_policy(by, "brake", json.dumps(DENY))
        changes.attach(by, "brake", "Aid/Ward")
        configure(table.sandbox, replace(settings, log_calls=True))
        ran = _pull(table, "brake", "Aid/Ward")
        assert ran.code == 0, ran.said
        lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
        return Counter(json.loads(line)["operation"] for line in lines)


def test_a_plan_with_a_pin_in_force_does_not_say_that_all_is_as_wanted(done: Desk) -> None:
    assert _pull(done, "keep-buckets", "/Workloads").code == 0
    last = done.does("plan").out.splitlines()[-1]
    assert last.startswith("No changes. The organization, what is pinned off aside, is as the ")
