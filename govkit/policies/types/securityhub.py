"""Security Hub policies: in which Regions Security Hub is on.

Source: AWS Organizations user guide, Security Hub policy syntax
(orgs_manage_policies_security_hub_syntax): both lists must be there; they may be empty. The same
holds within each of the optional `features`.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import REGION_LISTS, Branch, tree

_SECURITY_HUB = Branch(
    keys={**REGION_LISTS.keys, "features": Branch(named=REGION_LISTS)},
    required=REGION_LISTS.required,
)

POLICY_TYPE = PolicyType(
    key="securityhub",
    name="SECURITYHUB_POLICY",
    noun="Security Hub policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree("securityhub", _SECURITY_HUB),
    needs_access=("securityhub.amazonaws.com",),
)
