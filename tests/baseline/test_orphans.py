"""What the layout no longer asks for stays, is said to be an orphan, and goes where it must be absent."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

AUDIT = ACCOUNTS["audit"]
DELIVERY = {"bucket": {"name": "acme-config", "account": "log-archive"}}
RULE = {"managed": "ROOT_ACCOUNT_MFA_ENABLED"}
TEMPLATE = "Resources:\n  Mfa:\n    Type: AWS::Config::ConfigRule\n"
WHOLE = {
    "delivery": DELIVERY,
    "aggregator": {"account": "audit"},
    "rules": {"root-mfa": RULE},
    "conformance_packs": {"iam": {"template": "iam.yaml"}},
}
GONE = {"absent": True}
LEFT = [
    "config_aggregator:audit/eu-west-1/org",
    "conformance_pack:audit/eu-west-1/iam",
    "organization_rule:audit/eu-west-1/root-mfa",
]


def one_region(config: Any) -> dict[str, Any]:
    told = layout(config=config)
    told["baseline"]["regions"] = ["eu-west-1"]
    told["baseline"]["except"] = ["Suspended", "Workloads"]
    return told


def applies(table: Desk, told: Any) -> None:
    (table.folder / "iam.yaml").write_text(TEMPLATE)
    table.layout(told)
    table.does("apply", "--baseline", "--yes")


def planned(table: Desk) -> tuple[list[str], list[str]]:
    told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
    steps = [f"{one['action']} {one['address']}" for one in told["steps"]]
    return steps, [one["address"] for one in told["orphans"]]


def test_what_a_lost_line_asked_for_stays_until_it_must_be_absent(table: Desk) -> None:
    applies(table, one_region(WHOLE))
    told = {"OrganizationConfigRuleName": "theirs"}
    managed = {"OrganizationManagedRuleMetadata": {"RuleIdentifier": "IAM_ROOT_ACCESS_KEY_CHECK"}}
    clicks(table, AUDIT, "config", "PutOrganizationConfigRule", told | managed, region="eu-west-1")
    assert planned(table) == ([], [])
    table.layout(one_region({"delivery": DELIVERY}))
    assert planned(table) == ([], LEFT)
    table.does("apply", "--baseline", "--yes")
    drifted = table.does("drift", "--baseline").out
    assert "1 organization rule: root-mfa" in drifted
    absent = {
        "delivery": DELIVERY,
        "aggregator": {"account": "audit", **GONE},
        "rules": {"root-mfa": GONE},
        "conformance_packs": {"iam": GONE},
    }
    table.layout(one_region(absent))
    steps, orphans = planned(table)
    assert (sorted(steps), orphans) == ([f"delete {one}" for one in LEFT], [])
    table.does("apply", "--baseline", "--yes")
    assert planned(table) == ([], [])
    answer = clicks(table, AUDIT, "config", "DescribeOrganizationConfigRules", region="eu-west-1")
    assert [one["OrganizationConfigRuleName"] for one in answer["OrganizationConfigRules"]] == [
        "theirs"
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"rules": {"root-mfa": {}}}, "Which rule?"),
        ({"rules": {"root-mfa": {**RULE, **GONE}}}, "Which rule?"),
        ({"conformance_packs": {"iam": {}}}, "Which pack?"),
        ({"conformance_packs": {"iam": {"template": "iam.yaml", **GONE}}}, "Which pack?"),
    ],
)
def test_what_is_neither_told_nor_absent_is_a_fault(table: Desk, part: Any, said: str) -> None:
    (table.folder / "iam.yaml").write_text(TEMPLATE)
    table.layout(layout(config={**WHOLE, **part}))
    assert said in table.run("validate").said


def excluded(table: Desk) -> set[str]:
    told = json.loads(table.does("plan", "--baseline", "--format", "json").out)
    (rule,) = [one for one in told["steps"] if one["address"].startswith("organization_rule")]
    return set(rule["calls"][0]["parameters"]["ExcludedAccounts"])


@pytest.mark.parametrize(
    ("everybody", "expected"),
    [
        ("listed", {"payments", "old-shop"}),  # nobody records in an account that is not covered
        ("all", {"old-shop"}),
    ],
)
def test_a_rule_spares_accounts_that_the_baseline_does_not_cover_listed_or_not(
    table: Desk, everybody: str, expected: set[str]
) -> None:
    told = one_region({**WHOLE, "conformance_packs": {}})
    for key in ("payments", "old-shop"):
        del told["accounts"][key]
    told["manage"] = {"accounts": everybody}
    told["baseline"]["except"] = ["Suspended"]
    table.layout(told)
    assert excluded(table) == {ACCOUNTS[key] for key in expected}
    applies(table, told)
    assert planned(table)[0] == []


def test_rules_are_seen_again_where_only_aws_knows_the_regions(table: Desk) -> None:
    told = one_region({**WHOLE, "conformance_packs": {}})
    told["baseline"]["regions"] = "enabled"
    told["baseline"]["config"]["aggregator"] = {"account": "management"}
    told["baseline"]["except"] = ["Security", "Suspended", "Workloads"]
    applies(table, told)
    assert planned(table)[0] == []
    told["baseline"]["config"]["rules"] = {"root-mfa": GONE}
    table.layout(told)
    steps, _ = planned(table)
    assert steps
    assert all(one.startswith("delete organization_rule:management/") for one in steps)
