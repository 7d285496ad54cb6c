"""Checks of accounts, each by a table: what it flags, and what it leaves alone."""

import importlib
import inspect
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govkit.checks.accounts._check import AccountCheck, Seen, account_checks
from govkit.kinds._access_analyzer import (
    EXTERNAL,
    INTERNAL,
    NAMES,
    UNUSED,
    AccessAnalyzer,
    UnusedAccess,
)
from govkit.kinds.account import Account
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.alternate_contact import AccountSettings
from govkit.kinds.analyzer_findings import AnalyzerFindings
from govkit.kinds.credential_report import ROOT_USER, Credential, Credentials
from govkit.kinds.iam_group import IamGroup
from govkit.kinds.iam_user import IamUser
from govkit.kinds.instance import Instance
from govkit.kinds.root_access import Wish
from govkit.model.address import ROOT, account
from govkit.model.state import State

CHECKS = {check.name: check for check in account_checks()}
TEAM, CHIEF = account("team"), account("chief")
RULES = Credentials(
    mfa="required",
    root_access_keys="forbidden",
    max_key_age_days=90,
    max_unused_days=45,
    direct_policies="forbidden",
)
TODAY = date(2026, 11, 23)
RECENT, DAY_45, DAY_46 = "2026-11-20T10:00:00+00:00", "2026-10-09T00:00:00Z", "2026-10-08T00:00:00Z"
DAY_90, DAY_91 = "2026-08-25T00:00:00Z", "2026-08-24T23:00:00Z"
JANE = Credential(
    TEAM,
    "jane",
    "arn:aws:iam::555555555555:user/jane",
    user_creation_time="2026-01-01T00:00:00+00:00",
    password_enabled=True,
    password_last_used=RECENT,
    password_last_changed=RECENT,
    mfa_active=True,
)
KEYED = replace(
    JANE,
    access_key_1_active=True,
    access_key_1_last_rotated=RECENT,
    access_key_1_last_used_date=RECENT,
    access_key_1_last_used_service="s3",
)
IDLE = replace(JANE, password_enabled=False, password_last_used=None, password_last_changed=None)
MACHINE = replace(
    KEYED, password_enabled=False, password_last_used=None, password_last_changed=None
)
ROOT_LINE = replace(JANE, user=ROOT_USER, password_enabled=None, mfa_active=False)
SUMMARY = AccountSummary(
    TEAM, root_password=False, root_mfa=False, root_access_keys=False, root_certificates=False
)
USER = IamUser(TEAM, "jane", JANE.arn)
GROUP = IamGroup(TEAM, "admins", "arn:aws:iam::555555555555:group/admins")

INSTANCE = Instance(TEAM, "eu-west-1", "i-1", "arn:aws:iam::555555555555:instance-profile/web")
FOUND = AnalyzerFindings(TEAM, "eu-west-1", NAMES[EXTERNAL], EXTERNAL, archived=4)

CASES: dict[str, tuple[Sequence[Any], Sequence[Any]]] = {
    "console-user-without-mfa": (
        [replace(JANE, mfa_active=False)],
        [JANE, replace(IDLE, mfa_active=False), ROOT_LINE],
    ),
    "root-without-mfa": (
        [replace(SUMMARY, root_password=True)],
        [SUMMARY, replace(SUMMARY, root_password=True, root_mfa=True)],
    ),
    "root-access-key": ([replace(SUMMARY, root_access_keys=True)], [SUMMARY]),
    "old-access-key": (
        [
            replace(KEYED, access_key_1_last_rotated=DAY_91),
            replace(KEYED, access_key_2_active=True, access_key_2_last_rotated=DAY_91),
        ],
        [
            replace(KEYED, access_key_1_last_rotated=DAY_90),
            replace(KEYED, access_key_1_active=False, access_key_1_last_rotated=DAY_91),
            replace(KEYED, access_key_1_last_rotated=None),
        ],
    ),
    "unused-access-key": (
        [
            replace(KEYED, access_key_1_last_used_date=DAY_46),
            replace(KEYED, access_key_1_last_used_date=None, access_key_1_last_rotated=DAY_46),
        ],
        [
            replace(KEYED, access_key_1_last_used_date=DAY_45),
            replace(KEYED, access_key_1_last_used_date=DAY_46, access_key_1_active=False),
            replace(KEYED, access_key_1_last_used_date=None),
        ],
    ),
    "unused-password": (
        [
            replace(JANE, password_last_used=DAY_46),
            replace(JANE, password_last_used=None, password_last_changed=DAY_46),
            replace(JANE, password_last_used=None, password_last_changed=None),
        ],
        [JANE, replace(JANE, password_last_used=DAY_45), replace(IDLE, password_last_used=DAY_46)],
    ),
    "unused-user": (
        [IDLE, replace(IDLE, access_key_1_last_used_date=DAY_46)],
        [
            JANE,
            MACHINE,
            replace(IDLE, user_creation_time=RECENT),
            replace(IDLE, access_key_2_last_used_date=DAY_45),
        ],
    ),
    "direct-policies": (
        [replace(USER, attached=("arn:aws:iam::aws:policy/X",)), replace(USER, inline=("own",))],
        [
            USER,
            replace(USER, groups=("staff",)),
            replace(USER, inline=("a",), administrator=("a",)),
        ],
    ),
    "inline-administrator": (
        [
            replace(USER, inline=("a",), administrator=("a",)),
            replace(GROUP, inline=("a",), administrator=("a",)),
        ],
        [USER, GROUP, replace(USER, inline=("a",)), replace(GROUP, inline=("a",))],
    ),
    "user-for-a-machine": (
        [MACHINE],
        [
            KEYED,
            replace(MACHINE, access_key_1_last_used_date=DAY_46),
            replace(MACHINE, access_key_1_last_used_service=None),
            replace(MACHINE, access_key_1_active=False),
        ],
    ),
    "instance-without-tokens": (
        [replace(INSTANCE, imds="v1")],
        [INSTANCE, replace(INSTANCE, imds="off")],
    ),
    "instance-without-role": ([replace(INSTANCE, profile=None)], [INSTANCE]),
    "external-access-findings": (
        [
            replace(FOUND, active=1),
            replace(FOUND, active=3, public=1, parts=(("AWS::S3::Bucket", 3),)),
        ],
        [FOUND, replace(FOUND, active=1, analyzer="theirs")],
    ),
    "unused-access-findings": (
        [replace(FOUND, type=UNUSED, analyzer=NAMES[UNUSED], active=2)],
        [replace(FOUND, type=UNUSED, analyzer=NAMES[UNUSED]), replace(FOUND, active=1)],
    ),
    "internal-access-findings": (
        [replace(FOUND, type=INTERNAL, analyzer=NAMES[INTERNAL], active=2)],
        [replace(FOUND, type=INTERNAL, analyzer=NAMES[INTERNAL]), replace(FOUND, active=1)],
    ),
    "member-root-credentials": (
        [
            replace(SUMMARY, root_password=True, root_mfa=True),
            replace(SUMMARY, root_certificates=True),
        ],
        [SUMMARY, replace(SUMMARY, account=CHIEF, root_password=True)],
    ),
}


