"""Upgrade rollout policies: which resources get automatic upgrades first, second and last.

Source: AWS Organizations user guide, Upgrade rollout policy syntax
(orgs_manage_policies_upgrade_syntax), which also gives 5,120 bytes as the largest document.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_ORDER = Branch(
    keys={"patch_order": Setting(choices=("first", "second", "last"))}, required=("patch_order",)
)
_TAGS = Branch(named=Branch(keys={"tag_values": Branch(named=_ORDER)}))

POLICY_TYPE = PolicyType(
    key="upgrade_rollout",
    name="UPGRADE_ROLLOUT_POLICY",
    noun="upgrade rollout policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(characters=5_120),
    faults=tree("upgrade_rollout", Branch(keys={"default": _ORDER, "tags": _TAGS})),
)
