"""A plan as people read it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from govkit.access.action_index import action_index
from govkit.report import PLAIN, Style, formats
from govkit.report._requests_text import condition, requests, witness

Make = Callable[..., Any]

GOLDEN = """\
Organization o-exampleorgid, layout main (org_layout.yaml), as of 2026-11-23

Build up
  1  + create  SCP deny-leave                                       main asks for it, org_layout.yaml:71:3
       + statement Deny organizations:LeaveOrganization
  2  ~ update  SCP deny-regions                                     differs in document, 4 accounts, weakens, org_layout.yaml:72:3
       ~ statement DenyRegions: StringNotEquals aws:RequestedRegion + us-west-2
  3  ~ tag     OU /Workloads/Prod                                   differs in values, org_layout.yaml:73:3
       + values.cost: "1"
       - values.owner: "x"
       ~ values.tier: "prod" -> "production"
  4  + attach  SCP deny-leave to the root                           main asks for it, 12 accounts, strengthens, org_layout.yaml:74:3

Rearrange
  5  > move    account jane from OU /Sandbox to OU /Workloads/Prod  differs in parent, 1 account, weakens and strengthens, org_layout.yaml:75:3
  6  + create  account search-prod                                  main asks for it, 1 account, org_layout.yaml:76:3
       + parent: the root
       + name: "Search Prod"
       + email: "s@example.com"

Clear away
  7  - detach  SCP old from OU /Sandbox                             old is not to be attached there, 1 account, meaning unknown
  8  - delete  OU /Old                                              is to be absent, org_layout.yaml:78:3

What it means for accounts
  1 account: search-prod
    + gains SCP deny-leave
  2 accounts: 555555555555, 666666666666
    + gains SCP deny-leave
    - loses SCP old
    ~ sees changed SCP deny-regions
    - newly denied ec2:* outside eu-west-1, eu-central-1 unless role/Way
          request: ec2:RunInstances in ap-south-1 as role/Any in 555555555555: allowed before, denied by deny-regions (Statement[0]) after
    ? unknown: too many patterns

Orphans: made for this layout, no longer named by it, still in force (`absent: true` takes them away)
  1 policy: old-guard

Strangers: not named by the layout, left alone
  1 account: sandbox-jane (999999999999)
  1 OU: /Lab

Findings
  warning GK301  scp/x is detached early.
      Free a slot.

