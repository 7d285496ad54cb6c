"""An active access key is older than the layout allows.

## Why it matters

Nobody knows how many copies of an old key there are, and where.

## What to do

Make a second key, move over to it, and delete the first; better, use a role, which has no keys.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, about
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    most = seen.credentials.max_key_age_days
    if most is None:
        return
    for one in seen.users():
        for key in one.active_keys():
            age = seen.days_since(key.rotated)
            if age is not None and age > most:
                message = f"Access key {key.number} of user {one.user} is {age} days old."
                name = f"access_key_{key.number}_age_days"
                yield about(one, message, {name: f"at most {most}"}, {name: age})


CHECK = AccountCheck(
    code="GK504",
    name="old-access-key",
    severity=Severity.ERROR,
    path=("credentials", "max_key_age_days"),
    fix="Rotate the access key.",
    look=_look,
    controls={"cis-aws-3.0": ("1.14",), "nist-800-53": ("IA-5",)},
)
