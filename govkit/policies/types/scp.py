"""Service control policies: what the principals of member accounts may do at most.

Source: AWS Organizations user guide, SCP syntax (orgs_manage_policies_scps_syntax); the full IAM
language since September 2025, save principals.
"""

from collections.abc import Iterator
from typing import Any

from govkit.policies.canonical import Grammar
from govkit.policies.limits import Facts, quota, scp_limit
from govkit.policies.policy_type import DefaultPolicy, Fault, PolicyType
from govkit.policies.positions import Path
from govkit.policies.types._iam import grammar


def _no_principal(statement: dict[str, Any], path: Path) -> Iterator[Fault]:
    for key in ("Principal", "NotPrincipal"):
        if key in statement:
            yield Fault(
                (*path, key),
                f'an SCP has no "{key}": it holds for every principal of the accounts below its'
                " target; name principals in a condition on aws:PrincipalArn",
            )


POLICY_TYPE = PolicyType(
    key="scp",
    name="SERVICE_CONTROL_POLICY",
    noun="service control policy",
    grammar=Grammar.IAM,
    facts=Facts(
        characters=scp_limit(10_240),
        attachments=scp_limit(10),
        minimum=quota(1),
        policies=quota(10_000),
    ),
    faults=grammar(_no_principal),
    default=DefaultPolicy("p-FullAWSAccess", "FullAWSAccess", detachable=True),
    account_key="aws:PrincipalAccount",
    paths_key="aws:PrincipalOrgPaths",
)
