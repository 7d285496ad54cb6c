"""Amazon Inspector policies: which scans are on, in which Regions.

Source: AWS Organizations user guide, Amazon Inspector policy syntax
(orgs_manage_policies_inspector_syntax). The scan of Lambda code stands below that of Lambda
functions. AWS's examples leave lists out, so neither list is demanded.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_LISTS = {"enable_in_regions": Setting(many=True), "disable_in_regions": Setting(many=True)}
_SCAN = Branch(keys=_LISTS)
_SCANS = Branch(
    keys={
        "ec2_scanning": _SCAN,
        "ecr_scanning": _SCAN,
        "code_repository_scanning": _SCAN,
        "lambda_standard_scanning": Branch(keys={**_LISTS, "lambda_code_scanning": _SCAN}),
    }
)

POLICY_TYPE = PolicyType(
    key="inspector",
    name="INSPECTOR_POLICY",
    noun="Amazon Inspector policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree("inspector", Branch(keys={"enablement": _SCANS}, required=("enablement",))),
    needs_access=("inspector2.amazonaws.com",),
)
