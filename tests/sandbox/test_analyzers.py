"""Access Analyzer in the sandbox: who may have which analyzer, how many, and what disables one."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from govkit.sandbox.calls import Call
from govkit.sandbox.identity import session_caller
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.sandbox import Sandbox

PRINCIPAL = "access-analyzer.amazonaws.com"
FILTER = {"principal.AWS": {"eq": ["444444444444"]}, "isPublic": {"exists": False}}
CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def analyzer(play: Any) -> Any:
    """A client in the management account, where the service has access."""
    play.client.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    return client(play)


def client(play: Any, region: str = "eu-west-1") -> Any:
    return play.session.client("accessanalyzer", region_name=region, config=CONFIG)


def refused(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def make(analyzer: Any, name: str = "one", kind: str = "ORGANIZATION", **more: Any) -> None:
    analyzer.create_analyzer(analyzerName=name, type=kind, **more)


def status(analyzer: Any, name: str = "one") -> tuple[str, str]:
    found = analyzer.get_analyzer(analyzerName=name)["analyzer"]
    return found["status"], found.get("statusReason", {}).get("code", "")


def inside(play: Any, account: str, operation: str, **params: Any) -> Any:
    """Call as the administrator of another account."""
    sandbox = Sandbox(play.directory, clock=play.clock.clock())
    caller = session_caller(sandbox.settings, account, "Admin", "test")
    return sandbox.answer(Call("accessanalyzer", operation, params, caller, "eu-west-1"))


def test_only_get_tells_what_an_analyzer_is_told(analyzer: Any) -> None:
    told = {"unusedAccess": {"unusedAccessAge": 30}}
    make(analyzer, kind="ORGANIZATION_UNUSED_ACCESS", configuration=told, tags={"a": "b"})
    (listed,) = analyzer.list_analyzers()["analyzers"]
    found = analyzer.get_analyzer(analyzerName="one")["analyzer"]
    assert "configuration" not in listed
    assert (found["configuration"], found["tags"], found["status"]) == (told, {"a": "b"}, "ACTIVE")
    assert listed["arn"] == "arn:aws:access-analyzer:eu-west-1:111111111111:analyzer/one"


def test_an_organizations_analyzer_needs_access_and_an_administrator(play: Any) -> None:
    code = refused(client(play).create_analyzer, analyzerName="one", type="ORGANIZATION")
    assert code == "ValidationException"
    play.client.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    member = play.account("shop")
    told = {"analyzerName": "one", "type": "ORGANIZATION"}
    with pytest.raises(RefusalError) as caught:
        inside(play, member, "CreateAnalyzer", **told)
    assert caught.value.code == "AccessDeniedException"
    play.client.register_delegated_administrator(AccountId=member, ServicePrincipal=PRINCIPAL)
    assert inside(play, member, "CreateAnalyzer", **told)["arn"].endswith("analyzer/one")
    account = {"analyzerName": "own", "type": "ACCOUNT"}
    assert inside(play, play.account("other"), "CreateAnalyzer", **account)


def test_an_analyzer_that_lost_its_footing_stays_disabled(play: Any, analyzer: Any) -> None:
    make(analyzer)
    play.client.disable_aws_service_access(ServicePrincipal=PRINCIPAL)
    assert status(analyzer) == ("DISABLED", "AWS_SERVICE_ACCESS_DISABLED")
    play.clock.sleep(1)
    play.client.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    assert status(analyzer) == ("DISABLED", "AWS_SERVICE_ACCESS_DISABLED")
    analyzer.delete_analyzer(analyzerName="one")
    make(analyzer)
    assert status(analyzer) == ("ACTIVE", "")


def test_a_deregistered_administrators_analyzers_are_disabled(play: Any, analyzer: Any) -> None:
    member = play.account("shop")
    both = {"AccountId": member, "ServicePrincipal": PRINCIPAL}
    play.client.register_delegated_administrator(**both)
    inside(play, member, "CreateAnalyzer", analyzerName="one", type="ORGANIZATION")
    play.client.deregister_delegated_administrator(**both)
    (found,) = inside(play, member, "ListAnalyzers")["analyzers"]
    assert found["statusReason"] == {"code": "DELEGATED_ADMINISTRATOR_DEREGISTERED"}


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("ACCOUNT", 1),
        ("ACCOUNT_UNUSED_ACCESS", 1),
        ("ORGANIZATION", 5),
        ("ORGANIZATION_UNUSED_ACCESS", 5),
        ("ORGANIZATION_INTERNAL_ACCESS", 1),
    ],
)
def test_quotas_hold_per_type_and_region(play: Any, analyzer: Any, kind: str, most: int) -> None:
    for number in range(most):
        make(analyzer, f"a{number}", kind)
    code = refused(analyzer.create_analyzer, analyzerName="more", type=kind)
    assert code == "ServiceQuotaExceededException"
    make(client(play, "us-east-1"), "elsewhere", kind)


def test_what_contradicts_itself_is_refused(analyzer: Any) -> None:
    make(analyzer)
    assert refused(analyzer.create_analyzer, analyzerName="one", type="ACCOUNT") == (
        "ConflictException"
    )
    told = {"unusedAccess": {"unusedAccessAge": 30}}
    for call, params in (
        (
            analyzer.create_analyzer,
            {"analyzerName": "two", "type": "ACCOUNT", "configuration": told},
        ),
        (analyzer.update_analyzer, {"analyzerName": "one", "configuration": told}),
        (analyzer.create_analyzer, {"analyzerName": "1", "type": "ACCOUNT"}),
        (
            analyzer.create_analyzer,
            {
                "analyzerName": "two",
                "type": "ACCOUNT_UNUSED_ACCESS",
                "configuration": {"unusedAccess": {"unusedAccessAge": 366}},
            },
        ),
    ):
        assert refused(call, **params) == "ValidationException"
    assert refused(analyzer.get_analyzer, analyzerName="two") == "ResourceNotFoundException"


def test_an_update_keeps_what_it_is_not_told(analyzer: Any) -> None:
    make(analyzer, kind="ORGANIZATION_UNUSED_ACCESS")
    analyzer.update_analyzer(analyzerName="one")
    found = analyzer.get_analyzer(analyzerName="one")["analyzer"]
    assert found["configuration"] == {"unusedAccess": {"unusedAccessAge": 90}}


def test_archive_rules_are_made_changed_listed_and_go_with_their_analyzer(analyzer: Any) -> None:
    make(analyzer, archiveRules=[{"ruleName": "first", "filter": FILTER}])
    analyzer.create_archive_rule(analyzerName="one", ruleName="second", filter=FILTER)
    changed = {"isPublic": {"exists": True}}
    analyzer.update_archive_rule(analyzerName="one", ruleName="second", filter=changed)
    listed = analyzer.list_archive_rules(analyzerName="one")["archiveRules"]
    assert [(one["ruleName"], one["filter"]) for one in listed] == [
        ("first", FILTER),
        ("second", changed),
    ]
    analyzer.delete_archive_rule(analyzerName="one", ruleName="first")
    analyzer.delete_analyzer(analyzerName="one")
    make(analyzer)
    assert analyzer.list_archive_rules(analyzerName="one")["archiveRules"] == []


def test_archive_rules_have_limits(analyzer: Any) -> None:
    rules = [{"ruleName": f"r{number}", "filter": FILTER} for number in range(100)]
    make(analyzer, archiveRules=rules)
    one = {"analyzerName": "one"}
    create, update = analyzer.create_archive_rule, analyzer.update_archive_rule
    assert refused(create, **one, ruleName="more", filter=FILTER) == "ServiceQuotaExceededException"
    assert refused(create, **one, ruleName="r1", filter=FILTER) == "ConflictException"
    assert refused(update, **one, ruleName="none", filter=FILTER) == "ResourceNotFoundException"
    many = {"principal.AWS": {"eq": [str(number) for number in range(21)]}}
    for bad in (many, {}, {"principal.AWS": {}}):
        assert refused(update, **one, ruleName="r1", filter=bad) == "ValidationException"
    pages = analyzer.get_paginator("list_archive_rules").paginate(**one)
    found = [rule["ruleName"] for page in pages for rule in page["archiveRules"]]
    assert sorted(found) == sorted(rule["ruleName"] for rule in rules)


def test_what_a_service_manages_cannot_be_deleted(play: Any, analyzer: Any) -> None:
    make(analyzer)
    sandbox = Sandbox(play.directory, clock=play.clock.clock())
    with sandbox.store.turn():
        rows = sandbox.store.document("accessanalyzer").tables["analyzers"]
        key = "111111111111/eu-west-1/one"
        rows.put(key, {**rows[key], "ManagedBy": "securityhubv2", "Failure": ""})
        rows.put(f"{key}2", {**rows[key], "Name": "one2", "Failure": "ORGANIZATION_DELETED"})
        sandbox.store.save()
    assert refused(analyzer.delete_analyzer, analyzerName="one") == "AccessDeniedException"
    assert analyzer.get_analyzer(analyzerName="one")["analyzer"]["managedBy"] == "securityhubv2"
    assert status(analyzer, "one2") == ("FAILED", "ORGANIZATION_DELETED")


STATISTICS: dict[str, tuple[str, dict[str, Any]]] = {
    "ORGANIZATION": (
        "externalAccessFindingsStatistics",
        {
            "resourceTypeStatistics": {
                "AWS::S3::Bucket": {"totalActivePublic": 1, "totalActiveCrossAccount": 1},
            }
        },
    ),
    "ORGANIZATION_UNUSED_ACCESS": (
        "unusedAccessFindingsStatistics",
        {
            "unusedAccessTypeStatistics": [{"unusedAccessType": "UnusedIAMRole", "total": 2}],
            "topAccounts": [{"account": "555555555555", "numberOfActiveFindings": 2}],
        },
    ),
    "ORGANIZATION_INTERNAL_ACCESS": (
        "internalAccessFindingsStatistics",
        {"resourceTypeStatistics": {"AWS::S3::Bucket": {"totalActiveFindings": 2}}},
    ),
}


@pytest.mark.parametrize("kind", STATISTICS)
def test_what_an_analyzer_found_is_counted(play: Any, analyzer: Any, kind: str) -> None:
    make(analyzer, kind=kind)
    (arn,) = [one["arn"] for one in analyzer.list_analyzers()["analyzers"]]
    key = "111111111111/eu-west-1/one"
    sandbox = Sandbox(play.directory, clock=play.clock.clock())
    with sandbox.store.turn():
        rows = sandbox.store.document("accessanalyzer").tables["findings"]
        for number, status in enumerate(("ACTIVE", "ACTIVE", "ARCHIVED", "RESOLVED")):
            told = {
                "Id": str(number),
                "Analyzer": key,
                "Type": "UnusedIAMRole",
                "Resource": f"arn:aws:s3:::b{number}",
                "ResourceType": "AWS::S3::Bucket",
                "Owner": "555555555555",
                "Public": number == 0,
                "Status": status,
            }
            rows.put(f"{key}/{number}", told)
        sandbox.store.save()
    member, more = STATISTICS[kind]
    (told,) = analyzer.get_findings_statistics(analyzerArn=arn)["findingsStatistics"]
    totals = {"totalActiveFindings": 2, "totalArchivedFindings": 1, "totalResolvedFindings": 1}
    assert told == {member: {**totals, **more}}
    elsewhere = arn.replace("eu-west-1", "us-east-1")
    assert refused(analyzer.get_findings_statistics, analyzerArn=elsewhere) == (
        "AccessDeniedException"
    )
    none = arn.replace("analyzer/one", "analyzer/none")
    assert refused(analyzer.get_findings_statistics, analyzerArn=none) == (
        "ResourceNotFoundException"
    )
    analyzer.delete_analyzer(analyzerName="one")
    make(analyzer, kind=kind)
    (empty,) = analyzer.get_findings_statistics(analyzerArn=arn)["findingsStatistics"]
    assert empty[member]["totalActiveFindings"] == 0


def test_an_operation_that_is_not_played_or_not_known_is_refused(play: Any) -> None:
    assert refused(client(play).list_policy_generations) == "UnsupportedOperationException"
    sandbox = Sandbox(play.directory)
    with pytest.raises(RefusalError) as caught:
        sandbox.answer(Call("accessanalyzer", "MakeCoffee", {}))
    assert caught.value.code == "UnknownOperationException"
