"""A condition key is written in a form that no key has.

## Why it matters

Requests never carry such a key. A test by it never holds, or, negated, always does.

## What to do

Write `prefix:Name`; keys of tags have the tag's key behind a slash, as `aws:ResourceTag/team`.
"""

import re
from collections.abc import Iterator

from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_TAGGED = re.compile(r"[a-z0-9-]+:(?:resourcetag|requesttag|principaltag)")
# A federated key is the provider's host, a path and a claim: accounts.google.com:aud.
_FORM = re.compile(r"[A-Za-z0-9_.*/${}-]+:\S.*")


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if not _FORM.fullmatch(asked.key) and "." not in asked.key:
        yield Remark(asked.path, f"{asked.key} is no condition key, which is prefix:Name.")
    elif _TAGGED.fullmatch(asked.name.rstrip("/")):
        yield Remark(asked.path, f"{asked.key} says of no tag; write {asked.key.rstrip('/')}/KEY.")


CHECK = Check(
    code="GK250",
    name="condition-key-form",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    fix="Write prefix:Name, and for a tag prefix:ResourceTag/KEY.",
    look=tests(_look),
    aws=("error_invalid_condition_key_format", "error_missing_tag_key_in_condition"),
)
