"""An instance has no instance profile, and so no role.

## Why it matters

What runs there and needs AWS has keys of a user with it, which are copied, and seldom changed.

## What to do

Give the instance a profile with a role, and delete keys that lie on it. One that needs nothing of AWS
may stay: answer for it under `suppress:`.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.instance import Instance
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    for one in seen.state.all(Instance):
        if one.profile is None:
            message = f"Instance {one.id} has no instance profile."
            expected, actual = {"instance_profile": True}, {"instance_profile": False}
            where = str(one.address)
            yield Remark(one.account, where, message, expected, actual, region=one.region)


CHECK = AccountCheck(
    code="GK513",
    name="instance-without-role",
    severity=Severity.WARNING,
    path=("account",),
    fix="Give the instance a profile with a role.",
    look=_look,
    controls={"cis-aws-3.0": ("1.18",)},
)
