"""An inline policy of a user or group lets do everything.

## Why it matters

Inline policies show in no list of policies: this is an administrator whom nobody counts.

## What to do

Delete the policy; give who needs it a role, or a group with AWS's AdministratorAccess.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.iam_group import IamGroup
from govkit.kinds.iam_user import IamUser
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    holders: tuple[IamUser | IamGroup, ...] = (
        *seen.state.all(IamUser),
        *seen.state.all(IamGroup),
    )
    for one in holders:
        sort, user = ("user", one.name) if isinstance(one, IamUser) else ("group", "")
        for name in one.administrator:
            message = f"Inline policy {name} of {sort} {one.name} lets do everything."
            actual = {"administrator": [name]}
            yield Remark(one.account, one.arn, message, {"administrator": []}, actual, user)


CHECK = AccountCheck(
    code="GK509",
    name="inline-administrator",
    severity=Severity.ERROR,
    path=("credentials",),
    fix="Delete the inline policy.",
    look=_look,
    controls={"cis-aws-3.0": ("1.16",), "nist-800-53": ("AC-6",)},
)
