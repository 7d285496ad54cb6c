"""What a policy sets whose type decides about no requests: its plans, tags, services, attributes."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from govkit.kinds.policy import Policy
from govkit.policies.document import Document


class Setting(NamedTuple):
    """One named thing below the top of a document, such as `plans` `daily` of a backup policy.

    Case does not count: AWS reads tag keys so, and to be told the same twice does no harm.
    """

    type: str
    path: tuple[str, ...]


def settings(policy: Policy) -> frozenset[Setting]:
    """Return what a policy sets; two that set the same thing are merged by AWS, or one overrules."""
    return _settings(policy.type, policy.document)


@cache
def _settings(kind: str, document: Document) -> frozenset[Setting]:
    return frozenset(Setting(kind, path) for path in _paths(document.value))


def _paths(value: dict[str, object]) -> Iterator[tuple[str, ...]]:
    for top, below in _named(value):
        inside = _named(below) if isinstance(below, dict) else []
        yield from ((top, name) for name, _ in inside)
        if not inside:
            yield (top,)


def _named(value: dict[str, object]) -> list[tuple[str, object]]:
    """Return the keys that are no operators of inheritance, and what stands below them."""
    return [(key.lower(), below) for key, below in value.items() if not key.startswith("@@")]
