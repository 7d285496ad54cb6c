"""AI services opt-out policies: whether AWS may keep content to improve its AI services.

Source: AWS Organizations user guide, AI services opt-out policy syntax
(orgs_manage_policies_ai-opt-out_syntax). Upper and lower case matter in the values.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_SERVICE = Branch(keys={"opt_out_policy": Setting(choices=("optOut", "optIn"))}, closed=True)

POLICY_TYPE = PolicyType(
    key="ai_opt_out",
    name="AISERVICES_OPT_OUT_POLICY",
    noun="AI services opt-out policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(characters=2_500, attachments=5),
    faults=tree("services", Branch(named=_SERVICE)),
)
