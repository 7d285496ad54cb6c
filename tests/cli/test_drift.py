"""drift: what somebody changed by hand, each in its own words; strangers and orphans apart."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from terminal import Desk

from govkit.report import schema
from govkit.sandbox import changes
from govkit.sandbox.console import Console

HAND = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "ByHand", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
    }
)
Click = Callable[[Console], object]


def _drift(table: Desk) -> Any:
    ran = table.run("drift", "--format", "json")
    told = json.loads(ran.out)
    Draft202012Validator(schema("drift")).validate(told)
    assert ran.code == (0 if told["in_sync"] else 2)
    return told


def _found(table: Desk) -> list[tuple[str, str, str]]:
    return [(item["change"], item["address"], item["meaning"]) for item in _drift(table)["drift"]]


CLICKS: list[tuple[str, Click, list[tuple[str, str, str]]]] = [
    (
        "a guardrail is detached",
        lambda by: changes.detach(by, "keep-keys", "Workloads/Prod"),
        [("missing", "attachment:scp/keep-keys@ou:/Workloads/Prod", "weakens")],
    ),
    (
        "a guardrail is attached elsewhere",
        lambda by: changes.attach(by, "keep-keys", "Workloads/NonProd"),
        [("extra", "attachment:scp/keep-keys@ou:/Workloads/NonProd", "strengthens")],
    ),
    (
        "a guardrail says more",
        lambda by: changes.edit_policy(by, "keep-keys", content=HAND),
        [("changed", "policy:scp/keep-keys", "both")],
    ),
    (
        "a guardrail is called something else",
        lambda by: changes.edit_policy(by, "keep-keys", name="keep-kyes"),
        [("changed", "policy:scp/keep-keys", "equivalent")],
    ),
    (
        "an account is moved",
        lambda by: changes.move_account(by, "payments-prod", "/"),
        [("moved", "account:payments-prod", "weakens")],
    ),
    (
        "an OU is renamed",
        lambda by: changes.rename_ou(by, "Workloads/Prod", "Production"),
        [],
    ),
    (
        "a tag has another value",
        lambda by: changes.tag(by, "Workloads", {"tier": "none", "note": "by hand"}),
        [("changed", "tags:ou:/Workloads", "unknown")],
    ),
    (
        "a tag is gone",
        lambda by: changes.untag(by, "Workloads", "tier"),
        [("missing", "tags:ou:/Workloads", "unknown")],
    ),
    (
        "trusted access is taken away",
        lambda by: (
            changes.undelegate(by, "audit", "config.amazonaws.com"),
            changes.distrust(by, "config.amazonaws.com"),
        ),
        [
            (
                "missing",
                "delegated_administrator:config.amazonaws.com/audit",
                "unknown",
            ),
            ("missing", "trusted_access:config.amazonaws.com", "unknown"),
        ],
    ),
    (
        "another service is trusted",
        lambda by: changes.trust(by, "ram.amazonaws.com"),
        [("extra", "trusted_access:ram.amazonaws.com", "unknown")],
    ),
    (
        "a foreign policy is attached to a managed target",
        lambda by: (
            changes.create_policy(by, "by-hand", HAND),
            changes.attach(by, "by-hand", "audit"),
        ),
        [("extra", "attachment:scp/*@account:audit", "strengthens")],
    ),
    (
        "a foreign policy is made and attached nowhere",
        lambda by: changes.create_policy(by, "by-hand", HAND),
        [],
    ),
    ("an OU is made", lambda by: changes.create_ou(by, "Workloads/Trial"), []),
]


@pytest.mark.parametrize(
    ("click", "expected"), [(c, e) for _, c, e in CLICKS], ids=[name for name, _, _ in CLICKS]
)
def test_what_somebody_does_by_hand_is_drift(
    done: Desk, click: Click, expected: list[tuple[str, str, str]]
) -> None:
    click(Console(done.sandbox))
    found = _found(done)
    if not expected and "Production" in done.content().decode():
        assert ("missing", "ou:/Workloads/Prod", "equivalent") in found
        return
    shown = [(change, _without_id(address), meaning) for change, address, meaning in found]
    assert shown == sorted(expected, key=lambda item: item[1])
    if expected:
        done.does("apply", "--yes")
        again = [item for item in _found(done) if item[0] != "extra"]
        assert again == []


def _without_id(address: str) -> str:
    return re.sub(r"/p-[0-9a-z]+", "/*", address)


def test_a_policy_that_somebody_weakened_weakens(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    statements = layout["guardrails"]["keep-keys"]["policy"]["Statement"]
    statements.append(
        {"Sid": "More", "Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*"}
    )
    done.layout(layout)
    done.does("apply", "--yes")
    changes.weaken_policy(Console(done.sandbox), "keep-keys")
    (item,) = _drift(done)["drift"]
    assert (item["change"], item["meaning"], item["who"]) == ("changed", "weakens", None)
    assert item["origin"]["file"] == "org_layout.yaml"
    assert item["expected"]["document"] != item["actual"]["document"]


def test_strangers_are_drift_only_where_all_is_managed(done: Desk) -> None:
    changes.create_ou(Console(done.sandbox), "Trial")
    told = _drift(done)
    assert told["in_sync"]
    assert {one["address"] for one in told["strangers"]} == {"account:111111111111", "ou:/Trial"}
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    done.layout({**layout, "manage": {"ous": "all", "accounts": "all"}})
    assert {item["address"] for item in _drift(done)["drift"]} == {
        "account:111111111111",
        "ou:/Trial",
    }
    ignore = [{"ou": "Trial"}, {"account": "111111111111"}]
    done.layout({**layout, "manage": {"ous": "all", "accounts": "all", "ignore": ignore}})
    assert _drift(done)["in_sync"]


def test_what_the_layout_no_longer_names_is_an_orphan_and_no_drift(done: Desk) -> None:
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    del layout["guardrails"]["keep-keys"]
    done.layout(layout)
    told = _drift(done)
    assert told["in_sync"]
    assert [one["name"] for one in told["orphans"]] == ["keep-keys"]


def test_every_format_tells_the_same_drift(done: Desk) -> None:
    changes.detach(Console(done.sandbox), "keep-keys", "Workloads/Prod")
    ran = done.run("drift", "--write", "json=drift.json", "--write", "markdown=drift.md")
    assert ran.code == 2
    assert "keep-keys" in ran.out
    assert json.loads((done.folder / "drift.json").read_text()) == _drift(done)
    assert "keep-keys" in Path(done.folder / "drift.md").read_text()


@pytest.mark.parametrize(
    ("today", "codes"),
    [("2026-12-30", []), ("2026-12-31", ["GK011"]), ("2027-01-14", ["GK011"])],
    ids=["15 days before", "14 days before", "its last day"],
)
def test_an_exemption_that_is_about_to_end_is_announced_by_drift(
    done: Desk, today: str, codes: list[str]
) -> None:
    """It is in force until its last day is over, so that nothing has drifted."""
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["exemptions"] = {
        "way": {
            "guardrail": "keep-keys",
            "accounts": ["payments-prod"],
            "reason": "They rotate",
            "owner": "jane@example.com",
            "granted": "2026-11-01",
            "expires": "2027-01-14",
        }
    }
    done.layout(layout)
    done.does("apply", "--yes")
    done.environment["GOVKIT_TODAY"] = today
    told = _drift(done)
    assert told["in_sync"]
    assert [one["code"] for one in told["findings"] if one["code"] == "GK011"] == codes
    assert ("GK011  Exemption way of jane@example.com" in done.does("drift").out) is bool(codes)
