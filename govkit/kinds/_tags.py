"""Tags of one thing, and the tags by which govkit knows what it made."""

from collections.abc import Mapping, Sequence

from govkit.errors import AccessDenied
from govkit.model.call import Api, ApiCall, Look, organizations

LAYOUT = "govkit:layout"
GUARDRAIL = "govkit:guardrail"
ACCOUNT = "govkit:account"
TEMPORARY = "govkit:temporary"
WHILE = "govkit-temporary-"  # begins the names of policies that a plan makes for a while
OURS = "govkit:"
AWS_OWN = "aws:"


def tags_call(given: str) -> ApiCall:
    """Return the call that lists the tags of what AWS knows by this ID."""
    return organizations("ListTagsForResource", ResourceId=given)


def tags_of(look: Look | Api, given: str) -> dict[str, str]:
    """Return all tags of what AWS knows by this ID."""
    return {tag["Key"]: tag["Value"] for tag in look.items("Tags", tags_call(given))}


def tags_if_allowed(look: Look, given: Sequence[str], whose: str) -> dict[str, dict[str, str]]:
    """Return the tags of each; none, and said to be missed, where the caller may not read them."""
    try:
        found = look.each(lambda one: tags_of(look, one), given)
    except AccessDenied as denied:
        look.missed(f"whose {whose} are: {denied.summary}")
        return {}
    return dict(zip(given, found, strict=True))


def as_list(tags: Mapping[str, str | None]) -> list[dict[str, str]]:
    """Return tags as AWS takes them, those without a value left out."""
    return [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
