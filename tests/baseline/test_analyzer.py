"""IAM Access Analyzer for the organization: who is in charge, the analyzers, and their archive rules."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout, organization
from terminal import Desk, desk

from govkit.sandbox.sandbox import Sandbox

AUDIT, MANAGEMENT = ACCOUNTS["audit"], "111111111111"
PRINCIPAL = {"ServicePrincipal": "access-analyzer.amazonaws.com"}
PARTNER = {"known-partner": {"filter": {"principal.AWS": {"eq": ["444444444444"]}}}}
SECTION = {
    "delegated_administrator": "audit",
    "external_access": True,
    "unused_access": {"days": 90, "region": "eu-west-1"},
    "archive_rules": PARTNER,
}
EXTERNAL = "analyzer:audit/eu-west-1/govkit-external-access"
UNUSED = "analyzer:audit/eu-west-1/govkit-unused-access"
RULE = "archive_rule:audit/eu-west-1/govkit-external-access/known-partner"


def told(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.run("plan", "--baseline", "--format", "json").out)
    return found


def planned(desk: Desk) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = told(desk)["steps"]
    return steps


def drifted(desk: Desk) -> list[dict[str, Any]]:
    ran = desk.run("drift", "--baseline", "--format", "json")
    found: list[dict[str, Any]] = json.loads(ran.out)["drift"]
    return found


def mended(desk: Desk) -> None:
    desk.does("apply", "--baseline", "--yes")
    assert planned(desk) == []
    assert desk.run("drift", "--baseline").code == 0


@pytest.fixture
def applied(table: Desk) -> Desk:
    table.layout(layout(access_analyzer=SECTION))
    table.does("apply", "--baseline", "--yes")
    return table


def test_access_leads_then_who_is_in_charge_then_analyzers_then_rules(table: Desk) -> None:
    table.layout(layout(access_analyzer=SECTION))
    steps = planned(table)
    assert [one["address"] for one in steps] == [
        "trusted_access:access-analyzer.amazonaws.com",
        "delegated_administrator:access-analyzer.amazonaws.com/audit",
        EXTERNAL,
        UNUSED,
        "analyzer:audit/us-east-1/govkit-external-access",
        RULE,
        "archive_rule:audit/us-east-1/govkit-external-access/known-partner",
    ]
    analyzer = next(one for one in steps if one["address"] == UNUSED)
    assert analyzer["authority"] == "member"
    assert analyzer["calls"] == [
        {
            "service": "accessanalyzer",
            "operation": "CreateAnalyzer",
            "parameters": {
                "analyzerName": "govkit-unused-access",
                "type": "ORGANIZATION_UNUSED_ACCESS",
                "configuration": {"unusedAccess": {"unusedAccessAge": 90}},
                "tags": {"govkit:layout": "main"},
            },
            "account": AUDIT,
            "region": "eu-west-1",
        }
    ]


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


def test_a_look_asks_the_administrators_account_alone_and_once_per_region(applied: Desk) -> None:
    log = applied.sandbox / "calls.jsonl"
    log.unlink()
    applied.does("drift", "--baseline")
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    lists = [one for one in calls if one["operation"] == "ListAnalyzers"]
    assert sorted(one["region"] for one in lists) == ["eu-west-1", "us-east-1"]
    assert {one["caller"]["account"] for one in lists} == {AUDIT}
    assert sum(one["operation"] == "GetAnalyzer" for one in calls) == 1


@pytest.mark.parametrize(
    ("operation", "params", "found"),
    [
        ("DeleteAnalyzer", {"analyzerName": "govkit-unused-access"}, {UNUSED: "missing"}),
        (
            "DeleteAnalyzer",
            {"analyzerName": "govkit-external-access"},
            {EXTERNAL: "missing", RULE: "missing"},
        ),
        (
            "UpdateAnalyzer",
            {
                "analyzerName": "govkit-unused-access",
                "configuration": {
                    "unusedAccess": {
                        "unusedAccessAge": 365,
                        "analysisRule": {"exclusions": [{"accountIds": ["555555555555"]}]},
                    }
                },
            },
            {UNUSED: "changed"},
        ),
        (
            "CreateArchiveRule",
            {
                "analyzerName": "govkit-external-access",
                "ruleName": "hush",
                "filter": {"isPublic": {"exists": True}},
            },
            {"archive_rule:audit/eu-west-1/govkit-external-access/hush": "extra"},
        ),
        (
            "UpdateArchiveRule",
            {
                "analyzerName": "govkit-external-access",
                "ruleName": "known-partner",
                "filter": {"principal.AWS": {"contains": ["4"]}},
            },
            {RULE: "changed"},
        ),
        (
            "DeleteArchiveRule",
            {"analyzerName": "govkit-external-access", "ruleName": "known-partner"},
            {RULE: "missing"},
        ),
    ],
)
def test_what_somebody_clicks_is_drift_and_is_mended(
    applied: Desk, operation: str, params: Any, found: dict[str, str]
) -> None:
    clicks(applied, AUDIT, "accessanalyzer", operation, params, region="eu-west-1")
    assert {one["address"]: one["change"] for one in drifted(applied)} == found
    mended(applied)


def test_drift_says_how_an_analysis_was_narrowed(applied: Desk) -> None:
    rule = {"analysisRule": {"exclusions": [{"accountIds": ["555555555555"]}]}}
    params = {
        "analyzerName": "govkit-unused-access",
        "configuration": {"unusedAccess": {"unusedAccessAge": 365, **rule}},
    }
    clicks(applied, AUDIT, "accessanalyzer", "UpdateAnalyzer", params, region="eu-west-1")
    (item,) = drifted(applied)
    assert item["actual"] == {"days": 365, "narrowed": ['{"accountIds": ["555555555555"]}']}
    assert item["expected"] == {"days": 90, "narrowed": []}


@pytest.mark.parametrize(
    ("operation", "params", "reason"),
    [
        ("DisableAWSServiceAccess", PRINCIPAL, "AWS_SERVICE_ACCESS_DISABLED"),
        (
            "DeregisterDelegatedAdministrator",
            {**PRINCIPAL, "AccountId": AUDIT},
            "DELEGATED_ADMINISTRATOR_DEREGISTERED",
        ),
    ],
)
def test_analyzers_that_lost_their_footing_are_named_with_the_reason_and_made_anew(
    applied: Desk, operation: str, params: Any, reason: str
) -> None:
    clicks(applied, MANAGEMENT, "organizations", operation, params)
    found = {one["address"]: one for one in drifted(applied)}
    assert found[EXTERNAL]["actual"] == {"status": f"DISABLED: {reason}"}
    assert found[RULE]["change"] == "missing"
    steps = [one for one in planned(applied) if one["address"] == EXTERNAL]
    assert [one["action"] for one in steps] == ["delete", "create"]
    mended(applied)


def test_rules_are_for_the_analyzers_that_they_name_with_every_test(table: Desk) -> None:
    rule = {
        "filter": {
            "isPublic": {"exists": False},
            "resource": {"contains": ["a b", "c"], "neq": ["d"]},
        },
        "analyzers": ["unused_access"],
    }
    table.layout(layout(access_analyzer={**SECTION, "archive_rules": {"quiet": rule}}))
    (step,) = [one for one in planned(table) if one["address"].startswith("archive_rule:")]
    assert step["address"] == "archive_rule:audit/eu-west-1/govkit-unused-access/quiet"
    assert step["calls"][0]["parameters"]["filter"] == rule["filter"]
    mended(table)


def test_without_an_administrator_the_management_account_keeps_them(table: Desk) -> None:
    table.layout(layout(access_analyzer={"external_access": True}))
    assert {one["address"].split("/")[0] for one in planned(table)} == {
        "trusted_access:access-analyzer.amazonaws.com",
        "analyzer:management",
    }
    mended(table)


def test_a_new_administrator_is_warned_of_and_takes_over_in_order(applied: Desk) -> None:
    section = {**SECTION, "delegated_administrator": "log-archive"}
    applied.layout(layout(access_analyzer=section))
    plan = told(applied)
    (warning,) = [one for one in plan["findings"] if one["code"] == "GK306"]
    assert "changes from audit to log-archive: AWS disables the analyzers" in warning["message"]
    order = [f"{one['action']} {one['address']}" for one in plan["steps"]]
    away = order.index("deregister delegated_administrator:access-analyzer.amazonaws.com/audit")
    new = order.index("register delegated_administrator:access-analyzer.amazonaws.com/log-archive")
    gone = [i for i, one in enumerate(order) if one.startswith("delete analyzer:audit")]
    made = [i for i, one in enumerate(order) if one.startswith("create analyzer:log-archive")]
    assert (len(gone), len(made)) == (3, 3)
    assert max(gone) < away < new < min(made)
    mended(applied)


def test_two_accounts_cannot_be_in_charge(table: Desk) -> None:
    wanted = layout(access_analyzer={"delegated_administrator": "audit"})
    services = {"delegated_administrators": {"payments": [PRINCIPAL["ServicePrincipal"]]}}
    table.layout({**wanted, "services": services})
    ran = table.run("apply", "--baseline", "--yes")
    assert ran.code == 4
    assert "would get the charge of access-analyzer.amazonaws.com that" in ran.said


def test_an_administrator_known_by_its_address_is_found(applied: Desk) -> None:
    wanted = layout(access_analyzer=SECTION)
    email = json.loads(applied.content())["accounts"][AUDIT]["Email"]
    wanted["accounts"]["audit"] = {"email": email.upper(), "ou": "Security"}
    applied.layout(wanted)
    params = {**PRINCIPAL, "AccountId": AUDIT}
    clicks(applied, MANAGEMENT, "organizations", "DeregisterDelegatedAdministrator", params)
    found = {one["address"]: one["change"] for one in drifted(applied)}
    assert found[EXTERNAL] == "changed"


def test_enabled_regions_are_those_of_the_administrator(table: Desk) -> None:
    clicks(table, AUDIT, "account", "EnableRegion", {"RegionName": "eu-south-1"})
    wanted = layout(access_analyzer={"delegated_administrator": "audit"})
    wanted["baseline"]["regions"] = "enabled"
    table.layout(wanted)
    made = [one["address"] for one in planned(table) if one["address"].startswith("analyzer:")]
    assert len(made) == 18
    assert "analyzer:audit/eu-south-1/govkit-external-access" in made
    mended(table)


def test_an_administrator_that_cannot_be_entered_is_named() -> None:
    with desk() as table:
        organization(table, roles=(), invited=["audit"])
        table.layout(layout(access_analyzer=SECTION))
        found = json.loads(table.does("plan", "--baseline", "--format", "json").out)
        codes = {one["code"] for one in found["findings"] if AUDIT in one["message"]}
        assert codes == {"GK304"}
        assert not [one for one in found["steps"] if one["address"].startswith("analyzer:")]


def test_what_was_made_can_be_rolled_back(applied: Desk) -> None:
    run = json.loads(applied.does("history", "--format", "json").out)["runs"][0]["id"]
    applied.does("rollback", run, "--yes", "--baseline", "--allow", "max_deletes=20")
    assert len(planned(applied)) == 7


def test_the_role_that_applies_may_enable_access_and_delegate(table: Desk) -> None:
    table.layout(layout(access_analyzer=SECTION))
    text = table.does("iam-policy", "apply").out
    assert "organizations:EnableAWSServiceAccess" in text
    assert "organizations:RegisterDelegatedAdministrator" in text
    assert "arn:aws:access-analyzer:*:*:analyzer/*" in table.does("iam-policy", "member").out


def test_an_administrator_that_another_tool_changes_is_drift_and_no_warning(applied: Desk) -> None:
    section = {"delegated_administrator": "log-archive", "managed_by": "lza"}
    applied.layout(layout(access_analyzer=section))
    plan = told(applied)
    assert plan["steps"] == []
    assert "GK306" not in {one["code"] for one in plan["findings"]}
    assert "delegated_administrator:access-analyzer.amazonaws.com/log-archive" in {
        one["address"] for one in drifted(applied)
    }


def test_analyzers_that_a_service_manages_are_nobodys_drift(applied: Desk) -> None:
    sandbox = Sandbox(applied.sandbox)
    with sandbox.store.turn():
        rows = sandbox.store.document("accessanalyzer").tables["analyzers"]
        key = f"{AUDIT}/eu-west-1/govkit-external-access"
        theirs = {**rows[key], "Name": "hub", "ManagedBy": "securityhubv2"}
        rows.put(f"{AUDIT}/eu-west-1/hub", theirs)
        sandbox.store.save()
    assert drifted(applied) == []
    assert planned(applied) == []


def test_an_internal_analyzer_of_somebody_else_is_in_the_way(table: Desk) -> None:
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", PRINCIPAL)
    theirs = {"analyzerName": "theirs", "type": "ORGANIZATION_INTERNAL_ACCESS"}
    clicks(table, MANAGEMENT, "accessanalyzer", "CreateAnalyzer", theirs, region="eu-west-1")
    table.layout(layout(access_analyzer={"internal_access": True}))
    ran = table.run("plan", "--baseline", "--format", "json")
    (finding,) = [one for one in json.loads(ran.out)["findings"] if one["rail"] == "foreign"]
    assert ran.code == 4
    assert "analyzer:management/eu-west-1/theirs is there" in finding["message"]


def test_an_analyzer_of_the_name_that_is_not_ours_is_never_replaced(table: Desk) -> None:
    theirs = {"analyzerName": "govkit-external-access", "type": "ACCOUNT"}
    clicks(table, MANAGEMENT, "accessanalyzer", "CreateAnalyzer", theirs, region="eu-west-1")
    table.layout(layout(access_analyzer={"external_access": True}))
    ran = table.run("apply", "--baseline", "--yes")
    assert ran.code == 4
    assert "which govkit did not make" in ran.said


def test_one_analyzer_too_many_is_refused_before_the_first_call(table: Desk) -> None:
    clicks(table, MANAGEMENT, "organizations", "EnableAWSServiceAccess", PRINCIPAL)
    for number in range(5):
        theirs = {"analyzerName": f"theirs-{number}", "type": "ORGANIZATION"}
        clicks(table, MANAGEMENT, "accessanalyzer", "CreateAnalyzer", theirs, region="eu-west-1")
    table.layout(layout(access_analyzer={"external_access": True}))
    ran = table.run("apply", "--baseline", "--yes")
    assert ran.code == 4
    assert "eu-west-1 would have 6 analyzers of type ORGANIZATION; AWS allows 5" in ran.said


def test_what_another_tool_keeps_is_looked_at_and_never_written(applied: Desk) -> None:
    less = {**SECTION, "external_access": False, "archive_rules": None, "managed_by": "lza"}
    applied.layout(layout(access_analyzer={**less, "unused_access": {"days": 30}}))
    assert planned(applied) == []
    assert [one["address"] for one in drifted(applied)] == [UNUSED]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unused_access": {"days": 400}}, "days is 400; AWS takes 1 to 365"),
        ({"unused_access": {"region": "eu-north-1"}}, "eu-north-1, which the baseline does not"),
        ({"delegated_administrator": "old-shop"}, "old-shop is no account that the baseline"),
        ({"archive_rules": {"r": {"filter": {}}}}, "The archive rule r would archive nothing"),
        ({"archive_rules": {"r": {"filter": {"a": {}}}}}, "r: a needs eq, neq, contains or exists"),
        ({"archive_rules": {"r": {"filter": {"a b": {}}}}}, 'AWS knows no criterion "a b"'),
        (
            {"archive_rules": {"r": {"filter": {"a": {"eq": [str(one) for one in range(21)]}}}}},
            "r: a eq has 21 values; AWS takes 20",
        ),
        (
            {"archive_rules": {f"r{one}": PARTNER["known-partner"] for one in range(101)}},
            "external_access has 101 archive rules; AWS takes 100",
        ),
        (
            {
                "archive_rules": {
                    "r": {**PARTNER["known-partner"], "analyzers": ["internal_access"]}
                }
            },
            "An archive rule is for internal_access, which is not asked for",
        ),
    ],
)
def test_what_aws_would_not_take_is_a_fault_at_its_line(
    table: Desk, change: dict[str, Any], words: str
) -> None:
    table.layout(layout(access_analyzer={**SECTION, **change}))
    ran = table.run("validate")
    assert ran.code == 3
    assert words in ran.said


def finds(table: Desk, analyzer: str, **told: Any) -> None:
    """Let an analyzer of the audit account find something."""
    key = f"{AUDIT}/eu-west-1/{analyzer}"
    row = {
        "Id": "1",
        "Analyzer": key,
        "Type": "UnusedIAMRole",
        "Resource": "arn:aws:iam::555555555555:role/old",
        "ResourceType": "AWS::IAM::Role",
        "Owner": "555555555555",
        "Public": False,
        "Status": "ACTIVE",
        **told,
    }
    sandbox = Sandbox(table.sandbox)
    with sandbox.store.turn():
        sandbox.store.document("accessanalyzer").tables["findings"].put(f"{key}/{row['Id']}", row)
        sandbox.store.save()


def test_check_sums_up_what_each_analyzer_found_with_one_call(table: Desk) -> None:
    table.layout(layout(access_analyzer={**SECTION, "internal_access": True}))
    table.does("apply", "--baseline", "--yes")
    finds(table, "govkit-unused-access")
    finds(table, "govkit-internal-access")
    finds(table, "govkit-external-access", Status="ARCHIVED")
    log = table.sandbox / "calls.jsonl"
    log.unlink()
    found = json.loads(table.does("check", "--format", "json").out)["findings"]
    assert [(one["code"], one["account"], one["region"], one["message"]) for one in found] == [
        (
            "GK515",
            AUDIT,
            "eu-west-1",
            "govkit-unused-access has 1 active finding of unused access: 1 UnusedIAMRole.",
        ),
        (
            "GK516",
            AUDIT,
            "eu-west-1",
            "govkit-internal-access has 1 active finding of internal access: 1 AWS::IAM::Role.",
        ),
    ]
    calls = [json.loads(line)["operation"] for line in log.read_text().splitlines()]
    assert calls.count("GetFindingsStatistics") == 5
    log.unlink()
    table.does("drift", "--baseline")
    assert "GetFindingsStatistics" not in log.read_text()


def test_an_empty_list_of_archive_rules_is_complete(applied: Desk) -> None:
    applied.layout(layout(access_analyzer={**SECTION, "archive_rules": {}}))
    assert {f"{one['action']} {one['address']}" for one in planned(applied)} == {
        f"delete {RULE}",
        f"delete {RULE.replace('eu-west-1', 'us-east-1')}",
    }
    told = {name: value for name, value in SECTION.items() if name != "archive_rules"}
    applied.layout(layout(access_analyzer=told))
    assert planned(applied) == []
