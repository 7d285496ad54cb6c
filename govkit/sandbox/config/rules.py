"""Rules of AWS Config for a whole organization; only those that AWS manages are played."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.config.for_all import Sort, handlers
from govkit.sandbox.refusals import refusal


def _told(params: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    told = params.get("OrganizationManagedRuleMetadata")
    if not told:
        text = "Only managed rules are known here."
        raise refusal("InvalidParameterValueException", message=text)
    return {"OrganizationManagedRuleMetadata": dict(told)}, ""


RULES = Sort(
    "OrganizationConfigRule",
    "OrganizationRuleStatus",
    "organization-config-rule",
    "organization_rules",
    _told,
)
HANDLERS = handlers(RULES)
