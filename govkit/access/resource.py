"""Resource patterns: which resources a statement speaks of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from govkit.access.arn import arn_pattern, is_anything
from govkit.access.glob import Predicate, Token
from govkit.access.variables import Context, Template, Unresolved, keys, resolve, template

Check = Callable[[str | None, Context, bool], bool | None]
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Resources:
    """The Resource of a statement, or its NotResource (`negated`); patterns sorted."""

    patterns: tuple[str, ...]
    negated: bool = False
    variables: bool = True


EVERYTHING = Resources(("*",))


def needed(resources: Resources) -> frozenset[str]:
    """Return the context keys that the patterns of a statement look at."""
    return frozenset[str]().union(*(keys(pattern) for pattern in _templates(resources)))


def pattern_tokens(resources: Resources) -> tuple[tuple[Token, ...], ...]:
    """Return the patterns of resources that need no key."""
    return tuple(map(_resolved, _templates(resources)))


def resource_pattern(pattern: Sequence[Token]) -> Predicate | None:
    """Return what tells whether a resource matches, or None where the pattern is no ARN's.

    `*` is every resource, also that of an action which has none (a request says `*` there).
    """
    if is_anything(pattern):
        return lambda _resource: True
    return arn_pattern(pattern)


@lru_cache(maxsize=20_000)
def resource_check(resources: Resources) -> Check:
    """Return what answers (resource, context, complete): True, False, or None for "it depends".

    A resource that is None is not known. A pattern that is no ARN's, or holds a variable that
    has no value, matches nothing; a NotResource with such a pattern does not match either.
    """
    templates = _templates(resources)
    if any(map(is_anything, templates)):  # type: ignore[arg-type] # variables are no wildcards
        answer = not resources.negated
        return lambda _resource, _context, _complete: answer
    if any(map(keys, templates)):
        return _with_variables(resources, templates)
    predicates = [resource_pattern(_resolved(pattern)) for pattern in templates]
    matches = _matcher(predicates, negated=resources.negated)
    memory: dict[str, bool] = {}

    def check(resource: str | None, _context: Context, _complete: bool) -> bool | None:  # noqa: FBT001 -- as Check
        if resource is None:
            return None
        known = memory.get(resource)
        if known is None:
            if len(memory) >= _REMEMBERED:
                memory.clear()
            known = memory[resource] = matches(resource)
        return known

    return check


def _templates(resources: Resources) -> tuple[Template, ...]:
    return tuple(
        template(pattern, wildcards=True, variables=resources.variables)
        for pattern in resources.patterns
    )


def _resolved(pattern: Template) -> tuple[Token, ...]:
    found = resolve(pattern, {}, complete=True)
    return () if isinstance(found, Unresolved) else found


def _matcher(predicates: list[Predicate | None], *, negated: bool) -> Predicate:
    usable = [predicate for predicate in predicates if predicate is not None]
    if negated and len(usable) < len(predicates):
        return lambda _resource: False
    return lambda resource: any(matches(resource) for matches in usable) != negated


def _with_variables(resources: Resources, templates: tuple[Template, ...]) -> Check:
    def check(resource: str | None, context: Context, complete: bool) -> bool | None:  # noqa: FBT001 -- as Check
        if resource is None:
            return None
        resolved = [resolve(pattern, context, complete=complete) for pattern in templates]
        if any(isinstance(found, Unresolved) and not found.known for found in resolved):
            return None
        predicates = [
            None if isinstance(found, Unresolved) else resource_pattern(found) for found in resolved
        ]
        return _matcher(predicates, negated=resources.negated)(resource)

    return check
