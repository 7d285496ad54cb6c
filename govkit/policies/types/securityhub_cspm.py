"""Security Hub CSPM policies: in which Regions Security Hub CSPM and its standards are on.

Source: AWS Organizations user guide, Security Hub CSPM policy syntax
(orgs_manage_policies_security_hub_cspm_syntax), as far as it could be read: below `cspm_enablement`
both lists of Regions must be there, and may be empty. The rest of the tree is only checked for
the operators that all management policies share.
"""

from collections.abc import Iterator
from typing import Any

from govkit.policies.canonical import Grammar
from govkit.policies.document import Document
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import Fault, PolicyType
from govkit.policies.positions import Path
from govkit.policies.types._tree import REGION_LISTS, operator_faults


def _faults(document: Document) -> tuple[Fault, ...]:
    return (*_enablement(document.value, ()), *operator_faults(document))


def _enablement(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, dict):
        return
    for key, part in value.items():
        if key == "cspm_enablement" and isinstance(part, dict):
            for wanted in REGION_LISTS.required:
                if wanted not in part:
                    yield Fault((*path, key), f'"{wanted}" is missing')
        yield from _enablement(part, (*path, key))


POLICY_TYPE = PolicyType(
    key="securityhub_cspm",
    name="SECURITYHUB_CSPM_POLICY",
    noun="Security Hub CSPM policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=_faults,
    needs_access=("securityhub.amazonaws.com",),
)
