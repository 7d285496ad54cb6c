"""Drift as people read it."""

from collections.abc import Callable
from typing import Any

import pytest

from govkit.report import PLAIN, Style, formats

Make = Callable[..., Any]

GOLDEN = """\
Organization o-exampleorgid

Changed by hand
  ~ SCP deny-regions  weakens  org_layout.yaml:76:3
      ~ statement DenyRegions: StringNotEquals aws:RequestedRegion + us-west-2
      by arn:aws:sts::111111111111:assumed-role/Admin/jane with UpdatePolicy at 2026-11-20T09:15:00Z from 203.0.113.7 (event 8f6a2b7e-0000-4000-8000-123456789012)

Missing: the layout has it, the organization does not
  - SCP deny-leave on OU /Sandbox  weakens  org_layout.yaml:76:3

Extra: nobody asked for it here
  + trusted access of ram.amazonaws.com  meaning unknown
      by jane

Moved elsewhere
  > account payments-prod  meaning unknown  org_layout.yaml:76:3
      ~ parent: OU /Workloads/Prod -> OU /Sandbox

Expired: an exemption that is over and still in force
  ~ guardrail deny-regions  weakens  org_layout.yaml:76:3
      expected "2026-11-01", found "in force"

Drift: 1 changed, 1 missing, 1 extra, 1 moved, 1 expired; 3 weaken protection. Next: govkit plan
"""


def told(drift: dict[str, Any], style: Style = PLAIN) -> str:
    return formats()["text"].drift(drift, style)


def test_drift_is_told_by_sort_with_meaning_and_author(make_drift: Make) -> None:
    assert told(make_drift()) == GOLDEN


def test_in_sync_is_said_plainly(make_drift: Make) -> None:
    assert told(make_drift(drift=[], in_sync=True)) == (
        "Organization o-exampleorgid\n\n"
        "In sync. The organization is as the layout wants it. Next: govkit plan\n"
    )


def test_with_holes_nothing_is_called_in_sync(make_drift: Make) -> None:
    text = told(make_drift(drift=[], incomplete=["policies of type rcp: access denied"]))
    assert "in sync" not in text.lower()
    assert (
        "INCOMPLETE: not everything could be read, so nothing is said of\n"
        "  policies of type rcp: access denied\n"
    ) in text
    assert text.endswith("No drift seen, but 1 place could not be read. Next: govkit doctor\n")


def test_holes_stand_in_the_summary_of_drift_too(make_drift: Make) -> None:
    text = told(make_drift(incomplete=["a", "b"]))
    assert "; INCOMPLETE, 2 places could not be read. Next" in text.splitlines()[-1]


def test_orphans_strangers_and_findings_stand_apart(make_drift: Make) -> None:
    outsider = {"address": "policy:scp/p-1", "kind": "policy", "id": "p-1", "name": "old"}
    finding = {
        "code": "GK1",
        "severity": "note",
        "subject": "x",
        "message": "Look.",
        "hint": "",
        "origin": None,
        "rail": None,
        "count": None,
    }
    text = told(make_drift(orphans=[outsider], strangers=[outsider], findings=[finding]))
    assert text.count("  1 policy: old (p-1)\n") == 2
    assert "Findings\n  note GK1  Look.\n" in text


@pytest.mark.parametrize(("change", "sign"), [("orphan", "+"), ("missing", "-")])
def test_what_is_nowhere_described_still_has_a_line(
    make_drift: Make, change: str, sign: str
) -> None:
    drift = make_drift()
    entry = {**drift["drift"][0], "change": change, "expected": None, "actual": None, "who": None}
    text = told({**drift, "drift": [entry]})
    assert f"  {sign} SCP deny-regions  weakens  org_layout.yaml:76:3\n" in text
    assert "expected nothing, found nothing" in text
    assert "; 1 weakens protection." in text


def test_weakening_is_red(make_drift: Make) -> None:
    assert "\x1b[31mweakens\x1b[0m" in told(make_drift(), Style(color=True))


@pytest.mark.parametrize(
    ("address", "left_alone"),
    [
        ("attachment:scp/p-4vx3b6rlwr@ou:/Sandbox", True),
        ("attachment:scp/deny-leave@ou:/Sandbox", False),
        ("trusted_access:ram.amazonaws.com", True),
        ("ou:/Playground", True),
        ("ou:/Suspended", False),
    ],
)
def test_what_no_plan_would_touch_does_not_lead_to_a_plan(
    make_drift: Make, address: str, *, left_alone: bool
) -> None:
    extra = {
        "address": address,
        "kind": address.partition(":")[0],
        "change": "extra",
        "expected": None,
        "actual": {},
        "meaning": "unknown",
        "origin": None,
        "who": None,
    }
    strangers = [
        {"address": "policy:scp/p-4vx3b6rlwr", "kind": "policy", "id": "p-4vx3b6rlwr", "name": "X"},
        {"address": "ou:/Playground", "kind": "ou", "id": "ou-exam-11111111", "name": "Playground"},
    ]
    last = told(make_drift(drift=[extra], strangers=strangers)).splitlines()[-1]
    assert last.endswith("Next: govkit plan") is not left_alone
    assert ("name it in the layout, or remove it" in last) is left_alone
