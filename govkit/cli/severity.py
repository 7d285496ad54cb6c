"""`--fail-on`: from which severity on findings are a failure."""

from collections.abc import Iterable

from govkit.errors import UsageError
from govkit.model.finding import Finding, Severity
from govkit.model.lapse import Lapse


def severity(word: str) -> Severity:
    """Return the severity of a word; `UsageError` where there is none."""
    try:
        return Severity[word.upper()]
    except KeyError as error:
        words = ", ".join(severity.word for severity in Severity)
        raise UsageError("No such severity", f"--fail-on {word}: use one of {words}.") from error


def reaches(found: Iterable[Finding | Lapse], limit: Severity) -> bool:
    """Tell whether one of the findings is as severe as the limit."""
    return any(finding.severity >= limit for finding in found)
