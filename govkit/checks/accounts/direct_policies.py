"""A user has policies of its own instead of those of a group.

## Why it matters

Who may do what can no longer be told from the groups, and goes its own way user by user.

## What to do

Attach the policies to a group, put the user into it, and take them off the user.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.iam_user import IamUser
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    if seen.credentials.direct_policies != "forbidden":
        return
    for one in seen.state.all(IamUser):
        names = [*one.attached, *(name for name in one.inline if name not in one.administrator)]
        if names:
            listed = ", ".join(name.rpartition("/")[2] for name in names)
            message = f"User {one.name} has policies of its own: {listed}."
            actual = {"policies": names}
            yield Remark(one.account, one.arn, message, {"policies": []}, actual, one.name)


CHECK = AccountCheck(
    code="GK508",
    name="direct-policies",
    severity=Severity.ERROR,
    path=("credentials", "direct_policies"),
    fix="Give the user its permissions through a group.",
    look=_look,
    controls={"cis-aws-3.0": ("1.15",), "nist-800-53": ("AC-6",)},
)
