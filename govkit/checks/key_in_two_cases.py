"""One condition block has the same key twice, in different upper and lower case.

## Why it matters

To AWS the two are one key. It does not say whether both tests count or only one of them.

## What to do

Keep one spelling, and put all its values into one list.
"""

from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Written
from govkit.model.finding import Severity


def _look(statement: Written) -> Iterator[Remark]:
    seen: dict[tuple[str, str], str] = {}
    for asked in statement.tests:
        first = seen.setdefault((asked.spelling.lower(), asked.name), asked.key)
        if first != asked.key:
            yield Remark(
                asked.path,
                f"{asked.key} is the same key as {first}, also tested by {asked.spelling}.",
            )


CHECK = Check(
    code="GK214",
    name="key-in-two-cases",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write the key once, with all its values.",
    look=statements(_look),
    aws=("error_duplicate_keys_with_different_case",),
)
