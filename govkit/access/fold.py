"""Say classes of actions in the patterns that policies use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from govkit.access.action_classes import ELSEWHERE, ActionClass, Points, mask_of
from govkit.access.action_index import ActionIndex
from govkit.access.cover import Cover, Named, chosen, cover, wider
from govkit.access.glob import Wild, glob, tokens


@dataclass(frozen=True, slots=True)
class Said:
    """Actions in words, whether the words are exact, and the services that they speak of.

    `ELSEWHERE` among them stands for all services that the two sides do not name.
    """

    cover: Cover
    exact: bool
    services: frozenset[str]


def actions(
    classes: Iterable[ActionClass], names: Mapping[str, frozenset[str]], index: ActionIndex
) -> tuple[Said, ...]:
    """Say some classes of actions in patterns: in one go, or, where `*` is among them, in two.

    `names` has, for each service that the two sides name, the patterns over its actions' names.
    """
    found: dict[str, tuple[Points, int]] = {}
    for one in classes:
        service = one.points.service
        mask = found.get(service, (one.points, 0))[1] | one.mask
        found[service] = (one.points, mask)
    said: list[Said] = []
    if found.pop(ELSEWHERE, None) is not None:
        said.append(_everywhere(found, names, index))
    rest = [service for service in found if not said or service not in said[0].services]
    if rest:
        parts = [_service(*found[one], names.get(one, frozenset()), index) for one in rest]
        of = sorted(name for part, _ in parts for name in part.names)
        but = sorted(name for part, _ in parts for name in part.but)
        exact = all(complete for _, complete in parts)
        said.append(Said(Cover(tuple(of), tuple(but)), exact, frozenset(rest)))
    return tuple(said)


def _everywhere(
    found: Mapping[str, tuple[Points, int]],
    names: Mapping[str, frozenset[str]],
    index: ActionIndex,
) -> Said:
    """Say all services but what the two sides except, by their own patterns, from those named."""
    but = [f"{service}:*" for service in names if service not in found]
    whole = {ELSEWHERE}
    for service, (points, mask) in found.items():
        without = points.every & ~mask
        vocabulary = _vocabulary(points, names.get(service, frozenset()), index)
        excepted, left = chosen(without, ~without, vocabulary)
        if left:
            but.append(f"{service}:*")
        else:
            but.extend(excepted)
            whole.add(service)
    return Said(Cover(("*",), tuple(sorted(but))), exact=True, services=frozenset(whole))


def _service(
    points: Points, mask: int, names: frozenset[str], index: ActionIndex
) -> tuple[Cover, bool]:
    vocabulary = _vocabulary(points, names, index)
    found = cover(mask, vocabulary)
    if found is None:
        vocabulary += _singly(points)
        found = cover(mask, vocabulary)
    if found is not None:
        return found, True
    # Some names that are yet to come are told apart only by several patterns at once: say more.
    return wider(mask, vocabulary), False


def _vocabulary(points: Points, names: frozenset[str], index: ActionIndex) -> list[Named]:
    """Return the patterns of the two sides whose matches the points can tell, with those."""
    told = (name for name in sorted(names - {"*"}) if _is_told(points, name))
    return [_named(points, name, index) for name in ("*", *told)]


def _is_told(points: Points, name: str) -> bool:
    return name in points.patterns or not ("*" in name or "?" in name)


def _singly(points: Points) -> list[Named]:
    every = (*points.known, *points.named)
    return [(f"{points.service}:{name}", 1 << bit) for bit, name in enumerate(every)]


def _named(points: Points, name: str, index: ActionIndex) -> Named:
    return f"{points.service}:{_spelled(points, name)}", mask_of(points, name, index)


def _spelled(points: Points, name: str) -> str:
    """Return a lower-case pattern in the letters of an action that it matches."""
    matches = glob(tokens(name))
    model = next((known for known in points.known if matches(known.lower())), "")
    if not model:
        return name
    found, position = "", 0
    for token in tokens(name):
        if isinstance(token, Wild):
            found += token.value
            position += token is Wild.ONE
            continue
        start = model.lower().find(token, position)
        position = start + len(token)
        found += model[start:position]
    return found
