"""Declarative policies for EC2: attributes of EC2, EBS and VPC that accounts cannot change back.

Source: AWS Organizations user guide, Declarative policy syntax
(orgs_manage_policies_declarative_syntax). New attributes come often, so unknown ones pass.
"""

from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType
from govkit.policies.types._tree import Branch, Setting, tree

_IMAGE_CRITERIA = Branch(named=Branch(keys={"allowed_image_providers": Setting(many=True)}))
_ATTRIBUTES = Branch(
    keys={
        "exception_message": Setting(),
        "vpc_block_public_access": Branch(
            keys={
                "internet_gateway_block": Branch(
                    keys={
                        "mode": Setting(choices=("off", "block_ingress", "block_bidirectional")),
                        "exclusions_allowed": Setting(choices=("enabled", "disabled")),
                    },
                    required=("mode", "exclusions_allowed"),
                )
            }
        ),
        "serial_console_access": Branch(keys={"status": Setting(choices=("enabled", "disabled"))}),
        "image_block_public_access": Branch(
            keys={"state": Setting(choices=("unblocked", "block_new_sharing"))}
        ),
        "allowed_images_settings": Branch(
            keys={
                "state": Setting(choices=("enabled", "disabled", "audit_mode")),
                "image_criteria": _IMAGE_CRITERIA,
            }
        ),
        "instance_metadata_defaults": Branch(),
        "snapshot_block_public_access": Branch(
            keys={"state": Setting(choices=("unblocked", "block_new_sharing", "block_all_sharing"))}
        ),
    }
)

POLICY_TYPE = PolicyType(
    key="declarative_ec2",
    name="DECLARATIVE_POLICY_EC2",
    noun="declarative policy for EC2",
    grammar=Grammar.TREE_OF_SETS,
    facts=management_facts(),
    faults=tree("ec2_attributes", _ATTRIBUTES),
)
