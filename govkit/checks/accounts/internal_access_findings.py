"""IAM Access Analyzer found who inside the organization has access to resources of importance.

## Why it matters

Each active finding is a way to what matters most that nobody has decided on yet.

## What to do

Look at the findings in the analyzer's account and Region. Take access away that nobody needs, and
archive what is meant.
"""

from collections.abc import Iterator

from govkit.checks.accounts._analyzer_findings import active
from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds._access_analyzer import INTERNAL
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    return active(seen, "internal_access", INTERNAL)


CHECK = AccountCheck(
    code="GK516",
    name="internal-access-findings",
    severity=Severity.WARNING,
    path=("access_analyzer", "internal_access"),
    fix="Take the access away, or archive what is meant.",
    look=_look,
    controls={"nist-800-53": ("AC-3", "AC-6")},
)
