"""The root user of an account can sign in with a password alone.

## Why it matters

Nothing in the account limits its root user, and guardrails are the only thing outside that does.

## What to do

Register an MFA device for it; in a member account, delete the password by central root access.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.credential_report import ROOT_USER
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    if seen.credentials.mfa != "required":
        return
    for one in seen.state.all(AccountSummary):
        if one.root_password and not one.root_mfa:
            message = "The root user has a password and no MFA device."
            expected, actual = {"AccountMFAEnabled": True}, {"AccountMFAEnabled": False}
            yield Remark(one.account, ROOT_USER, message, expected, actual, ROOT_USER)


CHECK = AccountCheck(
    code="GK502",
    name="root-without-mfa",
    severity=Severity.ERROR,
    path=("credentials", "mfa"),
    fix="Register an MFA device for the root user, or delete its password.",
    look=_look,
    controls={"cis-aws-3.0": ("1.5",), "nist-800-53": ("IA-2",)},
)
