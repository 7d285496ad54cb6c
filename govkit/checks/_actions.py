"""Which actions a statement speaks of, and which of them carry a condition key."""

from functools import lru_cache

from govkit.access.action import Actions
from govkit.access.action_facts import action_facts, condition_keys
from govkit.access.action_index import action_index
from govkit.access.glob import Predicate, glob, tokens
from govkit.access.variables import template

_MANY_SERVICES = 60  # beyond that a statement is about everything, and no service's keys are missed


@lru_cache(maxsize=5_000)
def reached(actions: Actions) -> int:
    """Return the actions of AWS's list that a statement speaks of, as a bit mask."""
    index = action_index()
    found = 0
    for pattern in actions.patterns:
        found |= index.mask(pattern)
    return (1 << index.size) - 1 & ~found if actions.negated else found


@lru_cache(maxsize=5_000)
def services(mask: int) -> tuple[str, ...]:
    """Return the services of a set of actions."""
    index = action_index()
    return tuple(one for one in index.services if mask & index.mask(f"{one}:*"))


def about_everything(mask: int) -> bool:
    """Tell a set of actions of so many services that no one of them is meant."""
    return len(services(mask)) > _MANY_SERVICES


@lru_cache(maxsize=5_000)
def carriers(key: str, service: str) -> int:
    """Return the actions of a service that AWS documents to carry a lower-case condition key."""
    index = action_index()
    found = 0
    for name in index.names(service):
        facts = action_facts(f"{service}:{name}")
        if facts is not None and any(fits(key, known) for known in facts.keys):
            found |= index.mask(f"{service}:{name.lower()}")
    return found


@lru_cache(maxsize=5_000)
def type_of(key: str) -> str | None:
    """Return the type of a service's own condition key, or None where the service has none such."""
    service = key.partition(":")[0]
    for known, kind in condition_keys(service).items():
        if fits(key, known):
            return kind
    return None


@lru_cache(maxsize=50_000)
def _shape(known: str) -> str:
    """Return a documented key as a pattern: `aws:RequestTag/${TagKey}` takes any tag."""
    opened = known.lower().replace("<", "${").replace(">", "}")
    parts = template(opened, wildcards=False, variables=True)
    return "".join(part if isinstance(part, str) else "*" for part in parts)


def fits(key: str, known: str) -> bool:
    """Tell whether a lower-case key is the documented one."""
    shape = _shape(known)
    return key == shape if "*" not in shape else _matcher(shape)(key)


@lru_cache(maxsize=5_000)
def _matcher(shape: str) -> Predicate:
    return glob(tokens(shape))
