"""Things that are looked at and never changed: what a kind of them answers when asked to."""

from typing import NoReturn, TypeVar

from govkit.errors import BugError
from govkit.model.address import Address
from govkit.model.call import Api, Ids
from govkit.model.change import Change
from govkit.model.resource import Resource

R = TypeVar("R", bound=Resource)


def no_glance(thing: Resource, _: Api, __: Ids) -> NoReturn:
    """Raise BugError: only what is changed is glanced at."""
    raise _never(thing.address)


def no_change(change: Change[Resource], _: Ids) -> NoReturn:
    """Raise BugError: no plan has such a step."""
    raise _never(change.address)


def where_seen(wanted: R | None, live: R | None) -> tuple[R | None, R | None]:
    """Want nothing of what is not there to be looked at: another kind says that it is missing."""
    return (None if live is None else wanted), live


def _never(address: Address) -> BugError:
    return BugError(
        "This is a bug in govkit: what is only observed was to be changed", str(address)
    )
