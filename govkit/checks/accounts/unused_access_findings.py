"""IAM Access Analyzer found roles, keys, passwords or permissions that nobody uses.

## Why it matters

What nobody uses serves only who steals it.

## What to do

Look at the findings in the analyzer's account and Region. Delete what is unused, narrow the policies;
`govkit generate-policy` drafts one from what was used.
"""

from collections.abc import Iterator

from govkit.checks.accounts._analyzer_findings import active
from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds._access_analyzer import UNUSED
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    return active(seen, "unused_access", UNUSED)


CHECK = AccountCheck(
    code="GK515",
    name="unused-access-findings",
    severity=Severity.WARNING,
    path=("access_analyzer", "unused_access"),
    fix="Delete what is unused, or archive what is meant.",
    look=_look,
    controls={"nist-800-53": ("AC-2", "AC-6")},
)
