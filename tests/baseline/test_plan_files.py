"""A plan file of the accounts' baseline is compared with the accounts, whoever applies it."""

from baselines import layout
from terminal import Desk


def test_a_plan_file_knows_that_the_accounts_were_entered(table: Desk) -> None:
    table.layout(layout(password_policy={"minimum_length": 14}))
    table.does("plan", "--baseline", "--out", "plan.json")
    ran = table.does("apply", "plan.json", "--yes")
    assert "Applied: 4 of 4 steps done" in ran.out
    assert ran.out.endswith("Next: govkit --baseline drift\n")
    assert "No changes." in table.does("plan", "--baseline").out
