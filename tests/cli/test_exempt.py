"""`govkit exempt` edits the layout's file: shown, checked, proved, and only then written."""

import json
import re
from datetime import date
from typing import Any

import pytest
import yaml
from terminal import Desk

GRANT = ["--guardrail", "keep-keys", "--reason", "They rotate", "--owner", "jane@example.com"]


def layout(table: Desk) -> Any:
    return yaml.safe_load((table.folder / "org_layout.yaml").read_text())


def text(table: Desk) -> str:
    return (table.folder / "org_layout.yaml").read_text()


def test_one_is_granted_listed_extended_and_taken_back(table: Desk) -> None:
    before = text(table)
    ran = table.does("exempt", "add", "way", *GRANT, "--account", "payments-prod", "--days", "20")
    assert "+    accounts: [payments-prod]\n" in ran.out
    assert ran.err == "org_layout.yaml is written. Next: govkit plan\n"
    assert layout(table)["exemptions"]["way"] == {
        "guardrail": "keep-keys",
        "accounts": ["payments-prod"],
        "reason": "They rotate",
        "owner": "jane@example.com",
        "granted": date(2026, 11, 23),
        "expires": date(2026, 12, 13),
    }
    assert "way: lifts keep-keys for payments-prod\n" in table.does("exempt", "list").out
    (told,) = json.loads(table.does("exempt", "list", "--format", "json").out)["exemptions"]
    assert (told["days_left"], told["owner"]) == (20, "jane@example.com")

    table.does("exempt", "extend", "way", "--until", "2027-01-10", "--ticket", "SEC-1")
    assert str(layout(table)["exemptions"]["way"]["expires"]) == "2027-01-10"
    assert layout(table)["exemptions"]["way"]["ticket"] == "SEC-1"
    table.does("exempt", "remove", "way")
    assert text(table).removesuffix("\nexemptions:\n") == before


def test_a_dry_run_writes_nothing(table: Desk) -> None:
    before = text(table)
    ran = table.does(
        "exempt",
        "add",
        "way",
        *GRANT,
        "--ou",
        "/Workloads/Prod",
        "--until",
        "2026-12-31",
        "--dry-run",
    )
    assert (
        "+    ous: [/Workloads/Prod]\n" in ran.out or '+    ous: ["/Workloads/Prod"]\n' in ran.out
    )
    assert ran.err == "Nothing was written.\n"
    assert text(table) == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "way", *GRANT, "--account", "nobody", "--days", "9"], 3, 'no account "nobody"'),
        (["add", "way", *GRANT, "--account", "payments-prod", "--days", "200"], 3, "exemption_max_days"),
        (["add", "way", *GRANT, "--days", "9"], 3, "names whom it excuses"),
        (["add", "way", *GRANT, "--account", "payments-prod"], 64, "--until DAY or --days N"),
        (["add", "way", *GRANT, "--account", "a", "--until", "soon"], 64, "YYYY-MM-DD"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", "--param", "x"], 64, "NAME=VALUE"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", "--file", "no.yaml"], 64, "no.yaml"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", "--file", "alone.yaml"], 64, "does not include"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", "--param", "x=[1, 2"], 64, "not one value"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", "--param", "x=1, y: 2"], 64, "not one value"),
        (["add", "way", *GRANT, "--account", "a", "--days", "1", *["--param", "x=1"] * 2], 64, "twice"),
        (["add", "way", *GRANT, "--account", "a", "--days", "999999999"], 64, "--days"),
        (["add", "way", *GRANT, "--account", "a", "--until", "20270101"], 64, "YYYY-MM-DD"),
        (["extend", "way", "--days", "9"], 64, "no exemption way"),
        (["remove", "way"], 64, "govkit exempt list"),
        (["list", "--format", "xml"], 64, "xml"),
    ],
)  # fmt: skip
def test_what_would_be_wrong_is_said_and_nothing_is_written(
    table: Desk, arguments: list[str], code: int, words: str
) -> None:
    before = text(table)
    (table.folder / "alone.yaml").write_text("exemptions:\n")
    ran = table.run("exempt", *arguments)
    assert (table.folder / "alone.yaml").read_text() == "exemptions:\n"
    assert (ran.code, text(table)) == (code, before)
    assert words in ran.err


