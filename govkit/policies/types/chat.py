"""Chat applications policies: from which chat workspaces accounts may be reached, and how.

Source: AWS Organizations user guide, Chat applications policy syntax
(orgs_manage_policies_chatbot_syntax).
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_CLIENT = Setting(choices=("enabled", "disabled"))
_ROLES = Setting(many=True, choices=("user_role", "channel_role"))
_CHANNELS = Setting(many=True, choices=("public", "private"))
_SLACK_RULES = Branch(
    keys={"supported_channel_types": _CHANNELS, "supported_role_settings": _ROLES}, closed=True
)
_TEAMS_RULES = Branch(keys={"supported_role_settings": _ROLES}, closed=True)
_PLATFORMS = Branch(
    keys={
        "slack": Branch(
            keys={
                "client": _CLIENT,
                "workspaces": Setting(many=True),
                "default": _SLACK_RULES,
                "overrides": Branch(named=_SLACK_RULES),
            }
        ),
        "microsoft_teams": Branch(
            keys={
                "client": _CLIENT,
                "tenants": Branch(named=Setting(many=True)),
                "default": _TEAMS_RULES,
                "overrides": Branch(named=Branch(named=_TEAMS_RULES)),
            }
        ),
        "chime": Branch(keys={"client": _CLIENT}),
    }
)

POLICY_TYPE = PolicyType(
    key="chat",
    name="CHATBOT_POLICY",
    noun="chat applications policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(attachments=5),
    faults=tree(
        "chatbot",
        Branch(keys={"platforms": _PLATFORMS, "default": Branch(keys={"client": _CLIENT})}),
    ),
)
