"""The password policy: wanted in every account that the baseline covers, and whole."""

import json
from typing import Any

from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

RULES = {
    "minimum_length": 14,
    "require": ["uppercase", "lowercase", "numbers", "symbols"],
    "max_age_days": 90,
    "reuse_prevention": 24,
    "users_may_change": True,
}


def planned(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    told: dict[str, Any] = json.loads(desk.does("plan", "--format", "json", *arguments).out)
    steps: list[dict[str, Any]] = told["steps"]
    return steps


def test_only_the_baseline_option_enters_accounts(table: Desk) -> None:
    table.layout(layout(password_policy=RULES))
    assert planned(table) == []
    assert [step["address"] for step in planned(table, "--baseline")] == [
        f"password_policy:{key}" for key in ("audit", "log-archive", "management", "payments")
    ]


def test_applied_once_it_is_in_sync_and_a_change_by_hand_is_drift(table: Desk) -> None:
    table.layout(layout(password_policy=RULES))
    table.does("apply", "--baseline", "--yes")
    assert planned(table, "--baseline") == []
    assert table.run("drift", "--baseline").code == 0

    clicks(table, ACCOUNTS["payments"], "iam", "DeleteAccountPasswordPolicy")
    weak = {"MinimumPasswordLength": 8}
    clicks(table, ACCOUNTS["audit"], "iam", "UpdateAccountPasswordPolicy", weak)
    ran = table.run("drift", "--baseline", "--format", "json")
    assert ran.code == 2, ran.said
    found = {one["address"]: one["change"] for one in json.loads(ran.out)["drift"]}
    assert found == {
        "password_policy:audit": "changed",
        "password_policy:payments": "missing",
    }
    table.does("apply", "--only", "baseline", "--yes")
    assert table.run("drift", "--baseline").code == 0


def test_what_is_done_inside_accounts_is_a_share_of_its_own(table: Desk) -> None:
    wanted = layout(password_policy=RULES)
    table.layout({**wanted, "ous": {**wanted.get("ous", {}), "Later": None}})
    ran = table.does("apply", "--baseline", "--yes", "--authority", "member")
    assert "Applied: 4 of 5 steps done, 1 left." in ran.out
    assert "apply --authority structure" in ran.out.splitlines()[-1]
    assert [step["address"] for step in planned(table, "--baseline")] == ["ou:/Later"]


def test_the_whole_policy_is_sent_each_time(table: Desk) -> None:
    table.layout(layout(password_policy={"minimum_length": 20}))
    (step, *_) = planned(table, "--only", "account:audit", "--baseline")
    assert step["authority"] == "member"
    assert step["calls"] == [
        {
            "service": "iam",
            "operation": "UpdateAccountPasswordPolicy",
            "parameters": {
                "MinimumPasswordLength": 20,
                "RequireUppercaseCharacters": False,
                "RequireLowercaseCharacters": False,
                "RequireNumbers": False,
                "RequireSymbols": False,
                "AllowUsersToChangePassword": False,
                "HardExpiry": False,
            },
            "account": ACCOUNTS["audit"],
        }
    ]


def test_figures_out_of_bounds_are_a_fault_at_their_line(table: Desk) -> None:
    table.layout(layout(password_policy={"minimum_length": 200}))
    ran = table.run("validate")
    assert ran.code == 3
    assert "minimum_length is 200; IAM takes 6 to 128" in ran.said
