"""A snapshot: the whole live state as JSON, and back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from govkit.errors import GovkitError
from govkit.kinds.root import Root
from govkit.live.discover import Live
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.kind import Kind
from govkit.model.resource import Json, Resource
from govkit.model.scope import Unreached
from govkit.model.state import State
from govkit.policies.canonical import Grammar
from govkit.policies.document import Document, DocumentError, parse

FORMAT = "1.0"
_WHAT = "govkit snapshot"


def saved(live: Live, kinds: Sequence[Kind[Any]], as_of: date) -> dict[str, Json]:
    """Return the live state as JSON that a file can hold, the same bytes for the same state."""
    names = {kind.resource: kind.name for kind in kinds}
    root = live.state.get(ROOT)
    resources = sorted(
        ({"kind": names[type(one)], **_facts(one)} for one in live.state),
        key=lambda entry: json.dumps(entry, sort_keys=True),
    )
    return {
        "format": _WHAT,
        "format_version": FORMAT,
        "organization": root.organization if isinstance(root, Root) else "",
        "as_of": as_of.isoformat(),
        "incomplete": list(live.incomplete),
        "unseen": [*sorted(live.unseen)],
        "unreached": [[one.kind, one.account, one.region, one.why] for one in live.unreached],
        "count": len(resources),
        "ids": {str(address): live.ids[address] for address in sorted(live.ids)},
        "resources": list(resources),
    }


def _facts(resource: Resource) -> dict[str, Json]:
    return {
        field.name: _json(getattr(resource, field.name))
        for field in fields(type(resource))  # type: ignore[arg-type]  # all are dataclasses
    }


def _json(value: Any) -> Json:
    match value:
        case Address():
            return str(value)
        case Document():
            return {"grammar": value.grammar.value, "text": value.text}
        case tuple():
            return [_json(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"a snapshot cannot hold {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A live state as it was on a day."""

    live: Live
    organization: str
    as_of: date


def restored(text: str | bytes, kinds: Sequence[Kind[Any]]) -> Snapshot:
    """Return what a snapshot holds; GovkitError for a file that is none, newer, or cut off."""
    data = _parsed(text)
    by_name = {kind.name: kind for kind in kinds}
    try:
        entries = data["resources"]
        if len(entries) != data["count"]:
            raise _broken(f"It should hold {data['count']} things and holds {len(entries)}.")
        resources = [_resource(entry, by_name) for entry in entries]
        ids = Ids({Address.parse(name): str(given) for name, given in data["ids"].items()})
        live = Live(
            State(resources),
            ids,
            tuple(str(line) for line in data["incomplete"]),
            frozenset(str(name) for name in data["unseen"]),
            tuple(Unreached(*one) for one in data.get("unreached", ())),
        )
        return Snapshot(live, str(data["organization"]), date.fromisoformat(data["as_of"]))
    except (KeyError, TypeError, ValueError, AttributeError, DocumentError) as error:
        raise _broken(f"{type(error).__name__}: {error}") from error


def _parsed(text: str | bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(f"It is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != _WHAT:
        raise GovkitError(
            "Not a snapshot",
            "The file was not written by govkit snapshot.",
            "Make one with: govkit snapshot -o FILE",
        )
    version = str(data.get("format_version"))
    if version.partition(".")[0] != FORMAT.partition(".")[0]:
        raise GovkitError(
            "A snapshot of another format",
            f"It has format {version}, and this govkit reads {FORMAT}.",
            "Make a new one with: govkit snapshot -o FILE",
        )
    return data


def _broken(detail: str) -> GovkitError:
    return GovkitError(
        "The snapshot is damaged", detail, "Make a new one with: govkit snapshot -o FILE"
    )


def _resource(entry: Mapping[str, Any], by_name: Mapping[str, Kind[Any]]) -> Resource:
    kind: Any = by_name[entry["kind"]].resource
    facts = {
        name: _value(hint, entry[name]) for name, hint in _hints(kind).items() if name in entry
    }
    made: Resource = kind(**facts)
    return made


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _value(hint: Any, value: Any) -> Any:
    """Return JSON as a value of the type that a field is annotated with."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None and type(None) in parts:
            return None
        return _value(next(part for part in parts if part is not type(None)), value)
    if origin is tuple:
        several = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return tuple(_value(part, item) for part, item in zip(several, value, strict=True))
    if isinstance(value, list | dict) and hint is not Document:
        raise TypeError(f"{value!r} where {hint.__name__} should be")
    return _READERS.get(hint, lambda same: _checked(hint, same))(value)


def _document(value: Mapping[str, Any]) -> Document:
    text, grammar = value["text"], Grammar(value["grammar"])
    try:
        return parse(text, grammar)
    except DocumentError:
        # What AWS held and nobody could parse stands for itself, as it did when it was read.
        return Document(canonical=text, text=text, value={}, grammar=grammar)


def _checked(hint: Any, value: Any) -> Any:
    if not isinstance(value, hint):
        raise TypeError(f"{value!r} where {hint.__name__} should be")
    return value


_READERS: Mapping[Any, Callable[[Any], Any]] = {Address: Address.parse, Document: _document}


def resource_json(resource: Resource | None, kinds: Sequence[Kind[Any]]) -> Json:
    """Return one resource as a snapshot holds it; null for none."""
    if resource is None:
        return None
    name = next(kind.name for kind in kinds if kind.resource is type(resource))
    return {"kind": name, **_facts(resource)}


def resource_from(entry: Mapping[str, Any] | None, kinds: Sequence[Kind[Any]]) -> Resource | None:
    """Return the resource that `resource_json` told a journal; GovkitError where it is damaged."""
    if entry is None:
        return None
    try:
        return _resource(entry, {kind.name: kind for kind in kinds})
    except (KeyError, TypeError, ValueError, AttributeError, DocumentError) as error:
        raise GovkitError(
            "The journal is damaged",
            f"It holds something that cannot be read ({type(error).__name__}: {error}).",
            "See which one, and where: govkit history verify",
        ) from error
