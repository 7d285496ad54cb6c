"""Resource control policies: what may be done at most to the resources of member accounts.

Source: AWS Organizations user guide, RCP syntax (orgs_manage_policies_rcps_syntax), and IAM Access
Analyzer's policy check reference: customers write Deny only, Principal "*" and no NotAction, and
actions name a service.
"""

from collections.abc import Iterator
from typing import Any

from govkit.policies.canonical import Grammar
from govkit.policies.limits import Facts, quota
from govkit.policies.policy_type import DefaultPolicy, Fault, PolicyType
from govkit.policies.positions import Path
from govkit.policies.types._iam import grammar


def _deny_everybody(statement: dict[str, Any], path: Path) -> Iterator[Fault]:
    if statement.get("Effect") == "Allow":
        yield Fault(
            (*path, "Effect"),
            'an RCP only denies; "Allow" stands in RCPFullAWSAccess alone, which is always attached',
        )
    if "NotPrincipal" in statement:
        yield Fault((*path, "NotPrincipal"), 'an RCP has no "NotPrincipal"')
    if statement.get("Principal") != "*":
        at = (*path, "Principal") if "Principal" in statement else path
        yield Fault(
            at, 'an RCP\'s "Principal" must be there and "*"; name principals in a condition'
        )
    if "NotAction" in statement:
        yield Fault((*path, "NotAction"), 'an RCP has no "NotAction"; list the actions')
    actions = statement.get("Action")
    if actions == "*" or (isinstance(actions, list) and "*" in actions):
        at = (*path, "Action")
        yield Fault(
            at if actions == "*" else (*at, actions.index("*")),
            'an RCP\'s actions name a service: write "s3:*", not "*"',
        )


POLICY_TYPE = PolicyType(
    key="rcp",
    name="RESOURCE_CONTROL_POLICY",
    noun="resource control policy",
    grammar=Grammar.IAM,
    facts=Facts(
        characters=quota(5_120),
        attachments=quota(5),
        minimum=quota(1),
        policies=quota(2_000),
    ),
    faults=grammar(_deny_everybody),
    default=DefaultPolicy("p-RCPFullAWSAccess", "RCPFullAWSAccess", detachable=False),
    account_key="aws:ResourceAccount",
    paths_key="aws:ResourceOrgPaths",
)
