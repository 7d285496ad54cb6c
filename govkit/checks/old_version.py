"""The document does not say `"Version": "2012-10-17"`.

## Why it matters

Without it the document is read by the rules of 2008, in which `${aws:username}` and its like are
plain text. An exemption by a variable then exempts nobody.

## What to do

Write `"Version": "2012-10-17"` as the first element.
"""

from collections.abc import Iterator, Mapping

from govkit.access.statement import POLICY_VARIABLES
from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import IAM, RCP, SCP, Paper
from govkit.model.finding import Severity


def _look(paper: Paper) -> Iterator[Remark]:
    if paper.type not in (SCP, RCP, IAM) or not isinstance(paper.value, Mapping):
        return
    version = paper.value.get("Version")
    if version is None:
        yield Remark((), "The document does not say its Version, and is read as one of 2008.")
    elif version == "2008-10-17":
        yield Remark(("Version",), f'Version "{version}" is of old: it has no policy variables.')


CHECK = Check(
    code="GK213",
    name="old-version",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix=f'Write "Version": "{POLICY_VARIABLES}".',
    look=_look,
    aws=("general_warning_missing_version",),
)
