"""The root user of a member account has credentials although they are managed centrally.

## Why it matters

With central root access members' root users need no credentials; each one left is a way around it.

## What to do

Delete them from the management account: `sts:AssumeRoot` with IAMDeleteRootUserCredentials, or
the console's page "Root access management". A root access key is a finding of its own.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.account import Account
from govkit.kinds.account_summary import AccountSummary
from govkit.kinds.credential_report import ROOT_USER
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    if not seen.root_access.credentials_management:
        return
    management = {one.address for one in seen.state.all(Account) if one.management}
    for one in seen.state.all(AccountSummary):
        has = {"password": one.root_password, "signing_certificates": one.root_certificates}
        found = [name for name, there in has.items() if there]
        if one.account not in management and found:
            message = f"The root user still has: {', '.join(found).replace('_', ' ')}."
            expected, actual = dict.fromkeys(has, False), dict(has)
            yield Remark(one.account, ROOT_USER, message, expected, actual, ROOT_USER)


CHECK = AccountCheck(
    code="GK511",
    name="member-root-credentials",
    severity=Severity.ERROR,
    path=("root_access", "credentials_management"),
    fix="Delete the root user's credentials by central root access.",
    look=_look,
    controls={"nist-800-53": ("AC-6", "IA-2")},
)
