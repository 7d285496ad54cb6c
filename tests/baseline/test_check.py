"""`govkit check`: every planted fault is found, with the right words, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from baselines import clicks
from hygiene import (
    ACCOUNTS,
    CREDENTIALS,
    MANAGEMENT,
    RULES,
    ago,
    four_hours_pass,
    layout,
    organization,
    root,
    user,
)
from terminal import Desk, desk

ADMIN = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READER = {"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
BASELINE = {
    "cloudtrail": {"bucket": {"name": "acme-trail", "account": "team-20"}},
    "config": {"delivery": {"bucket": {"name": "acme-config", "account": "team-20"}}},
    "password_policy": RULES,
    "root_access": {"credentials_management": True, "root_sessions": True},
    "credentials": CREDENTIALS,
}
TEAM = ACCOUNTS


@pytest.fixture(scope="module")
def whole() -> Iterator[Desk]:
    """Give an organization with everything of the baseline on, and users as they should be."""
    with desk() as table:
        organization(table)
        table.layout(layout(**BASELINE))
        table.does("apply", "--baseline", "--yes")
        user(table, TEAM["team-21"], "jane", password=(30, 2), access_keys=((30, 1),))
        table.does("check")
        yield table


def found(table: Desk, *arguments: str) -> list[dict[str, Any]]:
    told = json.loads(table.run("check", "--format", "json", *arguments).out)
    assert told["incomplete"] == []
    findings: list[dict[str, Any]] = told["findings"]
    return findings


def test_each_planted_fault_is_found_and_nothing_else(whole: Desk) -> None:
    planned = whole.does("plan", "--baseline", "--format", "json").out
    assert json.loads(planned)["steps"] == []
    assert found(whole) == []
    plant(whole)
    ran = whole.run("check", "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["incomplete"]) == (3, [])
    seen = [(one["code"], one["account_key"], one["resource"]) for one in told["findings"]]
    assert sorted(seen) == sorted(EXPECTED)
    for one in told["findings"]:
        assert one["origin"]["file"].endswith("org_layout.yaml")
        assert one["fix"].endswith(".")
        assert one["account"] == (
            MANAGEMENT if one["account_key"] == "management" else TEAM[one["account_key"]]
        )


def arn(team: str, name: str, sort: str = "user") -> str:
    return f"arn:aws:iam::{TEAM[team]}:{sort}/{name}"


EXPECTED = [
    ("GK501", "team-20", arn("team-20", "no-mfa")),
    ("GK502", "management", "<root_account>"),
    ("GK503", "team-21", "<root_account>"),
    ("GK504", "team-22", arn("team-22", "old-key")),
    ("GK504", "team-22", arn("team-22", "second-key")),
    ("GK505", "team-23", arn("team-23", "idle-key")),
    ("GK505", "team-23", arn("team-23", "never-used")),
    ("GK506", "team-24", arn("team-24", "idle-password")),
    ("GK506", "team-24", arn("team-24", "never-signed-in")),
    ("GK507", "team-25", arn("team-25", "nobody")),
    ("GK508", "team-26", arn("team-26", "attached")),
    ("GK508", "team-26", arn("team-26", "inline")),
    ("GK509", "team-27", arn("team-27", "hidden-admin")),
    ("GK509", "team-27", arn("team-27", "hidden-admins", "group")),
    ("GK510", "team-28", arn("team-28", "build-server")),
    ("GK511", "team-29", "<root_account>"),
    ("GK500", "team-30", "password_policy:team-30"),
    ("GK500", "team-28", "password_policy:team-28"),
    ("GK500", "management", "trail:management/eu-west-1/org-trail"),
    ("GK500", "team-20", "config_recording:team-20/eu-west-1/govkit"),
    ("GK500", "team-21", "config_channel:team-21/eu-west-1/govkit"),
    ("GK500", "team-22", "config_recorder:team-22/eu-west-1/govkit"),
    ("GK500", "management", "root_access:management/RootSessions"),
]


def plant(table: Desk) -> None:
    """Do what people do: each line is a fault."""
    user(table, TEAM["team-20"], "no-mfa", password=(30, 1), mfa=False)
    root(table, MANAGEMENT, Password=True)
    root(table, TEAM["team-21"], Keys=[ago(400)])
    user(table, TEAM["team-22"], "old-key", password=(30, 1), access_keys=((91, 3),))
    user(table, TEAM["team-22"], "second-key", password=(9, 1), access_keys=((9, 1), (120, 5)))
    user(table, TEAM["team-23"], "idle-key", password=(30, 1), access_keys=((80, 46),))
    user(table, TEAM["team-23"], "never-used", password=(30, 1), access_keys=((60, None),))
    user(table, TEAM["team-24"], "idle-password", password=(60, 46))
    user(table, TEAM["team-24"], "never-signed-in", password=(60, None))
    user(table, TEAM["team-25"], "nobody", made=46)
    policies(table)
    user(table, TEAM["team-28"], "build-server", access_keys=((30, 1),), service="s3")
    root(table, TEAM["team-29"], Password=True, Mfa=True)
    services(table)
    four_hours_pass(table)


def policies(table: Desk) -> None:
    for name in ("attached", "inline"):
        user(table, TEAM["team-26"], name, password=(30, 1))
    told = {"UserName": "attached", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    clicks(table, TEAM["team-26"], "iam", "AttachUserPolicy", told)
    put(table, "team-26", "User", "inline", READER)
    user(table, TEAM["team-27"], "hidden-admin", password=(30, 1))
    put(table, "team-27", "User", "hidden-admin", ADMIN)
    clicks(table, TEAM["team-27"], "iam", "CreateGroup", {"GroupName": "hidden-admins"})
    put(table, "team-27", "Group", "hidden-admins", ADMIN)


def put(table: Desk, team: str, sort: str, name: str, document: Any) -> None:
    told = {f"{sort}Name": name, "PolicyName": "mine", "PolicyDocument": json.dumps(document)}
    clicks(table, TEAM[team], "iam", f"Put{sort}Policy", told)


def services(table: Desk) -> None:
    """Weaken what the baseline keeps on."""

    def click(team: str, service: str, operation: str, params: Any) -> None:
        account = TEAM.get(team, MANAGEMENT)
        clicks(table, account, service, operation, params, region="eu-west-1")

    click("team-30", "iam", "UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 8})
    click("team-28", "iam", "DeleteAccountPasswordPolicy", {})
    narrowed = [{"ReadWriteType": "WriteOnly"}]
    click(
        "",
        "cloudtrail",
        "PutEventSelectors",
        {"TrailName": "org-trail", "EventSelectors": narrowed},
    )
    click("team-20", "config", "StopConfigurationRecorder", {"ConfigurationRecorderName": "govkit"})
    often = {"configSnapshotDeliveryProperties": {"deliveryFrequency": "One_Hour"}}
    channel = {"name": "govkit", "s3BucketName": "acme-config", **often}
    click("team-21", "config", "PutDeliveryChannel", {"DeliveryChannel": channel})
    other = {"name": "govkit", "roleARN": f"arn:aws:iam::{TEAM['team-22']}:role/other"}
    click("team-22", "config", "PutConfigurationRecorder", {"ConfigurationRecorder": other})
    click("", "iam", "DisableOrganizationsRootSessions", {})