def flagged(name: str, *resources: Any, rules: Credentials = RULES) -> list[Any]:
    accounts = [
        Account(TEAM, ROOT, "team"),
        Account(CHIEF, ROOT, "chief", management=True),
    ]
    state = State([*accounts, *resources])
    sections = {
        "credentials": rules,
        "root_access": Wish(credentials_management=True),
        "account": AccountSettings(imds="v2"),
        "access_analyzer": AccessAnalyzer(unused_access=UnusedAccess(), internal_access=True),
    }
    return list(CHECKS[name].look(Seen(state, TODAY, sections)))


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_flags_what_it_is_about_and_nothing_else(name: str) -> None:
    bad, good = CASES[name]
    for one in bad:
        (remark,) = flagged(name, one)
        assert remark.account == TEAM
        assert remark.message.endswith(".")
        assert remark.expected != remark.actual
    for one in good:
        assert flagged(name, one) == [], one


@pytest.mark.parametrize("name", CHECKS)
def test_what_the_layout_does_not_ask_for_is_not_flagged(name: str) -> None:
    asked_anyway = {"inline-administrator", "user-for-a-machine", "instance-without-role"}
    bad, _ = CASES[name]
    seen = Seen(State(bad[:1]), TODAY)
    assert bool(list(CHECKS[name].look(seen))) == (name in asked_anyway)


@pytest.mark.parametrize("check", account_checks(), ids=lambda check: check.code)
def test_a_check_explains_itself(check: AccountCheck) -> None:
    module = importlib.import_module(f"govkit.checks.accounts.{check.name.replace('-', '_')}")
    page = inspect.getdoc(module) or ""
    assert module.CHECK is check
    assert re.fullmatch(r"GK5\d\d", check.code)
    assert re.search(
        r"^## Why it matters\n\n.+^## What to do\n\n.+", page, re.DOTALL | re.MULTILINE
    )
    assert check.fix.endswith(".")
    assert check.controls


def test_no_two_checks_share_a_code_or_a_name() -> None:
    assert len({check.code for check in account_checks()}) == len(account_checks())
    assert len(CHECKS) == len(account_checks())


def test_the_findings_of_an_analyzer_are_summed_up_in_a_line() -> None:
    parts = (("AWS::IAM::Role", 1), ("AWS::S3::Bucket", 2))
    (remark,) = flagged("external-access-findings", replace(FOUND, active=3, public=1, parts=parts))
    assert (remark.resource, remark.region) == (str(FOUND.needs[0]), "eu-west-1")
    assert remark.message == (
        "govkit-external-access has 3 active findings of external access: "
        "1 of them public, 1 AWS::IAM::Role, 2 AWS::S3::Bucket."
    )
    assert remark.actual == {
        "active": 3,
        "archived": 4,
        "AWS::IAM::Role": 1,
        "AWS::S3::Bucket": 2,
        "public": 1,
    }


def test_where_another_tool_keeps_the_analyzers_those_of_any_name_are_summed_up() -> None:
    sections = {"access_analyzer": AccessAnalyzer(managed_by="lza")}
    theirs = replace(FOUND, analyzer="theirs", active=1)
    look = CHECKS["external-access-findings"].look
    assert len(list(look(Seen(State([theirs]), TODAY, sections)))) == 1
