"""Conformance packs of AWS Config for a whole organization: their template is never shown again."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.config.for_all import Sort, handlers, retagged
from govkit.sandbox.refusals import refusal


def _told(params: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    template = params.get("TemplateBody", "")
    if "Resources" not in template:
        raise refusal(
            "OrganizationConformancePackTemplateValidationException",
            message="The template has no resources.",
        )
    given = [dict(one) for one in params.get("ConformancePackInputParameters") or ()]
    return {"ConformancePackInputParameters": given}, template


PACKS = Sort(
    "OrganizationConformancePack",
    "Status",
    "organization-conformance-pack",
    "organization_packs",
    _told,
)


def _tag(world: World, params: Mapping[str, Any]) -> dict[str, Any]:
    """Add tags to a pack; aggregators and rules keep those that they were made with."""
    more = {one["Key"]: one.get("Value", "") for one in params["Tags"]}
    if not retagged(PACKS, world, params["ResourceArn"], more):
        raise refusal("ResourceNotFoundException", message=f"{params['ResourceArn']} is not here.")
    return {}


HANDLERS: Mapping[str, Handler] = {**handlers(PACKS), "TagResource": _tag}
