"""A bank of the river: what is wanted, or what is there, as one immutable set of resources."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.resource import Resource, readdressed

R = TypeVar("R", bound=Resource)


class State:
    """An immutable set of resources by address; equal when they hold equal resources."""

    __slots__ = ("_by_address", "_by_type")

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._by_address = {resource.address: resource for resource in resources}
        self._by_type: dict[type[Resource], list[Resource]] | None = None

    def __len__(self) -> int:
        return len(self._by_address)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_address.values())

    def __contains__(self, address: Address) -> bool:
        return address in self._by_address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self._by_address == other._by_address

    def __hash__(self) -> int:
        return hash(frozenset(self._by_address.items()))

    def __repr__(self) -> str:
        return f"State({len(self)} resources)"

    @property
    def by_address(self) -> Mapping[Address, Resource]:
        """Every resource by where it stands."""
        return MappingProxyType(self._by_address)

    def get(self, address: Address) -> Resource | None:
        """Return the resource at the address, or None."""
        return self._by_address.get(address)

    def all(self, kind: type[R]) -> Iterator[R]:
        """Yield every resource of this type, in the order in which the state was made."""
        if self._by_type is None:
            sorted_out: defaultdict[type[Resource], list[Resource]] = defaultdict(list)
            for resource in self:
                sorted_out[type(resource)].append(resource)
            self._by_type = dict(sorted_out)
        for resource in self._by_type.get(kind, ()):
            if isinstance(resource, kind):
                yield resource

    @classmethod
    def _of(cls, by_address: dict[Address, Resource]) -> "State":
        """Return the state of resources whose addresses are known already."""
        state = cls()
        state._by_address = by_address
        return state

    def after(self, changes: Iterable[Change[Resource]]) -> "State":
        """Return the state once the changes are made, with what AWS brings along with them.

        What one of them brings and another takes away is away, in whatever order they are given.
        """
        made = tuple(changes)
        away = {change.address for change in made if change.after is None}
        resources = dict(self._by_address)
        for change in made:
            if change.after is None:
                resources.pop(change.address, None)
            else:
                resources[change.address] = change.after
            for brought in change.brings:
                if brought.address not in away:
                    resources.setdefault(brought.address, brought)
            for taken in change.takes:
                resources.pop(taken, None)
        return State._of(resources)

    def where(self, keep: Callable[[Resource], bool]) -> "State":
        """Return the state of those resources only that are kept."""
        return State._of({at: one for at, one in self._by_address.items() if keep(one)})

    def mapped(self, change: Callable[[Resource], Resource]) -> "State":
        """Return the state with every resource replaced by another one at the same address."""
        return State._of({at: change(one) for at, one in self._by_address.items()})

    def readdressed(self, names: Mapping[Address, Address]) -> "State":
        """Return the same things under their other names."""
        if not names:
            return self

        def other(address: Address) -> Address:
            return names.get(address, address)

        moved: dict[Address, Resource] = {}
        for at, one in self._by_address.items():
            renamed = readdressed(one, other)
            moved[at if renamed is one else renamed.address] = renamed
        return State._of(moved)
