"""Network security director policies: in which Regions AWS Shield scans network security.

Source: AWS Organizations user guide, AWS Shield network security director policy syntax
(orgs_manage_policies_network_security_director_syntax).
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_LISTS = {"enable_in_regions": Setting(many=True), "disable_in_regions": Setting(many=True)}
_ENABLEMENT = Branch(keys={"network_security_scan": Branch(keys=_LISTS)})

POLICY_TYPE = PolicyType(
    key="network_security_director",
    name="NETWORK_SECURITY_DIRECTOR_POLICY",
    noun="network security director policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree(
        "network_security_director",
        Branch(keys={"enablement": _ENABLEMENT}, required=("enablement",)),
    ),
)
