"""Backup policies: backup plans that AWS Backup makes in every account below the target.

Source: AWS Organizations user guide, Backup policy syntax (orgs_manage_policies_backup_syntax).
Plans, rules and selections have names of their own; AWS Backup adds settings often, so unknown
ones pass. A child may complete a parent's plan, so no setting is demanded of one document.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_LIFECYCLE = Branch(
    keys={
        "move_to_cold_storage_after_days": Setting(),
        "delete_after_days": Setting(),
        "opt_in_to_archive_for_supported_resources": Setting(choices=("true", "false")),
    }
)
_TAG = Branch(keys={"tag_key": Setting(), "tag_value": Setting()})
_RULE = Branch(
    keys={
        "schedule_expression": Setting(),
        "schedule_expression_timezone": Setting(),
        "start_backup_window_minutes": Setting(),
        "complete_backup_window_minutes": Setting(),
        "enable_continuous_backup": Setting(),
        "target_backup_vault_name": Setting(),
        "lifecycle": _LIFECYCLE,
        "copy_actions": Branch(
            named=Branch(keys={"target_backup_vault_arn": Setting(), "lifecycle": _LIFECYCLE})
        ),
        "recovery_point_tags": Branch(named=_TAG),
    }
)
_SELECTIONS = Branch(
    keys={
        "tags": Branch(
            named=Branch(
                keys={
                    "iam_role_arn": Setting(),
                    "tag_key": Setting(),
                    "tag_value": Setting(many=True),
                }
            )
        ),
        "resources": Branch(
            named=Branch(
                keys={
                    "iam_role_arn": Setting(),
                    "resource_types": Setting(many=True),
                    "not_resource_types": Setting(many=True),
                }
            )
        ),
    }
)
_PLAN = Branch(
    keys={
        "regions": Setting(many=True),
        "rules": Branch(named=_RULE),
        "selections": _SELECTIONS,
        "backup_plan_tags": Branch(named=_TAG),
        "advanced_backup_settings": Branch(),
    }
)

POLICY_TYPE = PolicyType(
    key="backup",
    name="BACKUP_POLICY",
    noun="backup policy",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree("plans", Branch(named=_PLAN)),
)