Fingerprint: sha256:f724a5b0ea30d61d2cf3db88c2ae8cce196875f7f76bd3daa36dfc5755158212
Plan: 2 to create, 2 to update, 1 to delete, 1 to move, 1 to attach, 1 to detach; 3 accounts affected. Next: govkit apply
"""


def told(plan: dict[str, Any], style: Style = PLAIN) -> str:
    return formats()["text"].plan(plan, style)


def test_a_plan_is_told_step_by_step_with_its_meaning(make_plan: Make) -> None:
    assert told(make_plan()) == GOLDEN


def test_the_fingerprint_is_told_where_a_plan_can_be_applied_by_it(make_plan: Make) -> None:
    """Not by `apply` itself, which shows the same plan, nor where nothing is to be done."""
    plan = make_plan()
    assert f"\nFingerprint: {plan['fingerprint']}\nPlan: " in told(plan)
    assert "Fingerprint" not in told(plan, Style(again="apply plan.json"))
    rollback = Style(command="rollback RUN", again="rollback RUN")
    assert "Fingerprint" not in told(plan, rollback)
    assert "Fingerprint" in told(plan, replace(rollback, again="rollback RUN --dry-run"))
    assert "Fingerprint" not in told(make_plan(steps=()))


def test_an_empty_plan_says_so_plainly(make_plan: Make) -> None:
    plan = make_plan(steps=(), effects=(), orphans=(), strangers=(), findings=())
    assert told(plan) == (
        "Organization o-exampleorgid, layout main (org_layout.yaml), as of 2026-11-23\n\n"
        "No changes. The organization is as the layout wants it. Next: govkit drift\n"
    )


def test_an_empty_part_of_a_plan_does_not_speak_for_the_whole(make_plan: Make) -> None:
    plan = make_plan(steps=(), effects=(), left_out=3)
    assert told(plan).splitlines()[-1] == (
        "No changes. What is left in is as the layout wants it; 3 left out. Next: govkit drift"
    )


def test_what_only_leaves_out_is_counted(make_plan: Make) -> None:
    assert "; 3 accounts affected; 2 left out. Next" in told(make_plan(left_out=2))


def test_a_refused_plan_names_rails_and_overrides(make_plan: Make, make_refusal: Make) -> None:
    findings = (make_refusal(), make_refusal("max_moves", 30), make_refusal("max_moves", 1))
    text = told(make_plan(findings=findings), Style(program="govkit --sandbox demo"))
    assert (
        "Refused by rail max_deletes\n"
        "  Deletes: 5, and max_deletes is 3: a, b.\n"
        "  To let it pass: govkit --sandbox demo plan --allow max_deletes=5\n"
        "Refused by rail max_moves\n"
        "  Deletes: 30, and max_moves is 3: a, b.\n"
        "  Deletes: 1, and max_moves is 3: a, b.\n"
        "  To let it pass: govkit --sandbox demo plan --allow max_moves=31\n"
    ) in text
    last = text.splitlines()[-1]
    assert last.startswith("Plan refused: 2 to create, ")
    assert last.endswith(
        "Next: govkit --sandbox demo plan --allow max_deletes=5 --allow max_moves=31"
    )


def test_a_refused_plan_without_steps_does_not_say_no_changes(
    make_plan: Make, make_refusal: Make
) -> None:
    text = told(make_plan(steps=(), effects=(), findings=(make_refusal("organization", 1),)))
    assert text.splitlines()[-1].startswith("Plan refused: nothing to do. Next: govkit plan")


def test_an_allowed_rail_is_told_with_its_override_and_is_no_error(
    make_plan: Make, make_refusal: Make
) -> None:
    text = told(make_plan(findings=(make_refusal(),)), Style(allowed={"max_deletes": 5}))
    assert "refused" not in text.lower()
    assert "error GK401" not in text
    assert "Allowed by --allow max_deletes=5\n  Deletes: 5" in text
    assert text.endswith("Next: govkit apply --allow max_deletes=5\n")
    enough = told(make_plan(findings=(make_refusal(),)), Style(allowed={"max_deletes": 4}))
    assert "Plan refused" in enough


def test_the_next_command_is_as_the_reader_calls_it(make_plan: Make) -> None:
    style = Style(program="govkit --sandbox demo", plan_file="my plan.json")
    assert told(make_plan(), style).endswith("Next: govkit --sandbox demo apply 'my plan.json'\n")


def test_accounts_are_told_by_name_where_it_is_known(make_plan: Make) -> None:
    text = told(make_plan(), Style(names={"555555555555": "payments-prod"}))
    assert "2 accounts: payments-prod (555555555555), 666666666666" in text


def test_long_account_lists_are_counted_and_cut(make_plan: Make) -> None:
    plan = make_plan()
    plan["effects"][1]["accounts"] = [str(10**11 + number) for number in range(300)]
    assert "300 accounts: 100000000000, " in told(plan)
    assert ", 100000000009 and 290 more\n" in told(plan)


def test_many_groups_of_accounts_are_cut_and_counted(make_plan: Make) -> None:
    plan = make_plan()
    plan["effects"] = [
        {"accounts": [str(10**11 + n)], "gains": ["policy:scp/a"], "loses": [], "changes": []}
        for n in range(40)
    ]
    assert "  and 15 more groups with 15 accounts; --format json shows all\n" in told(plan)


def test_letting_go_early_stays_with_what_it_makes_room_for(make_plan: Make) -> None:
    plan = make_plan()
    create, detach = plan["steps"][0], plan["steps"][6]
    plan["steps"] = [detach, create, detach]
    lines = told(plan).splitlines()
    assert lines.index("Build up") < lines.index("Clear away")
    assert lines[lines.index("Build up") + 1].startswith("  1  - detach")
    assert lines[lines.index("Clear away") + 1].startswith("  3  - detach")
    assert "Rearrange" not in lines


def test_a_late_attachment_does_not_go_back_to_building_up(make_plan: Make) -> None:
    plan = make_plan()
    plan["steps"] = [plan["steps"][5], plan["steps"][3]]
    lines = told(plan).splitlines()
    assert [line for line in lines if line in {"Build up", "Rearrange"}] == ["Rearrange"]


def test_a_new_account_says_where_it_is_even_by_an_odd_state(make_plan: Make) -> None:
    plan = make_plan()
    plan["steps"] = [plan["steps"][5]]
    plan["steps"][0]["after"] = {"parent": "ou:/Lab", "state": "ACTIVE", "flag": True, "n": 0}
    assert told(plan).split("\n\n")[1].splitlines()[2:] == [
        "       + parent: OU /Lab",
        "       + flag: true",
    ]


def test_closing_an_account_clears_away(make_plan: Make) -> None:
    plan = make_plan()
    step = plan["steps"][4]
    step |= {"action": "close", "before": {"state": "ACTIVE"}, "after": {"state": "SUSPENDED"}}
    plan["steps"] = [step]
    text = told(plan)
    assert "Clear away\n  1  - close  account jane  differs" in text
    assert '~ state: "ACTIVE" -> "SUSPENDED"' in text


def test_calls_are_shown_where_asked_for(make_plan: Make) -> None:
    assert "organizations:CreatePolicy" not in told(make_plan())
    text = told(make_plan(), Style(calls=True))
    assert '       organizations:CreatePolicy {"Name": "x"}\n' in text


def test_nothing_is_folded_off_a_terminal(make_plan: Make) -> None:
    plan = make_plan()
    plan["steps"][0]["reason"] = "because " * 100
    assert "because " * 99 in told(plan)


def test_on_a_narrow_terminal_the_reason_stands_beneath(make_plan: Make) -> None:
    wide = told(make_plan(), Style(width=200)).splitlines()
    narrow = told(make_plan(), Style(width=80, color=True)).splitlines()
    assert any(
        line.endswith(
            "to the root                           main asks for it, "
            "12 accounts, strengthens, org_layout.yaml:74:3"
        )
        for line in wide
    )
    assert (
        "       \x1b[2mmain asks for it, 12 accounts, strengthens, org_layout.yaml:74:3\x1b[0m"
        in narrow
    )


def test_colours_come_only_when_asked_for_and_always_end(make_plan: Make) -> None:
    colored = told(make_plan(), Style(color=True))
    assert "\x1b" not in told(make_plan())
    assert "\x1b[32m+ create" in colored
    assert "\x1b[31m- detach" in colored
    for line in colored.splitlines():
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")


def test_wide_letters_keep_columns_in_line(make_plan: Make) -> None:
    plan = make_plan()
    plan["steps"][0]["address"] = "policy:scp/\u6771\u4eac"
    lines = told(plan).splitlines()
    next_step = next(line for line in lines if line.startswith("  2  "))
    assert lines[3].index("main asks") + 2 == next_step.index("differs in")


def test_two_tellings_are_equal_to_the_byte(make_plan: Make) -> None:
    for format_ in formats().values():
        assert format_.plan(make_plan(), PLAIN) == format_.plan(make_plan(), PLAIN)


def test_a_group_that_is_a_whole_ou_is_called_by_it(make_plan: Make) -> None:
    plan = make_plan()
    plan["effects"][1]["ou"] = "/Workloads/Prod"
    assert "\n  Workloads/Prod, 2 accounts\n    + gains" in told(plan)
    plan["effects"][1]["ou"] = "/"
    assert "\n  the whole organization, 2 accounts\n" in told(plan)
    plan["effects"][0]["ou"] = "/Workloads/Dev"
    assert "\n  1 account: search-prod\n" in told(plan)


def test_many_newly_denied_requests_are_cut_and_counted(make_plan: Make) -> None:
    plan = make_plan()
    one = plan["effects"][1]
    one["newly_denied"] = one["newly_denied"] * 5
    assert "          and 2 more newly denied; --format json shows all\n" in told(plan)
    plan["effects"] = [one] * 7
    assert told(plan).count("request:") == 5 * 3 + 2


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (("StringEquals", "aws:RequestedRegion", ["eu-west-1"]), "in eu-west-1"),
        (("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/A*"]), "as role/A*"),
        (("StringNotEqualsIfExists", "aws:principalarn", ["x"]), "unless x"),
        (("StringNotEquals", "aws:PrincipalAccount", ["1", "2"]), "unless by account 1, 2"),
        (("Bool", "aws:SecureTransport", ["false"]), "where aws:SecureTransport Bool false"),
    ],
)
def test_conditions_are_said_in_words(test: tuple[str, str, list[str]], said: str) -> None:
    operator, key, values = test
    assert condition({"operator": operator, "key": key, "values": values}) == said


def test_what_is_excepted_and_what_is_not_exact_is_said() -> None:
    found = {
        "actions": ["*"],
        "not_actions": ["iam:*"],
        "resources": ["arn:aws:s3:::a"],
        "conditions": [],
        "exact": False,
    }
    assert requests(found) == (
        "everything except iam:* on arn:aws:s3:::a, where nothing else decides it"
    )


def test_all_that_rcps_reach_is_said_as_that() -> None:
    reached = [f"{service}:*" for service in sorted(action_index().rcp_services)]
    found = {"resources": ["*"], "conditions": [], "exact": True}
    assert requests({"actions": reached, **found}) == "everything that RCPs reach"
    assert requests({"actions": reached[1:], **found}).endswith(f"and {len(reached) - 5} more")


def test_a_witness_says_who_decides() -> None:
    shown = {
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::a/b",
        "context": {"aws:SourceIp": "10.0.0.1", "aws:PrincipalArn": ["x", "y"]},
        "old": {"outcome": "ImplicitlyDenied"},
        "new": {"outcome": "NotApplicable"},
    }
    assert witness(shown) == (
        "request: s3:GetObject on arn:aws:s3:::a/b with aws:PrincipalArn=x,y "
        "aws:SourceIp=10.0.0.1: denied because nothing allows it before, allowed after"
    )
