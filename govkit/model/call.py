"""Talking to AWS as data: a call not yet made, the door that makes it, and the IDs it gives."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from govkit.model.address import Address
from govkit.model.resource import Json
from govkit.model.scope import Coverage

Params = Mapping[str, Any]
Response = Mapping[str, Any]
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region; None stands for the caller's own account and the home region."""

    account: str | None = None
    region: str | None = None


HERE = Place()


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call as data: service and operation are botocore's names (`organizations`, `ListRoots`)."""

    service: str
    operation: str
    params: Params = field(default_factory=dict)
    place: Place = HERE

    def spelled(self, key: str = "") -> str:
        """Return one spelling of this call, and of the key whose items are wanted of its answer."""
        where = [self.place.account, self.place.region]
        told = [key, self.service, self.operation, where, dict(self.params)]
        return json.dumps(told, sort_keys=True, default=str)


def organizations(operation: str, /, **params: Any) -> ApiCall:
    """Return a call of AWS Organizations."""
    return ApiCall("organizations", operation, params)


class Api(Protocol):
    """The door to AWS, opened by somebody else. Raises the `AwsError` family only."""

    def call(self, call: ApiCall) -> Response:
        """Make the call and return its answer, without `ResponseMetadata`, its `Body` read to bytes.

        An answer with `LastModified` also has `Date`: the time by AWS's clock, as HTTP writes it.
        """

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        """Yield what stands under the key on every page, empty pages followed."""


class Together(Api, Protocol):
    """A door for one look at many things: they are asked side by side, and each answer is fetched once."""

    def each(self, do: Callable[[T], U], things: Iterable[T]) -> list[U]:
        """Return what `do` answers for each thing, asked side by side, in the things' order."""

    def up_to(self, most: int, key: str, call: ApiCall) -> tuple[Any, ...] | None:
        """Return what stands under the key on all pages; None, and no page more, where it is too much."""


class Look(Protocol):
    """A door for reading: an answer is fetched once per look, and kinds read side by side."""

    def call(self, call: ApiCall) -> Response:
        """Return the answer, from memory where this look already asked."""

    def items(self, key: str, call: ApiCall) -> tuple[Any, ...]:
        """Return what stands under the key on all pages, from memory where already asked."""

    def until(self, call: ApiCall, settled: Callable[[Response], bool]) -> Response:
        """Return an answer that is settled, asking anew, and never from memory, until one is."""

    def each(self, do: Callable[[T], U], things: Iterable[T]) -> list[U]:
        """Return what `do` answers for each thing, asked side by side, in the things' order."""

    def found(self, kind: str) -> tuple[Any, ...]:
        """Return what another kind found (`Found` values), waiting until it has looked."""

    def missed(self, what: str) -> None:
        """Remember that this could not be seen, so that nobody takes it for not being there."""

    def unreached(self, place: Place, why: str) -> None:
        """Remember that there was no looking into an account, or one of its Regions, and why."""

    @property
    def interest(self) -> "Interest":
        """What the layout wants to be told of."""

    @property
    def walk(self) -> bool:
        """Whether many calls side by side are faster here than few long chains of pages."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a layout names, as far as it decides what must be read. Emails are lower case.

    `ous` and `accounts` (IDs and written e-mails) are what it lists; the `tagged_` ones are those
    whose tags it gives; `created` are e-mails under which it may have created accounts itself.
    OUs are paths or IDs. `types` are the policy types that it uses, enabled or not. `role` is the
    ARN of the role that looks; None for the credentials at hand. `coverage` is how far the baseline
    reaches, None where only Organizations is asked; `watched` asks for what is only observed there.
    """

    ous: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    tagged_ous: frozenset[str] = frozenset()
    tagged_accounts: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    root_tagged: bool = False
    types: frozenset[str] = frozenset()
    role: str | None = None
    coverage: Coverage | None = None
    watched: bool = False


@dataclass(frozen=True, slots=True)
class IdOf:
    """Stands in a call for an ID that does not exist yet; JSON shows `{"$id": ADDRESS}`."""

    address: Address

    def to_json(self) -> Json:
        """Return the form in which a plan shows it."""
        return {"$id": str(self.address)}


class Ids:
    """Addresses and AWS's IDs, both ways; kept out of `State`, so that states compare by meaning."""

    __slots__ = ("_addresses", "_ids")

    def __init__(self, ids: Mapping[Address, str] | None = None) -> None:
        self._ids = dict(ids or {})
        self._addresses = {given: address for address, given in self._ids.items()}

    def __getitem__(self, address: Address) -> str:
        return self._ids[address]

    def __contains__(self, address: Address) -> bool:
        return address in self._ids

    def __iter__(self) -> Iterator[Address]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def get(self, address: Address) -> str | None:
        """Return the ID of what stands at the address, or None while it has none."""
        return self._ids.get(address)

    def or_unknown(self, address: Address) -> Any:
        """Return the ID, or `IdOf` the address where AWS has not given it yet."""
        return self._ids.get(address) or IdOf(address)

    def address(self, given: str) -> Address | None:
        """Return the address of what AWS knows by this ID, or None."""
        return self._addresses.get(given)

    def copy(self) -> "Ids":
        """Return IDs that may learn without the others noticing."""
        return Ids(self._ids)

    def learn(self, address: Address, given: str) -> None:
        """Remember the ID that AWS gave."""
        self._ids[address] = given
        self._addresses[given] = address

    def forget(self, address: Address) -> None:
        """Forget what no longer exists."""
        given = self._ids.pop(address, None)
        if given is not None:
            self._addresses.pop(given, None)

    def readdressed(self, names: Mapping[Address, Address]) -> "Ids":
        """Return the same IDs under the things' other names."""
        return Ids({names.get(address, address): given for address, given in self._ids.items()})
