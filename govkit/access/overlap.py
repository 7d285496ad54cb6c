"""Tell whether two descriptions of actions have one in common, of today's or of those to come."""

from collections.abc import Iterable, Iterator

from govkit.access.action import Actions, action_matcher, is_every_action
from govkit.access.action_classes import future, names_of, service_of
from govkit.access.cover import Cover
from govkit.access.minterms import OutOfBudgetError

_ELSEWHERE = "-:x"  # of a service that AWS cannot have, which stands for all that are not named


def meet(said: Cover, actions: Actions) -> bool:
    """Tell whether a statement speaks of an action that is said; also where that takes too long."""
    said = Cover(_lowered(said.names), _lowered(said.but))
    of, but = action_matcher(Actions(said.names)), action_matcher(Actions(said.but))
    spoken = action_matcher(actions)
    try:
        return any(of(one) and not but(one) and spoken(one) for one in _told_apart(said, actions))
    except OutOfBudgetError:
        return True


def _lowered(names: Iterable[str]) -> tuple[str, ...]:
    """Return patterns as policies compare them; words have AWS's own spelling."""
    return tuple(name.lower() for name in names)


def _told_apart(said: Cover, actions: Actions) -> Iterator[str]:
    """Yield an action for each way in which the patterns of both can match and fail to."""
    patterns = (*said.names, *said.but, *actions.patterns)
    yield _ELSEWHERE
    for service in sorted(_shared(said, actions)):
        names = frozenset(names_of(patterns, service))
        literals = frozenset(one for one in names if "*" not in one and "?" not in one)
        every = (*literals, *future(names - literals, literals))
        yield from (f"{service}:{name}" for name in every)


def _shared(said: Cover, actions: Actions) -> set[str]:
    """Return the services of which both can speak, as far as one of them names those."""
    first = _services(said.names)
    second = None if actions.negated else _services(actions.patterns)
    if first is not None and second is not None:
        return first & second
    if first is None and second is None:
        return {service_of(one) for one in (*said.but, *actions.patterns)} - {""}
    return first or second or set()


def _services(patterns: Iterable[str]) -> set[str] | None:
    """Return the services that patterns name; None where they are about all."""
    found = list(patterns)
    return None if any(map(is_every_action, found)) else {service_of(one) for one in found} - {""}
