"""An instance answers for its metadata to who has no token (IMDSv1).

## Why it matters

Who makes a program on the instance fetch an address of their choice reads the credentials of its role.

## What to do

Let the program use a current SDK, then require tokens: `aws ec2 modify-instance-metadata-options`.
"""

from collections.abc import Iterator

from govkit.checks.accounts._check import AccountCheck, Remark, Seen
from govkit.kinds.instance import Instance
from govkit.model.finding import Severity


def _look(seen: Seen) -> Iterator[Remark]:
    if seen.account.imds is None:
        return
    for one in seen.state.all(Instance):
        if one.imds == "v1":
            message = f"Instance {one.id} answers to IMDSv1."
            expected, actual = {"HttpTokens": "required"}, {"HttpTokens": "optional"}
            where = str(one.address)
            yield Remark(one.account, where, message, expected, actual, region=one.region)


CHECK = AccountCheck(
    code="GK512",
    name="instance-without-tokens",
    severity=Severity.ERROR,
    path=("account", "imds"),
    fix="Require tokens for the instance's metadata.",
    look=_look,
    controls={"cis-aws-3.0": ("5.6",)},
)
