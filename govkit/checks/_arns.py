"""ARNs as policies write them, and the forms that AWS documents for a service's resources."""

from collections.abc import Iterator
from functools import lru_cache

from govkit.access.action_facts import ResourceType, action_facts
from govkit.access.action_index import action_index
from govkit.access.arn import SEGMENTS
from govkit.checks._patterns import meet, opened


def segments(text: str) -> list[str]:
    """Return the parts of an ARN or its pattern; a `*` at the end fills up what is missing."""
    parts = opened(text).split(":", SEGMENTS - 1)
    if len(parts) < SEGMENTS and parts[-1].endswith("*"):
        parts += ["*"] * (SEGMENTS - len(parts))
    return parts


@lru_cache(maxsize=512)
def forms(service: str) -> frozenset[str]:
    """Return the templates of a service's ARNs."""
    index = action_index()
    found = (action_facts(f"{service}:{name}") for name in index.names(service))
    return frozenset(kind.arn for facts in found if facts is not None for kind in facts.resources)


def resource_types(mask: int) -> Iterator[tuple[ResourceType, ...]]:
    """Yield the resource types of each action of a set."""
    for action in action_index().actions(mask):
        facts = action_facts(action)
        if facts is not None:
            yield facts.resources


@lru_cache(maxsize=50_000)
def of_form(pattern: str, form: str) -> bool:
    """Tell whether an ARN of a documented form may match a pattern."""
    parts, known = segments(pattern), segments(form)
    if len(parts) < SEGMENTS or len(known) < SEGMENTS:
        return False
    return all(meet(one, other) for one, other in zip(parts, known, strict=True))
