"""An active access key was not used for longer than the layout allows.

## Why it matters

What nobody uses, nobody misses when it is stolen.

## What to do

Deactivate it, wait, and delete it: `govkit credentials plan` writes the stages.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    most = seen.credentials.max_unused_days
    if most is None:
        return
    for one in seen.users():
        for key in one.active_keys():
            days = seen.unused_days(key)
            if days is not None and days > most:
                since = "was not used for" if key.used else "was never used in"
                message = f"Access key {key.number} of user {one.user} {since} {days} days."
                name = f"access_key_{key.number}_unused_days"
                yield about(one, message, {name: f"at most {most}"}, {name: days})


CHECK = AccountCheck(
    code="GK505",
    name="unused-access-key",
    severity=Severity.ERROR,
    path=("credentials", "max_unused_days"),
    fix="Deactivate the access key, and delete it after a while.",
    look=_look,
    controls={"cis-aws-3.0": ("1.12",), "nist-800-53": ("AC-2",)},
)
