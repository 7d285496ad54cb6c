"""What every AWS thing has in common, and its facts as plain JSON."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Generic, Protocol, TypeAlias, TypeVar, get_type_hints, runtime_checkable

from govkit.model.address import Address

UNSAID = MappingProxyType({"unsaid": True})  # a field's metadata: no fact where it is None
SILENT = MappingProxyType({"silent": True})  # a field's metadata: never a fact, only for the order

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


@runtime_checkable
class Resource(Protocol):
    """A frozen dataclass of facts. Two are equal when they mean the same, whatever their IDs."""

    @property
    def address(self) -> Address:
        """Where it stands."""

    @property
    def needs(self) -> Iterable[Address]:
        """What must exist before it can."""


@runtime_checkable
class Fact(Protocol):
    """A value inside a resource that knows its own JSON (a policy document, say)."""

    def to_json(self) -> Json:
        """Return the value as JSON that a person can read."""


@runtime_checkable
class Canonical(Protocol):
    """A value inside a resource with a text that is equal for equal values (a policy document)."""

    @property
    def canonical(self) -> str:
        """The text."""


R_co = TypeVar("R_co", bound=Resource, covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[R_co]):
    """A resource that AWS has, with the ID that AWS knows it by (None where it has none)."""

    resource: R_co
    id: str | None = None


def facts(resource: Resource) -> dict[str, Json]:
    """Return a resource's facts as JSON, its address aside."""
    unsaid = _unsaid(type(resource))
    return {
        name: _json(value)
        for name in _names(type(resource))
        if (value := getattr(resource, name)) is not None or name not in unsaid
    }


def delta(before: Resource, after: Resource) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return only the facts in which two versions of one resource differ.

    What serves creation alone, and cannot be read back, is no difference.
    """
    differing = compared_names(before, after)
    return (
        {name: _json(getattr(before, name)) for name in differing},
        {name: _json(getattr(after, name)) for name in differing},
    )


def compared_names(before: Resource | None, after: Resource | None) -> tuple[str, ...]:
    """Return the facts that decide whether a thing is as it was, or as it shall be.

    All that can be read back; of a thing that changes, those in which the two versions differ.
    """
    if before is None or after is None:
        subject = after if before is None else before
        return () if subject is None else _compared_names(type(subject))
    return tuple(
        name
        for name in _compared_names(type(before))
        if getattr(before, name) != getattr(after, name, None)
    )


def stated(resource: Resource, names: Iterable[str]) -> dict[str, Json]:
    """Return some facts as JSON, short: of a document only the hash of what it means."""
    return {name: _short(getattr(resource, name)) for name in names}


def _short(value: object) -> Json:
    if isinstance(value, Canonical):
        return f"sha256:{hashlib.sha256(value.canonical.encode()).hexdigest()}"
    return _json(value)


def readdressed(resource: Resource, names: Callable[[Address], Address]) -> Resource:
    """Return the resource with every address in it, its own too, replaced by its other name."""
    changed = {}
    for name in _address_names(type(resource)):
        value = getattr(resource, name)
        if value is not None:
            other: object = names(value) if isinstance(value, Address) else renamed(value, names)
            if other is not value:
                changed[name] = other
    return replace(resource, **changed) if changed else resource  # type: ignore[type-var]  # all are dataclasses


def renamed(
    addresses: tuple[Address, ...], names: Callable[[Address], Address]
) -> tuple[Address, ...]:
    """Return the addresses under their other names, in order; the same tuple where none has any."""
    others = tuple(sorted(names(one) for one in addresses))
    return addresses if others == addresses else others


@cache
def _address_names(kind: type) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    of_addresses = {Address, Address | None, tuple[Address, ...]}
    return tuple(name for name in _all_names(kind) if hints[name] in of_addresses)


@cache
def _all_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.init)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in fields(kind)
        if field.init and field.name != "address" and "silent" not in field.metadata
    )


@cache
def _unsaid(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if "unsaid" in field.metadata)


@cache
def _compared_names(kind: type) -> tuple[str, ...]:
    compared = {field.name for field in fields(kind) if field.compare}
    return tuple(name for name in _names(kind) if name in compared)


def _json(value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Address():
            return str(value)
        case Fact():
            return value.to_json()
        case Mapping():
            return {str(key): _json(item) for key, item in sorted(value.items())}
        case tuple() | list():
            return [_json(item) for item in value]
        case frozenset():
            return sorted((_json(item) for item in value), key=str)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
