"""Where nobody may see which services are trusted, the plan says what that leaves open, and apply what to do."""

from collections.abc import Iterator

import pytest
from terminal import Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant

CONFIG = "config.amazonaws.com"
INSPECTOR = "inspector2.amazonaws.com"
ENABLE = "aws organizations enable-aws-service-access --service-principal"
LAYOUT = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "accounts": {"audit": {"id": "444444444444", "ou": "Sec"}},
    "ous": {"Sec": {"tags": {"team": "audit"}}},
    "services": {"trusted_access": [CONFIG], "delegated_administrators": {"audit": [CONFIG]}},
}
TYPE = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "ous": {"Sec": None},
    "guardrails": {
        "scans": {
            "type": "inspector",
            "policy": {"inspector": {"enablement": {}}},
            "attach": ["Sec"],
        }
    },
}


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        accounts = {"444444444444": {"name": "audit", "ou": "Sec"}}
        build({"ous": ["Sec"], "accounts": accounts}, found.sandbox)
        found.layout(LAYOUT)
        yield found


def blind(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListAWSServiceAccessForOrganization", times=9))


def test_the_plan_says_what_aws_may_refuse(table: Desk) -> None:
    blind(table)
    told = table.does("plan").out
    assert "GK313" in told
    assert f"Nobody could see whether {CONFIG} has trusted access" in told
    assert f"{ENABLE} {CONFIG}" in told


def test_it_says_so_of_a_policy_type_as_well(table: Desk) -> None:
    table.layout(TYPE)
    blind(table)
    assert f"Nobody could see whether {INSPECTOR} has trusted access" in table.does("plan").out


def test_it_says_nothing_where_it_was_seen_or_nothing_depends_on_it(table: Desk) -> None:
    assert "GK313" not in table.does("plan").out
    table.layout({**LAYOUT, "services": {}})
    blind(table)
    assert "GK313" not in table.does("plan").out


def test_apply_says_what_to_do_first_where_aws_refuses(table: Desk) -> None:
    blind(table)
    ran = table.run("apply", "--yes")
    assert ran.code == 6
    assert "SERVICE_ACCESS_NOT_ENABLED" in ran.err
    assert f"Let {CONFIG} have trusted access first" in ran.err
    assert f"{ENABLE} {CONFIG}" in ran.err
    assert "Run the same command again to finish." in ran.err
    changes.trust(Console(table.sandbox), CONFIG)
    table.does("apply", "--yes")


def test_it_says_so_where_nothing_was_written_yet(table: Desk) -> None:
    table.layout(TYPE)
    blind(table)
    ran = table.run("apply", "--yes")
    assert ran.code == 1, ran.said
    assert f"{ENABLE} SERVICE" in ran.err


def test_what_aws_does_not_allow_in_the_middle_is_said_to_be_allowed_first(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "EnableAWSServiceAccess"))
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "RegisterDelegatedAdministrator"))
    ran = table.run("apply", "--yes")
    assert ran.code == 7, ran.said
    ran = table.run("apply", "--yes")
    assert ran.code == 6, ran.said
    assert "Allow organizations:RegisterDelegatedAdministrator for " in ran.err
    assert "Run the same command again to finish." in ran.err
