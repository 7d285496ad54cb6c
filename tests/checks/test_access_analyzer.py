"""Every check of IAM Access Analyzer that applies to SCPs and RCPs has a check here, or a reason."""

import csv
from pathlib import Path

import pytest

from govkit.checks._judge import checks

FILE = Path(__file__).parents[3] / "shared" / "data" / "lint" / "access_analyzer_checks.csv"

# What has no check here, and why.
WITHOUT = {
    "error_scp_syntax_error_action_wildcard": "since September 2025 SCPs take wildcards anywhere",
}


def listed() -> dict[str, dict[str, str]]:
    if not FILE.exists():
        pytest.skip(f"reference data is absent: {FILE}")
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def test_every_check_that_applies_is_covered_or_has_a_reason() -> None:
    known = listed()
    applies = {key for key, row in known.items() if row["scp_relevant"] == "yes" or "rcp" in key}
    covered = {key for check in checks() for key in check.aws}
    assert len(applies) == 107
    assert applies - covered - set(WITHOUT) == set()
    assert covered & set(WITHOUT) == set()
    assert covered - set(known) == set()


def test_no_check_of_theirs_is_claimed_twice() -> None:
    claimed = [key for check in checks() for key in check.aws]
    assert len(claimed) == len(set(claimed))
