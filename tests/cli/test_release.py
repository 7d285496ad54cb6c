"""The fine brake: one account out of a live policy at once, fought by nobody, and drift afterwards."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import yaml
from terminal import SETTINGS, Desk, desk
from walk import as_the_hint_says, sandbox_api

from govkit.model.call import Api, organizations
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.making import configure, new
from govkit.sandbox.random_organization import Size

SCPS = "SERVICE_CONTROL_POLICY"
PAYMENTS, AUDIT = "555555555555", "333333333333"
WHY = ("--reason", "INC-7: payments can't deploy", "--yes")
BUCKETS = "policy:scp/keep-buckets"
SAID = (
    "User: arn:aws:sts::555555555555:assumed-role/Deployer/ci is not authorized to perform: "
    "s3:DeleteBucket on resource: arn:aws:s3:::lake with an explicit deny in a service control policy"
)


def _release(table: Desk, what: str, *more: str, stdin: str = "") -> Any:
    return table.run("release", what, *WHY, *more, stdin=stdin)


def _documents(table: Desk) -> dict[str, Any]:
    shot = json.loads(table.does("snapshot").out)["resources"]
    told = {one["name"]: one["document"] for one in shot if one["kind"] == "policy"}
    return {name: json.loads(one["text"]) for name, one in told.items() if one["grammar"] == "iam"}


def _condition(table: Desk, name: str) -> Any:
    (statement,) = _documents(table)[name]["Statement"]
    return statement.get("Condition")


def _steps(table: Desk, *more: str) -> list[tuple[str, str]]:
    told = json.loads(table.run("plan", "-f", "json", *more).out)
    return [(step["action"], step["address"]) for step in told["steps"]]


def _drift(table: Desk) -> list[Any]:
    return list(json.loads(table.run("drift", "-f", "json").out)["drift"])


def test_an_account_is_out_at_once_and_no_apply_fights_it(done: Desk) -> None:
    ran = _release(done, "keep-buckets", "--account", PAYMENTS, "--for", "2h")
    assert ran.code == 0, ran.said
    assert "Released account 555555555555 from keep-buckets" in ran.out
    assert _condition(done, "keep-buckets") == {
        "StringNotEquals": {"aws:PrincipalAccount": PAYMENTS}
    }
    assert _steps(done) == []
    told = json.loads(done.does("plan", "-f", "json").out)
    (finding,) = [one for one in told["findings"] if one["code"] == "GK325"]
    assert "INC-7: payments can t deploy" in finding["message"]
    assert "Nothing to do." in done.does("apply", "--yes").err


def test_a_release_ends_early_by_the_command_that_the_plan_names(done: Desk) -> None:
    _release(done, "keep-buckets", "--account", PAYMENTS, "--for", "2h")
    told = json.loads(done.does("plan", "-f", "json").out)
    (finding,) = [one for one in told["findings"] if one["code"] == "GK325"]
    as_the_hint_says(finding["hint"], sandbox_api(done.sandbox))
    assert _steps(done) == [("update", BUCKETS)]


def test_drift_reports_it_as_pinned(done: Desk) -> None:
    _release(done, "keep-buckets", "--account", PAYMENTS, "--principal", "role/Deployer")
    (item,) = _drift(done)
    assert (item["address"], item["change"]) == (BUCKETS, "changed")
    assert item["pinned"]["who"] == "administrator/sandbox"
    assert "Pinned: " in done.run("drift").out
    told = done.does("show", "exemptions", "--live").out
    assert f"{PAYMENTS}:role/Deployer is out of scp/keep-buckets: INC-7" in told
    arn = f"arn:aws:iam::{PAYMENTS}:role/Deployer"
    assert _condition(done, "keep-buckets") == {"ArnNotLike": {"aws:PrincipalArn": arn}}


def test_afterwards_it_is_drift_and_a_reviewed_step_undoes_it(done: Desk) -> None:
    _release(done, "keep-buckets", "--account", PAYMENTS, "--for", "24h")
    done.environment["GOVKIT_TODAY"] = "2026-11-26"
    (item,) = _drift(done)
    assert (item["address"], item["pinned"]) == (BUCKETS, None)
    assert _steps(done) == [
        ("update", BUCKETS),
        ("unpin", f"release:scp/keep-buckets@{PAYMENTS}"),
    ]
    done.does("apply", "--yes")
    assert _condition(done, "keep-buckets") is None
    assert "govkit:release:" not in done.content().decode()
    assert _steps(done) == []


def test_a_tag_alone_lets_nobody_out(done: Desk) -> None:
    api = sandbox_api(done.sandbox)
    (given,) = [one["Id"] for one in _policies(api) if one["Name"] == "keep-buckets"]
    done.environment["GOVKIT_TODAY"] = "2026-11-23"
    tag = {"Key": f"govkit:release:{PAYMENTS}", "Value": "2026-11-24T00:00:00Z somebody else"}
    api.call(organizations("TagResource", ResourceId=given, Tags=[tag]))
    assert _steps(done) == []
    assert "GK325" not in done.does("plan").said
    # Whoever was stopped between the tag and the policy finishes by the same command.
    ran = _release(done, "keep-buckets", "--account", PAYMENTS)
    assert ran.code == 0, ran.said
    assert _condition(done, "keep-buckets") is not None
    assert _steps(done) == []


def _policies(api: Api) -> list[Any]:
    return list(api.items("Policies", organizations("ListPolicies", Filter=SCPS)))


def test_several_are_out_of_one_policy_each_until_its_end(done: Desk) -> None:
    _release(done, "keep-keys", "--account", PAYMENTS, "--for", "1h")
    _release(done, "keep-keys", "--account", AUDIT, "--for", "1h")
    _release(done, "keep-keys", "--account", AUDIT, "--principal", "role/A", "--for", "1h")
    assert _steps(done) == []
    assert len(_condition(done, "keep-keys")["StringNotEquals"]["aws:PrincipalAccount"]) == 2
    again = _release(done, "keep-keys", "--account", AUDIT, "--for", "3h")
    assert again.code == 0, again.said
    assert "update" not in again.err


def test_a_layout_that_changes_meanwhile_keeps_the_release(done: Desk) -> None:
    _release(done, "keep-buckets", "--account", PAYMENTS)
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    statement = layout["guardrails"]["keep-buckets"]["policy"]["Statement"][0]
    statement["Action"] = ["s3:DeleteBucket", "s3:DeleteObject"]
    done.layout(layout)
    done.does("apply", "--yes")
    assert _condition(done, "keep-buckets") is not None
    assert _steps(done) == []


@pytest.mark.parametrize("what", ["message", "-"])
def test_an_error_message_tells_which_policy_and_whom(done: Desk, what: str) -> None:
    text, stdin = (SAID, "") if what == "message" else ("-", f"\n{SAID}\n")
    ran = _release(done, text, stdin=stdin)
    assert ran.code == 0, ran.said
    assert "Released account 555555555555 from keep-buckets" in ran.out


def test_a_message_that_names_the_policy_is_taken_at_its_word(done: Desk) -> None:
    given = _id(done, "keep-buckets")
    arn = (
        f"arn:aws:organizations::111111111111:policy/o-exampleorgid/service_control_policy/{given}"
    )
    ran = _release(done, f"{SAID}: {arn}")
    assert ran.code == 0, ran.said
    other = _release(done, f"{SAID}: {arn.replace(given, 'p-99999999')}")
    assert (other.code, "p-99999999 is not above" in other.err) == (64, True)


def _id(table: Desk, name: str) -> str:
    shot = json.loads(table.does("snapshot").out)
    (found,) = [one["address"] for one in shot["resources"] if one.get("name") == name]
    return str(shot["ids"].get(found, found.rpartition("/")[2]))


EXPLICIT = "with an explicit deny in a service control policy"
IMPLICIT = "because no service control policy allows the s3:DeleteBucket action"


@pytest.mark.parametrize(
    ("what", "more", "code", "words"),
    [
        ("keep-buckets", [], 64, "Add --account"),
        ("keep-buckets", ["--account", "nobody"], 64, "There is no nobody"),
        ("keep-buckets", ["--account", AUDIT], 64, "In force are: "),
        ("keep-buckets", ["--account", "111111111111"], 4, "management account"),
        ("keep-buckets", ["--account", PAYMENTS, "--for", "25h"], 64, "--for 25h"),
        ("keep-buckets", ["--account", PAYMENTS, "--principal", "role/*"], 64, "role/NAME"),
        ("FullAWSAccess", ["--account", PAYMENTS], 4, "AWS's own"),
        (SAID.replace("s3:Delete", "s3:Create"), [], 4, "surely denies"),
        (SAID.replace(EXPLICIT, IMPLICIT), [], 4, "nothing allows the request"),
        (SAID.replace("service control", "identity-based"), [], 4, "identity-based policy"),
        (SAID.replace("is not authorized to perform: s3:DeleteBucket", "AccessDenied"), [], 64, "names no action"),
        (SAID.replace("service control", "resource control"), [], 64, "Add --account"),
    ],
)  # fmt: skip
def test_what_cannot_be_released_is_said_and_nothing_is_written(
    done: Desk, what: str, more: list[str], code: int, words: str
) -> None:
    before = done.content()
    ran = _release(done, what, *more)
    assert (ran.code, done.content()) == (code, before), ran.said
    assert words in ran.err


def test_no_reason_and_nobody_to_ask(done: Desk) -> None:
    before = done.content()
    ran = done.run("release", "keep-buckets", "--account", PAYMENTS, "--reason", " ", "--yes")
    assert ran.code == 64
    ran = done.run("release", "keep-buckets", "--account", PAYMENTS, "--reason", "INC")
    assert (ran.code, done.content()) == (64, before)


def test_two_policies_that_deny_it_must_be_told_apart(done: Desk) -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    by = Console(done.sandbox)
    changes.create_policy(by, "more", json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    changes.attach(by, "more", "Workloads")
    ran = _release(done, SAID)
    assert ran.code == 64
    assert "Several policies are meant" in ran.err
    assert _release(done, "more", "--account", PAYMENTS).code == 0


def test_a_policy_without_room_for_a_condition_is_left_alone(done: Desk) -> None:
    names = [f"s3:Get{'x' * 60}{number}" for number in range(140)]
    deny = {"Effect": "Deny", "Action": names, "Resource": "*"}
    by = Console(done.sandbox)
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]}, separators=(",", ":"))
    room = 10_240 - len(text)
    text = text.replace('"Resource"', f'"Sid":"{"x" * (room - 9)}","Resource"')
    changes.create_policy(by, "full", text)
    changes.attach(by, "full", "Workloads")
    ran = _release(done, "full", "--account", PAYMENTS)
    assert ran.code == 4
    assert "AWS takes 10240" in ran.err


def test_a_policy_that_only_allows_has_nothing_to_release_from(done: Desk) -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    by = Console(done.sandbox)
    changes.create_policy(by, "some", json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    changes.attach(by, "some", "Workloads")
    ran = _release(done, "some", "--account", PAYMENTS)
    assert (ran.code, "denies nothing" in ran.err) == (4, True)


def test_a_run_that_stops_between_tag_and_policy_is_finished_by_the_same_command(
    done: Desk,
) -> None:
    plant(done.sandbox, Fault(Kind.ACCESS_DENIED, "UpdatePolicy"))
    ran = _release(done, "keep-buckets", "--account", PAYMENTS)
    assert ran.code == 6, ran.said
    assert "Run the same command again" in ran.err
    ran = _release(done, "keep-buckets", "--account", PAYMENTS)
    assert ran.code == 0, ran.said
    assert _condition(done, "keep-buckets") is not None


def test_the_calls_are_as_few_in_a_large_organization_as_in_a_small_one() -> None:
    small, large = (_calls(size) for size in (Size(30, 60, 12, 20), Size(300, 2000, 60, 90)))
    assert set(small) == set(large)
    assert sum(large.values()) < 40
    assert large["ListAccounts"] == large["ListTargetsForPolicy"] == 0


def _calls(size: Size) -> Counter[str]:
    with desk() as table:
        settings = replace(SETTINGS, limits={})
        new(table.sandbox, size, settings=settings)
        by = Console(table.sandbox)
        deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
        changes.create_policy(by, "brake", json.dumps({"Version": "2012-10-17", "Statement": deny}))
        shot = json.loads(table.does("snapshot").out)
        accounts = [one["address"] for one in shot["resources"] if one["kind"] == "account"]
        given = next(one for one in map(_plain, accounts) if one != "111111111111")
        changes.attach(by, "brake", given)
        configure(table.sandbox, replace(settings, log_calls=True))
        ran = _release(table, "brake", "--account", given)
        assert ran.code == 0, ran.said
        lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
        return Counter(json.loads(line)["operation"] for line in lines)


def _plain(address: str) -> str:
    return address.rpartition(":")[2]
