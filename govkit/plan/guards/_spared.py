"""Principals of others that run an organization, which guardrails should not stop: a dated list.

As of 2026-11. Their roles are powerful, and what matters is that they can still set up and repair
accounts, so the list names that and not everything they may do. A line counts only where its sign is
seen in the organization: a service with trusted access, or a policy that the tool attaches itself.

* AWS Control Tower: `AWSControlTowerExecution` in each enrolled account
  (Control Tower user guide, "How AWS Control Tower works with roles to create and manage accounts").
* CloudFormation StackSets with service-managed permissions: `stacksets-exec-…`
  (CloudFormation user guide, "Activate trusted access for StackSets with AWS Organizations").
* Landing Zone Accelerator: roles named with its prefix, `AWSAccelerator-…`
  (its implementation guide, "Accelerator prefix").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.kinds.policy import Policy
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.state import State
from govkit.model.wanted import Spared

_STACKS = (
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStacks",
)
_ROLES = ("iam:CreateRole", "iam:GetRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")


@dataclass(frozen=True, slots=True)
class _Line:
    """A principal with its actions, and the signs by which it is known to be at work."""

    role: str
    actions: tuple[str, ...]
    service: str | None = None
    policies: str | None = None


_LIST = (
    _Line(
        "AWSControlTowerExecution",
        (*_STACKS, *_ROLES),
        "controltower.amazonaws.com",
        "aws-guardrails-",
    ),
    _Line("stacksets-exec-*", _STACKS, "member.org.stacksets.cloudformation.amazonaws.com"),
    _Line("AWSAccelerator-*", (*_STACKS, *_ROLES, "ssm:GetParameter"), None, "AWSAccelerator-"),
)


def spared(state: State, partition: str) -> Iterator[Spared]:
    """Yield the principals of the list that are at work in an organization."""
    services = {one.service for one in state.all(TrustedAccess)}
    names = [one.name for one in state.all(Policy)]
    for line in _LIST:
        sign = line.policies
        if line.service in services or (sign and any(name.startswith(sign) for name in names)):
            yield Spared(f"arn:{partition}:iam::*:role/{line.role}", line.actions)
