"""A console password was not used for longer than the layout allows.

## Why it matters

What nobody uses, nobody misses when it is stolen.

## What to do

Delete the password (login profile): `govkit credentials plan` writes the stages.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    most = seen.credentials.max_unused_days
    if most is None:
        return
    for one in seen.users():
        used = one.password_last_used
        days = seen.days_since(used, one.password_last_changed, one.user_creation_time)
        if one.password_enabled and days is not None and days > most:
            since = "was not used for" if used else "was never used in"
            message = f"The password of user {one.user} {since} {days} days."
            name = "password_unused_days"
            yield about(one, message, {name: f"at most {most}"}, {name: days})


CHECK = AccountCheck(
    code="GK506",
    name="unused-password",
    severity=Severity.ERROR,
    path=("credentials", "max_unused_days"),
    fix="Delete the password.",
    look=_look,
    controls={"cis-aws-3.0": ("1.12",), "nist-800-53": ("AC-2",)},
)
