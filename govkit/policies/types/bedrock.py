"""Amazon Bedrock policies: the Bedrock guardrail that every inference call in a Region gets.

Source: AWS Organizations user guide, Amazon Bedrock policy syntax
(orgs_manage_policies_bedrock_syntax). An identifier that is no guardrail ARN with a version makes
every Bedrock call of the accounts below fail, so it is demanded.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_CONTENT = Setting(choices=("selective", "comprehensive"))
_CONFIG = Branch(
    keys={
        "identifier": Setting(),
        "input_tags": Setting(choices=("honor", "ignore")),
        "selective_content_guarding": Branch(keys={"system": _CONTENT, "messages": _CONTENT}),
        "model_enforcement": Branch(
            keys={
                "included_models": Setting(many=True),
                "excluded_models": Setting(many=True),
            }
        ),
    },
    required=("identifier",),
)

POLICY_TYPE = PolicyType(
    key="bedrock",
    name="BEDROCK_POLICY",
    noun="Amazon Bedrock policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree(
        "bedrock", Branch(keys={"guardrail_inference": Branch(named=Branch(named=_CONFIG))})
    ),
)
