"""A user who may sign in to the console has no MFA device.

## Why it matters

A password alone opens the account: it can be guessed, phished or reused.

## What to do

Let the user register a device, or take the password away; better, sign in through IAM Identity
Center and delete the user.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    if seen.credentials.mfa != "required":
        return
    for one in seen.users():
        if one.password_enabled and not one.mfa_active:
            message = f"User {one.user} has a console password and no MFA device."
            yield about(one, message, {"mfa_active": True}, {"mfa_active": False})


CHECK = AccountCheck(
    code="GK501",
    name="console-user-without-mfa",
    severity=Severity.ERROR,
    path=("credentials", "mfa"),
    fix="Let the user register an MFA device, or delete the password.",
    look=_look,
    controls={"cis-aws-3.0": ("1.10",), "nist-800-53": ("IA-2",)},
)
