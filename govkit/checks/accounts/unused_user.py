"""A user has nothing to sign in with, and is older than the layout lets credentials lie unused.

## Why it matters

Whoever may make keys for it gets its permissions, and nobody looks at such a user any more.

## What to do

Delete the user: `govkit credentials plan` writes the stages.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    most = seen.credentials.max_unused_days
    if most is None:
        return
    for one in seen.users():
        idle = not one.password_enabled and not any(one.active_keys())
        times = (one.access_key_1_last_used_date, one.access_key_2_last_used_date)
        days = seen.days_since(max(filter(None, times), default=None), one.user_creation_time)
        if idle and days is not None and days > most:
            message = f"User {one.user} has neither a password nor an active key for {days} days."
            yield about(one, message, {"unused_days": f"at most {most}"}, {"unused_days": days})


CHECK = AccountCheck(
    code="GK507",
    name="unused-user",
    severity=Severity.WARNING,
    path=("credentials", "max_unused_days"),
    fix="Delete the user.",
    look=_look,
    controls={"nist-800-53": ("AC-2",)},
)
