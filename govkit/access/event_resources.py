"""On what an event used an action: the ARNs that it shows, where they are all that was asked about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from govkit.access.action_facts import ResourceType, action_facts
from govkit.access.arn import SEGMENTS
from govkit.access.event import Event
from govkit.access.event_actions import table

_HOLE = re.compile(r"\$\{(\w+)\}")
_SPECIAL = re.compile(r"[*?$]")
_WITH_PATH = "WithPath"


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource as a policy names it, and one ARN that the pattern stands for."""

    pattern: str
    example: str


def shown(event: Event, action: str) -> tuple[Shown, ...]:
    """Return the resources of an action in an event; none where the event does not tell them all.

    All are told where each resource type that the action needs is shown, and no other may have
    been asked about beside them. A list of alternatives is met by any one of them. A copy, and a
    qualified function, are not told: their second resource has no name of its own.
    """
    found = _found(event, action)
    if _lacking(found):
        return ()
    return tuple(dict.fromkeys(one for listed in found.values() for one in listed))


def hidden(event: Event, action: str) -> tuple[ResourceType, ...]:
    """Return the types of resources that an action may have been asked about, and the event does not tell."""
    return _lacking(_found(event, action))


def _found(event: Event, action: str) -> Mapping[ResourceType, tuple[Shown, ...]]:
    facts = action_facts(action)
    kinds = () if facts is None else facts.resources
    blurred = _blurred(event)
    return {one: () if blurred else tuple(_of_type(event, action, one)) for one in kinds}


def _lacking(found: Mapping[ResourceType, tuple[Shown, ...]]) -> tuple[ResourceType, ...]:
    """Return the types that are not told and should be; of alternatives, all where none is."""
    missing = tuple(one for one in found if not found[one])
    needed = any(one.required for one in found)
    return missing if needed or len(missing) == len(found) else ()


def coarser(pattern: str) -> str:
    """Return a pattern that stands for this one and its neighbours; `*` in the end."""
    *head, resource = pattern.split(":", SEGMENTS - 1)
    if len(head) < SEGMENTS - 1 or resource == "*":
        return "*"
    own = resource.removesuffix("/*").removesuffix(":*")
    cut = max(own.rfind("/"), own.rfind(":")) + 1
    return ":".join((*head, f"{own[:cut]}*"))


def literal(text: str) -> str:
    """Return a text as a policy has to write it to mean just that."""
    return _SPECIAL.sub(lambda found: f"${{{found[0]}}}", text)


def _blurred(event: Event) -> bool:
    return any(
        key.lower().startswith(table().blurring) or key == "x-amz-copy-source"
        for key in event.parameters
    )


def _of_type(event: Event, action: str, kind: ResourceType) -> Iterator[Shown]:
    fits = _pattern_of(kind.arn)
    for arn in dict.fromkeys((*event.arns, *_arns_in(event.parameters))):
        if fits.fullmatch(arn):
            yield Shown(literal(arn), arn)
    named = table().parameters.get(f"{action.partition(':')[0]}:{kind.name}")
    if named is not None:
        yield from _named(event, kind, named)


def _named(event: Event, kind: ResourceType, named: Mapping[str, str]) -> Iterator[Shown]:
    """Yield what the parameters name, as ARNs of the caller's own account and the event's Region."""
    known = {"Partition": event.partition, "Region": event.region, "Account": event.account}
    if not all(known.get(one, "told") for one in _HOLE.findall(kind.arn)):
        return
    for told in _told(event.parameters, named):
        for pattern, example in _written(event, told):
            yield Shown(
                _filled(kind.arn, {**known, **pattern}), _filled(kind.arn, {**known, **example})
            )


def _told(parameters: Mapping[str, Any], named: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the names of each resource, by the holes of its ARN; only a single hole has several."""
    found = {hole: list(_values(parameters, path)) for hole, path in named.items()}
    if len(found) == 1:
        ((hole, values),) = found.items()
        names = [value for value in values if not value.startswith("arn:")]
        if all(_is_name(hole, value) for value in names):
            yield from ({hole: value.removeprefix("/")} for value in names)
        return
    told = {hole: values[0] for hole, values in found.items() if values}
    lacking = [hole for hole in found if hole not in told]
    if all(_is_name(*one) for one in told.items()) and lacking in ([], ["ObjectName"]):
        yield told


def _values(parameters: Mapping[str, Any], paths: str) -> Iterator[str]:
    """Yield the texts at the first path that leads to some: `name|names`, `set.items.id`."""
    for path in paths.split("|"):
        here: list[Any] = [parameters]
        for key in path.split("."):
            inner = [one.get(key) for one in here if isinstance(one, Mapping)]
            here = [each for one in inner for each in (one if isinstance(one, list) else (one,))]
        texts = [one for one in here if isinstance(one, str) and one]
        if texts:
            yield from texts
            return


def _is_name(hole: str, value: str) -> bool:
    """Tell a name from an ARN, an alias, and a name with a version; keys of objects may hold all."""
    return hole == "ObjectName" or bool(value and ":" not in value and "alias/" not in value)


def _written(
    event: Event, told: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield what the holes are filled with, in the policy and in an example."""
    plain = {hole: literal(value) for hole, value in told.items()}
    for hole, value in told.items():
        if hole.endswith(_WITH_PATH):
            path = event.parameters.get("path")
            if isinstance(path, str):  # who makes one tells its path
                whole = f"{path.strip('/')}/{value}".removeprefix("/")
                yield {hole: literal(whole)}, {hole: whole}
                return
            yield {hole: f"*/{literal(value)}"}, {hole: f"path/{value}"}
        if hole == "SecretId":  # AWS puts a hyphen and six characters behind a secret's name
            yield {hole: f"{literal(value)}-??????"}, {hole: f"{value}-AbCdEf"}
            return
        if hole == "LogGroupName" and "LogStreamName" not in told:
            yield {hole: f"{literal(value)}:*"}, {hole: f"{value}:log-stream:one"}
        if hole == "BucketName" and "ObjectName" not in told:
            yield {**plain, "ObjectName": "*"}, {**told, "ObjectName": "object"}
            return
    yield plain, dict(told)


@lru_cache(maxsize=2_000)
def _pattern_of(template: str) -> re.Pattern[str]:
    """Return what a whole ARN of a template looks like; a part between colons holds none."""
    parts = _HOLE.split(template)
    forms = {
        "Partition": "aws[a-z-]*",
        "Region": "[a-z0-9-]+",
        "Account": "(?:[0-9]{12}|aws)",
        "ObjectName": ".+",
        "BucketName": "[^:/]+",
    }
    made = (
        re.escape(one) if at % 2 == 0 else forms.get(one, "[^:]+") for at, one in enumerate(parts)
    )
    return re.compile("".join(made), re.DOTALL)


def _filled(template: str, known: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: known[hole[1]], template)


def _arns_in(given: Any) -> Iterator[str]:
    """Yield the ARNs among the parameters themselves, and in lists of them; no deeper."""
    for value in given.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, str) and one.startswith("arn:"):
                yield one
