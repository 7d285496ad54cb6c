"""Which of a statement's actions carry the condition key that a test asks for."""

from dataclasses import dataclass

from govkit.access.action_index import action_index
from govkit.access.condition import when_absent
from govkit.checks._actions import about_everything, carriers, reached, services, type_of
from govkit.checks._global_keys import global_key
from govkit.checks._paper import Asked, Written

_TAGS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")


@dataclass(frozen=True, slots=True)
class Carried:
    """How many of a statement's actions carry a key; `without` is one that does not."""

    all: int
    some: int
    without: str | None


def carried(statement: Written, asked: Asked) -> Carried | None:
    """Return how far a statement's actions carry a key; None where AWS does not say.

    Global keys, but for those of tags, may be in any request. Keys that are not documented at all,
    and statements about everything, are left to others.
    """
    tagged = asked.name.startswith(_TAGS)
    if not tagged and (global_key(asked.name) is not None or type_of(asked.name) is None):
        return None
    mask = reached(statement.meaning.actions)
    if not mask or about_everything(mask):
        return None
    if not tagged and not carriers(asked.name, asked.name.partition(":")[0]):
        return None  # AWS lists the key with its service, and does not say which actions carry it
    carrying = 0
    for service in services(mask):
        carrying |= carriers(asked.name, service)
    found, missing = mask & carrying, mask & ~carrying
    without = next(action_index().actions(missing), None)
    return Carried(mask.bit_count(), found.bit_count(), without)


def asks_for_absence(asked: Asked) -> bool:
    """Tell a test that holds where a request does not carry its key."""
    return when_absent(asked.test)
