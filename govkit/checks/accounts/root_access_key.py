"""The root user of an account has an access key.

## Why it matters

The key lets do everything, for ever, without MFA, from anywhere.

## What to do

Find who uses it (the report says when it was last used), give them a role, and delete the key.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.credential_report import ROOT_USER
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    managed = seen.root_access.credentials_management
    if seen.credentials.root_access_keys != "forbidden" and not managed:
        return
    for one in seen.state.all(AccountSummary):
        if one.root_access_keys:
            expected, actual = (
                {"AccountAccessKeysPresent": False},
                {"AccountAccessKeysPresent": True},
            )
            message = "The root user has an access key."
            yield Remark(one.account, ROOT_USER, message, expected, actual, ROOT_USER)


CHECK = AccountCheck(
    code="GK503",
    name="root-access-key",
    severity=Severity.ERROR,
    path=("credentials", "root_access_keys"),
    fix="Delete the root user's access key.",
    look=_look,
    controls={"cis-aws-3.0": ("1.4",), "nist-800-53": ("AC-6",)},
)
