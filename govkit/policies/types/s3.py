"""Amazon S3 policies: Block Public Access for all buckets of the accounts below the target.

Source: AWS Organizations user guide, Amazon S3 policy syntax (orgs_manage_policies_s3_syntax).
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_ATTRIBUTES = Branch(
    keys={"public_access_block_configuration": Setting(choices=("all", "none"))},
)

POLICY_TYPE = PolicyType(
    key="s3",
    name="S3_POLICY",
    noun="Amazon S3 policy",
    grammar=Grammar.TREE,
    facts=management_facts(),
    faults=tree("s3_attributes", _ATTRIBUTES),
)
