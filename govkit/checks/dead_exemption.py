"""An exemption excuses nobody: no principal has such an ARN, or none that the Deny could reach.

## Why it matters

Whoever wrote it believes to be excused and is denied. The ARN in `aws:PrincipalArn` is that of the
role, `arn:aws:iam::…:role/Admin`, not that of its session, `arn:aws:sts::…:assumed-role/Admin/…`.
Service-linked roles are beyond SCPs and RCPs, and need no excuse.

## What to do

Write the role's or user's own ARN, with its path; drop service-linked roles.
"""

from collections.abc import Iterator

from govkit.access.arn import SEGMENTS
from govkit.checks._arns import segments
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._exemptions import PRINCIPAL, exemptions
from govkit.checks._paper import Written
from govkit.checks._patterns import meet
from govkit.model.finding import Severity

_KINDS = ("role/*", "user/*", "root", "federated-user/*")
_LINKED = "role/aws-service-role/"


def _look(statement: Written) -> Iterator[Remark]:
    for found in exemptions(statement, PRINCIPAL):
        message = _message(found.item.text)
        if message:
            yield Remark(found.item.path, f'"{found.item.text}" {message}')


def _message(text: str) -> str:
    parts = segments(text)
    return next(_reasons(parts[2], parts[3], parts[5]), "") if len(parts) == SEGMENTS else ""


def _reasons(service: str, region: str, resource: str) -> Iterator[str]:
    if resource.startswith("assumed-role/"):
        yield "is a session: aws:PrincipalArn has the ARN of the role that was assumed."
    if not meet(service, "iam") and not meet(service, "sts"):
        yield f"is no principal: those are of iam, not of {service}."
    if meet(service, "iam") and not any(meet(resource, kind) for kind in _KINDS):
        yield "is neither a role nor a user: no principal has this ARN."
    if region and not meet(region, ""):
        yield "names a Region, and principals have none."
    if resource.startswith(_LINKED):
        yield "is a service-linked role: neither SCPs nor RCPs reach it."


CHECK = Check(
    code="GK271",
    name="dead-exemption",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Write the ARN of the role or user itself; drop service-linked roles.",
    look=statements(_look),
)
