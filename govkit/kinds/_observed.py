"""Things that are looked at and never changed: what a kind of them answers when asked to."""

from collections.abc import Iterator

from govkit.errors import BugError
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Change
from govkit.model.resource import Found, Resource


def no_glance(thing: Resource, _: Api, __: Ids) -> Found[Resource] | None:
    """Raise BugError: only what is changed is glanced at."""
    raise _never(thing.address)


def no_change(change: Change[Resource], _: Ids) -> Iterator[ApiCall]:
    """Raise BugError: no plan has such a step."""
    raise _never(change.address)


def _never(address: Address) -> BugError:
    return BugError(
        "This is a bug in govkit: what is only observed was to be changed", str(address)
    )