def test_what_is_granted_already_is_as_wrong_to_grant_as_what_is_not_to_take_back(
    table: Desk,
) -> None:
    grant = ["add", "way", *GRANT, "--account", "payments-prod", "--days", "9"]
    table.does("exempt", *grant)
    before = text(table)
    ran = table.run("exempt", *grant)
    assert (ran.code, text(table)) == (64, before)
    assert "govkit exempt extend way" in ran.err


def test_one_in_an_included_file_is_edited_there(table: Desk) -> None:
    wanted = layout(table)
    wanted["include"] = ["more.yaml"]
    table.layout(wanted)
    (table.folder / "more.yaml").write_text("# ours\nexemptions: {}\n")
    before = text(table)
    grant = [
        "add",
        "way",
        *GRANT,
        "--account",
        "payments-prod",
        "--principal",
        "role/A*",
        "--days",
        "5",
    ]
    table.does("exempt", *grant, "--file", "more.yaml")
    ran = table.does("exempt", "extend", "way", "--days", "9")
    assert "+++ more.yaml\n" in ran.out
    more = (table.folder / "more.yaml").read_text()
    assert more.startswith("# ours\nexemptions: {way: {guardrail: keep-keys,")
    assert "expires: 2026-12-02" in more
    table.does("exempt", "remove", "way")
    assert (table.folder / "more.yaml").read_text() == "# ours\nexemptions: {}\n"
    assert text(table) == before
    ran = table.run("exempt", "extend", "way", "--days", "9")
    assert ran.code == 64


def test_an_exemption_is_made_longer_and_never_shorter(table: Desk) -> None:
    table.does("exempt", "add", "way", *GRANT, "--account", "payments-prod", "--days", "20")
    ran = table.run("exempt", "extend", "way", "--days", "10")
    assert ran.code == 64
    assert "is no later" in ran.err


def test_one_day_is_one_day(table: Desk) -> None:
    table.does("exempt", "add", "way", *GRANT, "--account", "payments-prod", "--days", "1")
    assert "(1 day left)" in table.does("exempt", "list").out
    table.environment["GOVKIT_TODAY"] = "2026-11-25"
    assert "(expired 1 day ago)" in table.does("exempt", "list").out


def test_every_way_out_is_listed_with_owner_and_end_or_their_absence(table: Desk) -> None:
    told = table.does("show", "exemptions").out
    assert told.startswith("No exemptions.\n")
    assert "Break-glass: nothing.\n" in told
    assert "Pinned: AWS was not asked. See: govkit show exemptions --live\n" in told
    wanted = layout(table)
    wanted["safety"] = {"break_glass": [{"role": "Fire", "accounts": ["audit"]}]}
    wanted["manage"] = {"ignore": [{"policy": "aws-guardrails-*"}]}
    wanted["baseline"] = {"except": ["Old"]}
    wanted["guardrails"]["keep-keys"] |= {"mode": "preview"}
    wanted["guardrails"]["keep-buckets"] |= {"break_glass": False}
    table.layout(wanted)
    told = table.does("show", "exemptions", "--live").out
    for line in (
        "role/Fire in audit is out of every guardrail, save cost-tags, keep-buckets; no owner, no end",
        "OU /Old is out of the baseline; no owner, no end (org_layout.yaml:",
        "policy aws-guardrails-* is left alone and not reported; no owner, no end",
        "guardrail keep-keys is attached nowhere; no owner, no end",
        "Pinned: nothing.",
    ):
        assert line in told
    wanted["safety"]["break_glass"][0]["accounts"] = ["*"]
    wanted["guardrails"]["keep-buckets"] |= {"mode": "preview"}
    table.layout(wanted)
    assert "role/Fire in every account" in table.does("show", "exemptions").out


def test_what_is_pinned_is_a_way_out_with_its_owner_and_its_end(done: Desk) -> None:
    done.does("detach", "keep-keys", "--from", "Workloads/Prod", "--reason", "An outage", "--yes")
    told = done.does("show", "exemptions", "--live").out
    pinned = told.partition("Pinned:\n")[2]
    assert "scp/keep-keys is off ou:/Workloads/Prod: An outage; by " in pinned
    assert re.search(r"until 20\d\d-\d\d-\d\dT", pinned)
