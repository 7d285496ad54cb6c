"""A user has no password, and a key that a service was called with lately: a machine uses it.

## Why it matters

A key in a machine lies in a file, is copied and not rotated. A role gives keys that last an hour.

## What to do

Inside AWS give the machine a role (an instance profile, a task role); outside, IAM Roles Anywhere or
an identity provider.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity

_LATELY = 45  # days, where the layout gives none


def _look(seen: Seen) -> Iterator[Remark]:
    most = seen.credentials.max_unused_days or _LATELY
    for one in seen.users():
        for key in one.active_keys() if not one.password_enabled else ():
            days = seen.days_since(key.used)
            if key.service is not None and days is not None and days <= most:
                message = f"User {one.user} is a machine's: key {key.number} called {key.service}."
                actual = {"last_used_service": key.service, "unused_days": days}
                yield about(one, message, {"principal": "role"}, actual)


CHECK = AccountCheck(
    code="GK510",
    name="user-for-a-machine",
    severity=Severity.WARNING,
    path=("credentials",),
    fix="Give the machine a role instead of keys.",
    look=_look,
    controls={"cis-aws-3.0": ("1.18",), "nist-800-53": ("IA-5",)},
)
