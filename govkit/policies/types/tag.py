"""Tag policies: how tag keys are spelled, which values they take, and where that is enforced.

Source: AWS Organizations user guide, Tag policy syntax (orgs_manage_policies_example-tag-policies):
the policy key equals the tag key but for its case; a value has at most one wildcard.
"""

from collections.abc import Iterator

from govkit.policies.canonical import Grammar
from govkit.policies.document import Document
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import Fault, PolicyType
from govkit.policies.types._tree import SETTERS, Branch, Setting, tree

_RULE = Branch(
    keys={
        "tag_key": Setting(),
        "tag_value": Setting(many=True),
        "enforced_for": Setting(many=True),
        "report_required_tag_for": Setting(many=True),
    }
)
_shape = tree("tags", Branch(named=_RULE))


def _faults(document: Document) -> tuple[Fault, ...]:
    wrong = _shape(document)
    return wrong or tuple(_meaning(document))


def _meaning(document: Document) -> Iterator[Fault]:
    for key, rule in document.value["tags"].items():
        if key.startswith("@@"):
            continue
        spelled = rule.get("tag_key", {}).get("@@assign", key)
        if str(spelled).lower() != key.lower():
            yield Fault(
                ("tags", key, "tag_key", "@@assign"),
                f'"{spelled}" must be the policy key "{key}", but for upper and lower case',
            )
        for setter in SETTERS:
            values = rule.get("tag_value", {}).get(setter, [])
            for value in values if isinstance(values, list) else [values]:
                if str(value).count("*") > 1:
                    path = ("tags", key, "tag_value", setter)
                    yield Fault(path, f'"{value}" has more than one wildcard')


POLICY_TYPE = PolicyType(
    key="tag",
    name="TAG_POLICY",
    noun="tag policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=_faults,
)
