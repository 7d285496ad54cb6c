"""`govkit check` in its formats; who answers for what; and what could not be looked at."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from baselines import ROLE, clicks
from baselines import layout as small_layout
from baselines import organization as small_organization
from hygiene import ACCOUNTS, CREDENTIALS, four_hours_pass, layout, organization, user
from jsonschema import Draft202012Validator
from terminal import Desk, desk

from govkit.report import schema

TEAM = ACCOUNTS["team-20"]
RULES = {"minimum_length": 14}
UNTIL, OVER = "2027-01-31", "2026-11-22"


@pytest.fixture(scope="module")
def faulty() -> Iterator[Desk]:
    """Give two users without MFA, an account with a weak password policy, and all else well."""
    with desk() as table:
        organization(table)
        table.layout(layout(credentials=CREDENTIALS, password_policy=RULES))
        table.does("apply", "--baseline", "--yes")
        for name in ("jane", "svc-legacy-1"):
            user(table, TEAM, name, password=(30, 1), mfa=False)
        weak = {"MinimumPasswordLength": 8}
        clicks(table, ACCOUNTS["team-21"], "iam", "UpdateAccountPasswordPolicy", weak)
        yield table


def told(table: Desk, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(table.run("check", "--format", "json", *arguments).out)
    Draft202012Validator(schema("check")).validate(document)
    return document


def exempting(**more: Any) -> dict[str, Any]:
    one = {"user": "svc-*", "owner": "jane@example.com", "reason": "vendor", "expires": UNTIL}
    return layout(credentials={**CREDENTIALS, "exempt": [{**one, **more}]}, password_policy=RULES)


def test_json_has_all_that_a_ticket_needs(faulty: Desk) -> None:
    document = told(faulty)
    assert document["summary"] == {
        "error": 3,
        "warning": 0,
        "note": 0,
        "suppressed": 0,
        "accounts": 2,
    }
    policy = next(one for one in document["findings"] if one["code"] == "GK500")
    assert (policy["account"], policy["account_key"]) == (ACCOUNTS["team-21"], "team-21")
    assert (policy["expected"], policy["actual"]) == ({"minimum_length": 14}, {"minimum_length": 8})
    assert policy["controls"]["cis-aws-3.0"] == ["1.8", "1.9"]
    jane = next(one for one in document["findings"] if one["code"] == "GK501")
    assert jane["resource"] == f"arn:aws:iam::{TEAM}:user/jane"
    lines = (faulty.folder / "org_layout.yaml").read_text().splitlines()
    assert "mfa: required" in lines[jane["origin"]["line"] - 1]


def test_the_text_goes_account_by_account(faulty: Desk) -> None:
    ran = faulty.run("check")
    assert ran.code == 3
    assert f"team-20 ({TEAM})\n  error GK501  User jane has a console password" in ran.out
    assert "      expected minimum_length: 14; found minimum_length: 8\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("check: 3 errors in 2 accounts. ")


def test_csv_has_a_row_for_each_and_nothing_that_a_sheet_would_carry_out(faulty: Desk) -> None:
    faulty.layout(exempting(owner="=cmd"))
    rows = list(csv.DictReader(io.StringIO(faulty.run("check", "--format", "csv").out)))
    assert [one["code"] for one in rows] == ["GK501", "GK500", "GK501"]
    assert rows[2]["suppressed_by"] == "'=cmd"
    assert rows[0]["controls"] == "cis-aws-3.0 1.10; nist-800-53 IA-2"
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))


def test_junit_fails_for_each_and_skips_what_is_suppressed(faulty: Desk) -> None:
    faulty.layout(exempting())
    suite = ET.fromstring(faulty.run("check", "--format", "junit").out)[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "1")
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))
    faulty.does("check", "--only", "account:team-22")
    suite = ET.fromstring(  # noqa: S314 - our own
        faulty.does("check", "--only", "account:team-22", "--format", "junit").out
    )[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


def test_ocsf_events_are_compliance_findings_that_stay_the_same(faulty: Desk) -> None:
    faulty.layout(exempting())
    events = json.loads(faulty.run("check", "--format", "ocsf").out)
    assert {(one["class_uid"], one["type_uid"], one["category_uid"]) for one in events} == {
        (2003, 200301, 2)
    }
    assert [one["status"] for one in events] == ["New", "New", "Suppressed"]
    first = events[0]
    assert first["cloud"]["account"] == {
        "uid": TEAM,
        "name": "team-20",
        "type_id": 10,
        "type": "AWS Account",
    }
    assert first["compliance"]["status_id"] == 3
    assert first["compliance"]["standards"] == ["cis-aws-3.0", "nist-800-53"]
    assert first["resources"][0]["uid"] == f"arn:aws:iam::{TEAM}:user/jane"
    assert len({one["finding_info"]["uid"] for one in events}) == 3
    assert json.loads(faulty.run("check", "--format", "ocsf").out) == events
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))


def test_an_exemption_covers_its_users_until_its_last_day(faulty: Desk) -> None:
    faulty.layout(exempting(account="team-2?", codes=["GK501"]))
    document = told(faulty)
    (kept,) = document["suppressed"]
    assert (kept["owner"], kept["reason"], kept["expires"]) == ("jane@example.com", "vendor", UNTIL)
    assert len(document["findings"]) == 2

    faulty.layout(exempting(expires=OVER))
    document = told(faulty)
    assert [one["code"] for one in document["findings"]].count("GK501") == 2
    (over,) = [one for one in document["findings"] if one["code"] == "GK590"]
    assert over["actual"] == {"expires": OVER, "owner": "jane@example.com"}
    assert over["severity"] == "warning"

    faulty.layout(exempting(user="nobody-*"))
    (idle,) = [one for one in told(faulty)["findings"] if one["code"] == "GK591"]
    assert idle["severity"] == "note"
    at = idle["origin"]
    text = faulty.run("check").out
    assert text.count(f"{at['file']}:{at['line']}:{at['column']}") == 1
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))


def test_any_finding_can_be_left_to_an_owner_for_a_while(faulty: Desk) -> None:
    given = {"owner": "jane@example.com", "reason": "being rebuilt", "expires": UNTIL}
    suppress = [
        {"code": "GK500", "account": "team-21", "resource": "password_policy:*", **given},
        {"code": "GK501", "account": TEAM, **given},
    ]
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES, suppress=suppress))
    ran = faulty.does("check")
    assert ran.out.splitlines()[-1].startswith("check: no findings, 3 suppressed.")
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"suppress": [{"code": "GK500"}]}, "owner"),
        ({"suppress": [{"code": "500", "owner": "a", "reason": "b", "expires": UNTIL}]}, "code"),
        ({"credentials": {"exempt": [{"user": "a", "owner": "b", "reason": "c"}]}}, "expires"),
        (
            {
                "credentials": {
                    "exempt": [{"user": "a", "owner": " ", "reason": "c", "expires": UNTIL}]
                }
            },
            "needs an owner and a reason",
        ),
        ({"credentials": {"max_unused_days": 0}}, "the least is 1 day"),
        ({"credentials": {"mfa": "wanted"}}, "required"),
    ],
)
def test_without_owner_reason_and_day_nothing_is_suppressed(
    faulty: Desk, part: dict[str, Any], words: str
) -> None:
    faulty.layout(layout(**part))
    ran = faulty.run("validate")
    assert ran.code == 3
    assert words in ran.said
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))


def test_fail_on_says_from_which_severity_on_it_fails(faulty: Desk) -> None:
    user(faulty, ACCOUNTS["team-25"], "nobody", made=100)
    four_hours_pass(faulty)
    arguments = ("check", "--only", "account:team-25")
    assert faulty.run(*arguments).code == 0
    assert faulty.run(*arguments, "--fail-on", "warning").code == 3
    assert faulty.run(*arguments, "--fail-on", "never").code == 64
    assert faulty.run("check", "--format", "sarif").code == 64


def test_a_snapshot_with_the_baseline_can_be_checked_and_one_without_says_so(faulty: Desk) -> None:
    faulty.does("snapshot", "--baseline", "-o", "with.json")
    faulty.does("snapshot", "-o", "without.json")
    live = told(faulty)["findings"]
    environment = dict(faulty.environment)
    document = told(faulty, "--snapshot", "with.json")
    assert document["findings"] == live
    document = told(faulty, "--snapshot", "without.json")
    assert any("made without --baseline" in one for one in document["incomplete"])
    assert faulty.run("check", "--snapshot", "without.json").code == 3
    assert environment == faulty.environment


def test_an_account_that_cannot_be_entered_is_a_hole_and_hides_nothing_of_the_others() -> None:
    with desk() as table:
        small_organization(table, roles=(), invited=["payments"])
        table.layout(small_layout(credentials=CREDENTIALS))
        ran = table.run("check", "--format", "json")
        document = json.loads(ran.out)
        assert ran.code == 3
        assert [one["code"] for one in document["findings"] if one["severity"] == "error"] == []
        assert any("555555555555" in one and ROLE in one for one in document["incomplete"])
        suite = ET.fromstring(table.run("check", "--format", "junit").out)[0]  # noqa: S314
        assert int(suite.get("errors", "0")) >= 1
        assert "Could not look" in table.run("check").out
        refused = table.run("credentials", "apply", "notify", "--yes")
        assert refused.code == 1
        assert table.run("credentials", "plan").code == 3


def test_steady_reads_do_not_pay_for_credentials_and_check_makes_one_report_in_four_hours() -> None:
    with desk() as table:
        small_organization(table)
        table.layout(small_layout(credentials=CREDENTIALS))
        for _ in range(2):
            table.does("check")
        table.does("drift", "--baseline")
        lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
        asked = [json.loads(line)["operation"] for line in lines]
        covered = 4
        assert asked.count("GenerateCredentialReport") == 2 * covered
        assert asked.count("GetCredentialReport") == 3 * covered
        assert asked.count("GetAccountSummary") == 2 * covered
        assert asked.count("GetAccountAuthorizationDetails") == 4 * covered


def test_an_account_that_is_not_there_stops_and_one_to_be_made_has_no_id_yet(faulty: Desk) -> None:
    told_of = layout(password_policy=RULES)
    told_of["accounts"]["lost"] = {"id": "999999999999", "ou": "Workloads"}
    faulty.layout(told_of)
    ran = faulty.run("check")
    assert ran.code == 3
    assert "999999999999" in ran.said
    told_of["accounts"]["lost"] = {"ou": "Workloads", "create": True, "email": "new@example.com"}
    faulty.layout(told_of)
    (missing,) = [one for one in told(faulty)["findings"] if one["account_key"] == "lost"]
    assert (missing["account"], missing["code"]) == ("", "GK500")
    assert faulty.run("check").out.startswith("lost\n  error GK500")
    faulty.layout(layout(credentials=CREDENTIALS, password_policy=RULES))
