"""Action patterns: which actions a statement speaks of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from govkit.access.glob import Predicate, glob, tokens


@dataclass(frozen=True, slots=True)
class Actions:
    """The Action of a statement, or its NotAction (`negated`); patterns in lower case, sorted."""

    patterns: tuple[str, ...]
    negated: bool = False


@lru_cache(maxsize=50_000)
def action_pattern(pattern: str) -> Predicate:
    """Return what tells whether a lower-case action matches a lower-case pattern.

    `*` is every action. Otherwise a service, which takes no wildcard, and a name that is not
    empty: `*:GetBucket` and `s3:` match nothing, and so does what has white space in it.
    """
    if is_every_action(pattern):
        return lambda _action: True
    service, separator, name = pattern.partition(":")
    if not separator or not name or "*" in service or "?" in service:
        return lambda _action: False
    prefix, length = f"{service}:", len(service) + 1
    named = glob(tokens(name))
    return lambda action: action.startswith(prefix) and named(action[length:])


def is_every_action(pattern: str) -> bool:
    """Tell `*`, and `*:*`, which IAM accepts for the same."""
    return not pattern.strip("*") or pattern == "*:*"


@lru_cache(maxsize=20_000)
def action_matcher(actions: Actions) -> Callable[[str], bool]:
    """Return what tells whether a statement speaks of a lower-case action."""
    found = [action_pattern(pattern) for pattern in actions.patterns]
    negated = actions.negated
    return lambda action: any(matches(action) for matches in found) != negated
