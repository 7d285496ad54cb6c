"""What the engine proves of a layout: its exemptions, and that variants only narrow; and what expires soon."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govkit.access.freed import Freed
from govkit.errors import BugError
from govkit.layout.draft import Draft
from govkit.layout.proofs import prove_exemptions
from govkit.model.finding import Severity
from govkit.policies.document import Document, of
from govkit.policies.subjects import Exemption

LAYOUT = """
version: 1
ous: {Workloads: , Workloads/Prod: , Sandbox: }
accounts:
  payments: {id: "555555555555", ou: Workloads/Prod}
guardrails:
  regions:
    template: deny_regions.json.j2
    params: {regions: [eu-west-1, us-east-1]}
    attach: [Workloads%s]
"""
WAY = """
exemptions:
  way: {guardrail: regions, accounts: [payments], params: {regions: [us-west-2]}, reason: r, owner: jane, granted: 2026-11-01, expires: 2026-12-20}
safety: {break_glass: [{role: Fire, accounts: [payments]}]}
"""


def test_exemptions_and_break_glass_are_proved(reads: Any) -> None:
    seen: list[Draft] = []

    def prove(draft: Draft) -> None:
        prove_exemptions(draft)
        seen.append(draft)

    reads(LAYOUT % "" + WAY, prove=prove)
    assert [address.path for address in seen[0].freed] == ["scp/regions"]


def test_a_document_that_frees_somebody_else_is_a_bug(reads: Any) -> None:
    def spoil(draft: Draft) -> None:
        for address, freed in draft.freed.items():
            draft.freed[address] = replace(freed, after=freed.before)
        prove_exemptions(draft)

    with pytest.raises(BugError, match="does not free exactly whom it names") as caught:
        reads(LAYOUT % "" + WAY, prove=spoil)
    assert "scp/regions" in caught.value.detail


def dated(freed: Freed, day: str) -> Document:
    """The document with a date compared as a string, too: two theories of one key."""
    value = json.loads(freed.after.text)
    for statement in value["Statement"]:
        condition = statement["Condition"]
        condition.setdefault("StringNotEquals", {})["aws:CurrentTime"] = day
        condition["DateLessThan"] = {"aws:CurrentTime": "2026-01-01T00:00:00Z"}
    return of(value)


def test_what_could_not_be_proved_is_a_finding(reads: Any) -> None:
    def cloud(draft: Draft) -> None:
        for address, freed in draft.freed.items():
            draft.freed[address] = replace(
                freed,
                before=dated(freed, "2026-01-01"),
                after=dated(freed, "2026"),
                exemptions=(Exemption(accounts=("111111111111",), widens=True),),
                widened={(0,): dated(freed, "2026-01")},
            )
        prove_exemptions(draft)

    wanted = reads(LAYOUT % "" + WAY, prove=cloud)
    found = [one for one in wanted.findings if one.code == "GK012"]
    assert found
    assert "theory" in found[0].message


@pytest.mark.parametrize(
    "more",
    [
        ", {to: Workloads/Prod, params: {regions: [eu-west-1]}}",
        ", {to: 'account:payments', params: {regions: [us-east-1]}}",
        ", {to: Sandbox, params: {regions: [ap-south-1]}}",
        ", {to: Workloads/Prod, params: {regions: [us-east-1, eu-west-1]}}",
    ],
)
def test_a_variant_that_narrows_or_stands_elsewhere_is_well(more: str, reads: Any) -> None:
    reads(LAYOUT % more)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        (", {to: Workloads/Prod, params: {regions: [ap-south-1]}}", "/Workloads/Prod"),
        (", {to: 'account:payments', params: {regions: [eu-west-1, ap-south-1]}}", "payments"),
    ],
)
def test_a_variant_that_would_widen_is_a_fault_with_a_witness(
    more: str, place: str, complains: Any
) -> None:
    (fault,) = complains(LAYOUT % more)
    assert f" at {place} allows what regions, attached above it, goes on to deny" in fault
    assert "'aws:RequestedRegion': 'ap-south-1'" in fault
    assert fault.startswith("org_layout.yaml:10:")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 5), None),
        (date(2026, 12, 6), "14 days left"),
        (date(2026, 12, 19), "1 day left"),
        (date(2026, 12, 20), "today is its last day"),
        (date(2026, 12, 21), None),
    ],
)
def test_an_exemption_is_announced_two_weeks_before_its_last_day(
    day: date, words: str | None, reads: Any
) -> None:
    wanted = reads(LAYOUT % "" + WAY, today=day)
    found = [one for one in wanted.findings if one.code == "GK011"]
    assert [one.severity for one in found] == ([Severity.WARNING] if words else [])
    assert all(words is not None and words in one.message for one in found)
