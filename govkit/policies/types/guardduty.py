"""Amazon GuardDuty policies: which protection plans are on, by default and per Region.

Source: AWS Organizations user guide, Amazon GuardDuty policy syntax
(orgs_manage_policies_guardduty_syntax), as far as it could be read: a document has a `default`
block, blocks named by Region, or both, and not none. The name of the key above the blocks and what
stands inside them are not checked, beyond the operators that all management policies share.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.document import Document
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import Fault, PolicyType
from govkit.policies.types._tree import operator_faults


def _faults(document: Document) -> tuple[Fault, ...]:
    blocks = [
        key
        for part in document.value.values()
        if isinstance(part, dict)
        for key in part
        if not key.startswith("@@")
    ]
    missing = () if blocks else (Fault((), "there is neither a default block nor one of a Region"),)
    return (*missing, *operator_faults(document))


POLICY_TYPE = PolicyType(
    key="guardduty",
    name="GUARDDUTY_POLICY",
    noun="Amazon GuardDuty policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=_faults,
)
