"""Markdown that fits into a comment and that no name can break out of."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.model.finding import Finding, Severity
from govkit.model.plan import Step
from govkit.report import PLAIN, Style, differences, findings, formats, history, run
from govkit.report._ink import clean
from govkit.report._markdown import LIMIT, Block, code, escaped, fitted, size

Make = Callable[..., Any]

STEPS = """\
**Steps**

```diff
# Build up
+ create SCP deny-leave  (main asks for it, org_layout.yaml:71:3)
+     statement Deny organizations:LeaveOrganization
! update SCP deny-regions  (differs in document, 4 accounts, weakens, org_layout.yaml:72:3)
!     statement DenyRegions: StringNotEquals aws:RequestedRegion + us-west-2
! tag OU /Workloads/Prod  (differs in values, org_layout.yaml:73:3)
+     values.cost: "1"
-     values.owner: "x"
!     values.tier: "prod" -> "production"
+ attach SCP deny-leave to the root  (main asks for it, 12 accounts, strengthens, org_layout.yaml:74:3)
# Rearrange
! move account jane from OU /Sandbox to OU /Workloads/Prod  (differs in parent, 1 account, weakens and strengthens, org_layout.yaml:75:3)
+ create account search-prod  (main asks for it, 1 account, org_layout.yaml:76:3)
+     parent: the root
+     name: "Search Prod"
+     email: "s@example.com"
# Clear away
- detach SCP old from OU /Sandbox  (old is not to be attached there, 1 account, meaning unknown)
- delete OU /Old  (is to be absent, org_layout.yaml:78:3)
```

**What it means for accounts**

- 1 account: search-prod
  - gains SCP deny-leave
- 2 accounts: 555555555555, 666666666666
  - gains SCP deny-leave
  - loses SCP old
  - sees changed SCP deny-regions
  - newly denied ec2:\\* outside eu-west-1, eu-central-1 unless role/Way
    - request: ec2:RunInstances in ap-south-1 as role/Any in 555555555555: allowed before, denied by deny-regions (Statement\\[0\\]) after
  - unknown: too many patterns

**Orphans: no longer named by the layout, still in force**

- 1 policy: old-guard

**Strangers: not named by the layout, left alone**

