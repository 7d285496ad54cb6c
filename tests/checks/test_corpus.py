"""What the lint says of 252 published documents is true, each time for a reason that is written down."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from govkit.access.verdict import Kind
from govkit.checks._judge import judged
from govkit.checks._paper import Paper, paper
from govkit.model.finding import Severity

HERE = Path(__file__).parent
DATA = Path(__file__).parents[3] / "shared" / "data"
REASONS: dict[str, dict[str, str]] = yaml.safe_load(
    (HERE / "true_findings.yaml").read_text(encoding="utf-8")
)


def reference(name: str) -> Any:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"reference data is absent: {path}")
    return json.loads(path.read_text("utf-8-sig"))


@cache
def papers() -> tuple[Paper, ...]:
    return tuple(_paper(entry) for entry in reference("scps/MANIFEST.json"))


def _paper(entry: dict[str, Any]) -> Paper:
    value = reference(f"scps/{entry['file']}")
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return paper(entry["id"], entry["type"], value, len(text))


def _told(least: Severity) -> set[tuple[str, str]]:
    found = judged(papers(), [(place,) for place in range(len(papers()))])
    return {
        (papers()[one.paper].name, one.check.code) for one in found if one.check.severity >= least
    }


def test_every_finding_at_warning_or_above_is_true_for_a_written_reason() -> None:
    assert len(papers()) == 252
    reasons = {(name, code) for name, codes in REASONS.items() for code in codes}
    assert _told(Severity.WARNING) == reasons


def test_what_is_called_an_error_never_works_as_it_is_written() -> None:
    """Seven of 252: what AWS refuses, and placeholders where a number or an ARN has to stand."""
    assert {name for name, _ in _told(Severity.ERROR)} == {
        *("0061", "0062", "0080"),
        *("0066", "0096", "0256"),
        "0272",
    }


def test_the_reference_documents_are_valid_or_not_as_they_should_be() -> None:
    kinds = {"any": "iam", "scp": Kind.SCP.value, "rcp": Kind.RCP.value}
    cases = reference("cases/policy_documents.json")
    assert len(cases) == 49
    for case in cases:
        one = paper(case["id"], kinds[case["policy_type"]], case["policy"], 0)
        faults = [each for each in judged([one], [(0,)]) if each.check.code == "GK210"]
        assert (not faults) == case["expected_valid"], case["id"]
