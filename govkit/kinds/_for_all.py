"""What AWS Config puts into all accounts at once, rules and packs of them: found, awaited, left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from govkit.errors import AwsError, GovkitError
from govkit.kinds._administrators import registered
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place, regions
from govkit.kinds.config_aggregator import SERVICES
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look, Place, Response
from govkit.model.kind import Follow
from govkit.model.resource import Found, Resource
from govkit.model.scope import Scope

EXCLUDED = 1_000  # accounts at most that AWS Config leaves out
_MULTIACCOUNT = SERVICES[1]


class ForAll(Resource, Protocol):
    """What stands in one Region of the account that administers AWS Config, for all accounts."""

    @property
    def account(self) -> Address:
        """The account that put it."""

    @property
    def region(self) -> str:
        """The Region."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def excluded(self) -> tuple[Address, ...]:
        """The accounts that are left out."""

    @property
    def delegated(self) -> bool:
        """Whether the account is delegated administrator."""

    @property
    def after(self) -> tuple[Address, ...]:
        """The recordings without which it fails."""


R = TypeVar("R", bound=ForAll)


@dataclass(frozen=True, slots=True)
class Sort:
    """AWS's words for a sort: `OrganizationConfigRule`, and the member that says how far one is."""

    word: str
    status: str
    noun: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What AWS shows of one: its description, its tags, the accounts left out, and why it failed."""

    spot: Spot
    name: str
    arn: str
    told: Mapping[str, Any]
    tags: Mapping[str, str]
    excluded: tuple[Address, ...]
    failed: str | None


def needs(one: ForAll) -> tuple[Address, ...]:
    """Return the account, that the organization lets it put such things, and that all accounts record.

    Accounts that are left out are named by their IDs, so those of the layout must be there.
    """
    access = TrustedAccess(_MULTIACCOUNT).address
    charge = DelegatedAdministrator(_MULTIACCOUNT, one.account).address
    made = (each for each in one.excluded if not each.path.isdigit())
    return (one.account, *made, access, *((charge,) if one.delegated else ()), *one.after)


def put_by(key: str | None, sort: Sort, scope: Scope) -> tuple[Address, tuple[str, ...]]:
    """Return the account (of a key) that puts them, and the Regions; `GovkitError` where nobody does."""
    if key is None:
        raise GovkitError(
            f"Nobody puts the {sort.noun}s",
            f"{sort.noun.capitalize()}s for all accounts are put by the account that administers "
            "AWS Config.",
            "Name it: aggregator: {account: …}.",
        )
    account = account_address(key)
    return account, scope.own.get(account, scope.regions)


def everywhere(
    look: Look, kind: str, show: Callable[[Spot], Iterable[Found[R]]]
) -> Iterator[Found[R]]:
    """Yield what is there where the layout names any, and where an account may still have some.

    These are the delegated administrators, in the Regions of the baseline: what the layout no longer
    names is an orphan there. Where Regions are known to AWS alone, nothing is named before, and without a
    delegated administrator it is the management account that may have some.
    """
    spots = {spot.place: spot for _, spot in named(look, kind)}
    charged, reach = set(registered(look, _MULTIACCOUNT)), look.interest.coverage
    if not charged and reach is not None and reach.enabled:
        charged = {one.resource.address for one in look.found("account") if one.resource.management}
    for spot in regions(look) if charged else ():
        if spot.account in charged:
            spots.setdefault(spot.place, spot)
    yield from looked(look, spots.values(), show)


def shown(api: Look | Api, sort: Sort, spot: Spot, name: str | None = None) -> Iterator[Shown]:
    """Yield all of a sort in a place, or the one of a name."""

    def listed(what: str) -> Mapping[str, Mapping[str, Any]]:
        call = ApiCall("config", f"Describe{sort.word}{what}", {}, spot.place)
        return {one[f"{sort.word}Name"]: one for one in api.items(f"{sort.word}{what}", call)}

    there = listed("s")
    chosen = there if name is None else {one: there[one] for one in there if one == name}
    statuses = listed("Statuses") if chosen else {}
    for each, told in chosen.items():
        arn = told[f"{sort.word}Arn"]
        tags = ApiCall("config", "ListTagsForResource", {"ResourceArn": arn}, spot.place)
        yield Shown(
            spot,
            each,
            arn,
            told,
            {tag["Key"]: tag.get("Value", "") for tag in api.items("Tags", tags)},
            tuple(sorted(account_address(one) for one in told.get("ExcludedAccounts") or ())),
            _failure(statuses.get(each, {}), sort),
        )


def _failure(status: Mapping[str, Any], sort: Sort) -> str | None:
    word = str(status.get(sort.status, ""))
    return str(status.get("ErrorCode") or word) if word.endswith("_FAILED") else None


def glanced(one: ForAll, sort: Sort, api: Api, ids: Ids) -> Shown | None:
    """Return what AWS shows of one now, with the layout's names for accounts; None where it is gone."""
    spot = Spot(one.account, place(one.account, ids, one.region))
    found = next(shown(api, sort, spot, one.name), None)
    if found is None:
        return None
    names = tuple(sorted(ids.address(each.path) or each for each in found.excluded))
    return replace(found, excluded=names)


def follow(one: ForAll, sort: Sort, answer: Response) -> Follow | None:
    """Wait until it is in all accounts, where the answer says which one it is: AWS takes its time."""
    arn = answer.get(f"{sort.word}Arn")
    if arn is None:
        return None
    _, _, _, region, account, _ = arn.split(":", 5)
    told = {f"{sort.word}Names": [one.name]}
    call = ApiCall("config", f"Describe{sort.word}Statuses", told, Place(account, region))
    return Follow(call, partial(_settled, sort))


def _settled(sort: Sort, answer: Response) -> Response | None:
    (status,) = answer[f"{sort.word}Statuses"]
    word = status[sort.status]
    if word.endswith("_FAILED"):
        raise AwsError(
            f"The {sort.noun} did not get into all accounts",
            f"{status[f'{sort.word}Name']}: {status.get('ErrorMessage') or word}.",
            code=str(status.get("ErrorCode") or word),
            operation=f"config:Put{sort.word}",
        )
    return answer if word.endswith("_SUCCESSFUL") else None