- 1 account: sandbox-jane (999999999999)
- 1 OU: /Lab
"""


def told(plan: dict[str, Any], style: Style = PLAIN) -> str:
    return formats()["markdown"].plan(plan, style)


def test_a_plan_is_a_comment_with_the_summary_first(make_plan: Make) -> None:
    text = told(make_plan())
    assert text.startswith(
        "### Plan: 2 to create, 2 to update, 1 to delete, 1 to move, 1 to attach, 1 to detach; "
        "3 accounts affected. Next: govkit apply\n\n"
        "Organization o-exampleorgid, layout main (org\\_layout.yaml), as of 2026-11-23, `sha256:"
    )
    assert text.endswith(STEPS)


def test_a_refusal_leads(make_plan: Make, make_refusal: Make) -> None:
    text = told(make_plan(findings=(make_refusal(),)), Style(program="govkit -l x.yaml"))
    assert text.index("**Refused**") < text.index("**Steps**")
    assert "- To let it pass: govkit -l x.yaml plan --allow max\\_deletes=5\n" in text


def test_colour_and_width_do_not_reach_markdown(make_plan: Make) -> None:
    assert told(make_plan(), Style(color=True, width=40)) == told(make_plan())


def test_calls_stand_in_the_steps_where_asked_for(make_plan: Make) -> None:
    assert '\n      organizations:CreatePolicy {"Name": "x"}\n' in told(
        make_plan(), Style(calls=True)
    )


def test_a_huge_plan_fits_and_says_what_is_left_out(make_plan: Make) -> None:
    plan = make_plan()
    plan["steps"] = [plan["steps"][n % 8] for n in range(5000)]
    plan["effects"] *= 2000
    plan["findings"] *= 2000
    text = told(plan, Style(program="govkit -v"))
    assert LIMIT * 0.7 < size(text) <= LIMIT
    assert len(re.findall(r"_and \d+ more lines_", text)) == 3
    assert text.endswith("_The whole plan:_ `govkit -v plan`\n")
    for heading in ("Findings", "Steps", "What it means", "Orphans", "Strangers"):
        assert f"**{heading}" in text
    assert text.count("```") % 2 == 0


def test_drift_is_a_comment_with_holes_first(make_drift: Make) -> None:
    text = formats()["markdown"].drift(make_drift(incomplete=["policies: denied"]), PLAIN)
    assert text.startswith("### Drift: 1 changed, 1 missing, ")
    assert text.index("- policies: denied") < text.index("**Changed by hand**")
    assert (
        "```diff\n"
        "! account payments-prod  meaning unknown  org_layout.yaml:76:3\n"
        "!     parent: OU /Workloads/Prod -> OU /Sandbox\n"
        "```" in text
    )


def test_the_other_documents_are_comments_too(some_steps: tuple[Step, ...]) -> None:
    markdown = formats()["markdown"]
    changes: list[Any] = [step.change for step in some_steps]
    assert "```diff\n+ SCP deny-leave\n+     statement Deny" in markdown.differences(
        differences(changes, "a", "b"), PLAIN
    )
    found = findings("validate", [Finding("GK1", Severity.ERROR, "x", "Wrong.", "Mend it.")])
    assert markdown.findings(found, PLAIN) == (
        "### validate: 1 error. Next: govkit validate\n\n"
        "**Findings**\n\n- error GK1  Wrong.\n  - Mend it.\n"
    )
    text = markdown.run(run("stopped", "r1", done=1, left=some_steps[:1]), PLAIN)
    assert "**Left to do**\n\n```diff\n+ create SCP deny-leave\n```" in text
    ran = SimpleNamespace(
        id="r1",
        command="apply",
        began="b",
        ended=None,
        who="w",
        fingerprint="f",
        steps=1,
        done=1,
        outcome="done",
        finished_by=None,
        broken=None,
    )
    assert "```text\nRUN  BEGAN" in markdown.history(history([ran]), PLAIN)


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("a|b", "a\\|b"),
        ("`x`", "\\`x\\`"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("@team", "@&#8203;team"),
        ("jane@example.com", "jane@&#8203;example.com"),
        ("#12", "\\#&#8203;12"),
        ("GH-12", "GH&#8203;-12"),
        ("https://evil.example", "https:&#8203;//evil.example"),
        ("www.evil.example", "www&#8203;.evil.example"),
        ("[a](b)", "\\[a\\](b)"),
        ("  - x", "\\- x"),
        ("1. x", "1\\. x"),
        ("&#64;x", "\\&#&#8203;64;x"),
        ("**_~$\\", "\\*\\*\\_\\~\\$\\\\"),
    ],
)
def test_hostile_names_are_shown_as_they_are(name: str, harmless: str) -> None:
    assert escaped(name) == harmless


def test_a_code_span_holds_backticks() -> None:
    assert code("a") == "`a`"
    assert code("a``b") == "```a``b```"
    assert code("`") == "`` ` ``"


FENCE = re.compile(r"^(`{3,})(\w*)$")


def outside_fences(text: str) -> list[str]:
    """Return the lines outside fenced blocks, as CommonMark has it: a fence closes one as long."""
    lines, fence = [], ""
    for line in text.split("\n"):
        found = re.match(r" {0,3}(`{3,})(.*)$", line)
        if fence:
            if found and len(found[1]) >= len(fence) and not found[2].strip():
                fence = ""
        elif found and "`" not in found[2]:
            fence = found[1]
        else:
            lines.append(line)
    assert not fence, "a block is never closed"
    return lines


NASTY = st.text(
    st.sampled_from("`~|<>@#*_[]()!-+\\\n\r\t\x1b\x9b\u202e\u200b\ue000 ab1./:&$"), min_size=1
)


@given(name=NASTY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_name_breaks_out_of_its_place(make_hostile: Make, name: str) -> None:
    for told_ in (formats()["markdown"].plan, formats()["text"].plan):
        text = told_(make_hostile(name), PLAIN)
        assert all(letter == "\n" or letter.isprintable() for letter in text)
    lines = outside_fences(formats()["markdown"].plan(make_hostile(name), PLAIN))
    for line in lines:
        assert re.match(r"(### |\*\*|- |  - |    - |Organization |_|$)", line), line
        bare = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", re.sub(r"\\.", "", line))
        assert "<" not in bare
        assert not re.search(r"@[\w]", bare)


@given(lines=st.lists(st.text(st.sampled_from("`ab\U0001f600"), max_size=400), max_size=30))
def test_whatever_is_said_fits(lines: list[str]) -> None:
    blocks = [Block("A", tuple(lines) * 20, "text"), Block("B", tuple(lines) * 20)]
    text = fitted(["### head"], blocks, "all of it")
    assert size(text) <= LIMIT
    assert text.startswith("### head\n")


def test_a_line_of_a_megabyte_is_cut() -> None:
    assert len(escaped("x" * 10**6)) < 2100
    text = fitted(["h"], [Block("A", ("y" * 10**6,), "text")], "w")
    assert size(text) < 2100


def test_a_block_without_room_is_left_out() -> None:
    lines = tuple("x" * 1999 for _ in range(40))
    blocks = [Block("A", lines, share=1.0), Block("B", lines[:1])]
    text = fitted(["h"], blocks, "whole")
    assert "**B**" not in text
    assert text.endswith("whole\n")


def test_names_are_clean_before_they_are_escaped() -> None:
    assert clean("\ue000") == "\\ue000"
