"""Looking into the accounts and Regions of the baseline, side by side; who cannot be entered is said."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from govkit.errors import AwsError, CredentialsMissing
from govkit.model.address import Address
from govkit.model.call import Ids, Look, Place
from govkit.model.resource import Found, Resource
from govkit.model.scope import is_within

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Spot:
    """An account, by its live address, and the place in which calls are made there."""

    account: Address
    place: Place

    @property
    def region(self) -> str:
        """The Region; empty where the account as a whole is meant."""
        return self.place.region or ""


def accounts(look: Look) -> Iterator[Spot]:
    """Yield every active account that the baseline covers."""
    reach = look.interest.coverage
    if reach is None:
        return
    for one in look.found("account"):
        account = one.resource
        if account.state == "ACTIVE" and reach.reaches(account.parent.path):
            yield Spot(account.address, Place(account.address.path))


def regions(look: Look) -> Iterator[Spot]:
    """Yield every covered account with each Region that the baseline covers there."""
    reach = look.interest.coverage
    if reach is None:
        return
    if reach.enabled:
        for one in look.found("enabled_region"):
            yield Spot(one.resource.account, Place(one.resource.account.path, one.resource.region))
        return
    for spot in accounts(look):
        for region in reach.regions:
            yield Spot(spot.account, Place(spot.place.account, region))


def entered(look: Look, spots: Iterable[Spot]) -> list[Spot]:
    """Return the places in which AWS Config is kept by entering them.

    That is where no StackSet gets to, and where an account goes on with a recorder from before.
    """
    inside = stacked(look)
    recorders = (one.resource for one in (look.found("config_recorder") if inside else ()))
    inside -= {one.account for one in recorders}
    return [spot for spot in spots if spot.account not in inside]


def stacked(look: Look) -> frozenset[Address]:
    """Return the accounts that get AWS Config from a StackSet; the management account never does."""
    reach = look.interest.coverage
    tops = () if reach is None else reach.stacked
    everybody = (one.resource for one in look.found("account")) if tops else ()
    return frozenset(
        one.address
        for one in everybody
        if not one.management and any(is_within(one.parent.path, top) for top in tops)
    )


def looked(
    look: Look, spots: Iterable[Spot], ask: Callable[[Spot], Iterable[Found[R]]]
) -> Iterator[Found[R]]:
    """Yield what is found in all places, asked side by side.

    A place that refuses is remembered as out of reach, and hides nothing of the others. Raises
    `CredentialsMissing` where it is the caller's own credentials that fail.
    """

    def answered(spot: Spot) -> list[Found[R]]:
        try:
            return list(ask(spot))
        except CredentialsMissing:
            raise
        except AwsError as error:
            look.unreached(spot.place, f"{error.summary}. {error.detail}".replace("\n", " "))
            return []

    for found in look.each(answered, list(spots)):
        yield from found


def place(account: Address, ids: Ids, region: str | None = None) -> Place:
    """Return where calls about an account are made; an account that is yet to be made has no ID."""
    return Place(ids.or_unknown(account), region)


def management(look: Look) -> Iterator[Spot]:
    """Yield the management account in the home Region, where what AWS has once is kept."""
    reach = look.interest.coverage
    home = None if reach is None else reach.home_region or next(iter(reach.regions), None)
    for one in look.found("account") if home is not None else ():
        if one.resource.management:
            yield Spot(one.resource.address, Place(one.resource.address.path, home))
