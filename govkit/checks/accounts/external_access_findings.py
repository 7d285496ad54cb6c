"""IAM Access Analyzer found that somebody outside of the organization has access.

## Why it matters

Each active finding is a way in from outside that nobody has decided on yet; some are open to everybody.

## What to do

Look at the findings in the analyzer's account and Region. Take access away that nobody needs; archive
what is meant, by hand or by `archive_rules:` in the layout.
"""

from collections.abc import Iterator

from govkit.checks.accounts._analyzer_findings import active
from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds._access_analyzer import EXTERNAL
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    return active(seen, "external_access", EXTERNAL)


CHECK = AccountCheck(
    code="GK514",
    name="external-access-findings",
    severity=Severity.WARNING,
    path=("access_analyzer", "external_access"),
    fix="Take the access away, or archive what is meant.",
    look=_look,
    controls={"cis-aws-3.0": ("1.20",), "nist-800-53": ("AC-3", "AC-6")},
)
