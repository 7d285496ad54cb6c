"""Sort all actions, of today and to come, by the rules that hold for them on two sides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from govkit.access.action import Actions, is_every_action
from govkit.access.action_index import ActionIndex
from govkit.access.glob import glob, tokens
from govkit.access.minterms import Pattern, Universe, minterms
from govkit.access.rules import Grouped, Rule, Side

# What a name of an action is made of; AWS has one with a hyphen, all others are letters and digits.
_NAMES = Universe("xyz", "abcdefghijklmnopqrstuvwxyz0123456789-", least=1)
ELSEWHERE = ""  # stands for every service that no pattern of the two sides names


@dataclass(frozen=True, slots=True)
class Formula:
    """What holds for an action: denied by any of `denies`; allowed by a rule of each level."""

    denies: frozenset[Rule]
    levels: frozenset[frozenset[Rule]]


@dataclass(frozen=True, slots=True)
class Points:
    """The actions of a service, as far as they can be told apart; a set of them is a bit mask.

    First come the `known` ones of the action index, then names that only the rules know, then one
    for each way in which a name that is yet to come could match. `patterns` are those that tell
    names apart here: what any other matches among names that are yet to come, no mask can say.
    """

    service: str
    known: tuple[str, ...]
    named: tuple[str, ...]
    future: tuple[str, ...]
    patterns: frozenset[str] = frozenset()

    @property
    def every(self) -> int:
        return (1 << len(self.known) + len(self.named) + len(self.future)) - 1

    def name(self, bit: int) -> str:
        return (*self.known, *self.named, *self.future)[bit]


@dataclass(frozen=True, slots=True)
class ActionClass:
    """Actions of one service for which the same holds; `mask` is over `points`."""

    points: Points
    mask: int
    old: Formula
    new: Formula


def action_classes(old: Side, new: Side, index: ActionIndex) -> Iterator[ActionClass]:
    """Yield the classes of actions for which the two sides do not say the same.

    RCPs decide of some services alone, and nothing is elsewhere.
    """
    elsewhere = (ELSEWHERE,) if old.reach is None or new.reach is None else ()
    for service in (*elsewhere, *sorted(services(old, new))):
        before, after = _projected(old, service), _projected(new, service)
        if before != after:
            yield from _classes(service, before, after, index)


def services(old: Side, new: Side) -> dict[str, frozenset[str]]:
    """Return the services that two sides name, each with the patterns over its actions' names.

    Of RCPs, those that they reach, named or not.
    """
    reach = None if old.reach is None or new.reach is None else old.reach | new.reach
    found: dict[str, set[str]] = {service: set() for service in reach or ()}
    for one in (old, new):
        for service, name in _named(one):
            if reach is None or service in reach:
                found.setdefault(service, set()).add(name)
    return {service: frozenset(found[service]) for service in sorted(found)}


def service_of(pattern: str) -> str:
    """Return the service whose actions a pattern speaks of; nothing for every action, or for none."""
    service, separator, _ = pattern.partition(":")
    wild = "*" in service or "?" in service
    return "" if wild or not separator else service


def names_of(patterns: Iterable[str], service: str) -> Iterator[str]:
    """Yield what patterns say of the names of a service's actions; `*` for all of them."""
    for pattern in patterns:
        if is_every_action(pattern):
            yield "*"
        elif service and service_of(pattern) == service:
            name = pattern.partition(":")[2]
            if name and set(name) <= _PATTERN_LETTERS:
                yield name if name.strip("*") else "*"


@lru_cache(maxsize=4096)
def future(patterns: frozenset[str], literals: frozenset[str]) -> tuple[str, ...]:
    """Return a name for each way in which wildcards can match together, also for none of them.

    None of the `literals` is among them: what they are called today is told by themselves, and a
    name that they match would stand for no other.
    """
    every = (Pattern(tokens(pattern)) for pattern in patterns | literals)
    return tuple(name for name in minterms(every, _NAMES) if name not in literals)


def mask_of(points: Points, name: str, index: ActionIndex) -> int:
    """Return the points that a pattern over names matches."""
    if not name.strip("*"):
        return points.every
    known = index.name_mask(points.service, name) if points.known else 0
    matches = glob(tokens(name))
    extra = (*points.named, *points.future)
    return known | sum(1 << bit for bit, one in enumerate(extra, len(points.known)) if matches(one))


@dataclass(frozen=True, slots=True)
class _Names:
    """The actions of a service that one rule holds for, by patterns over their names.

    Any of `of`, and, for each of `but`, all that none of its patterns matches.
    """

    of: frozenset[str]
    but: frozenset[frozenset[str]]

    @property
    def patterns(self) -> frozenset[str]:
        return self.of.union(*self.but)


@dataclass(frozen=True, slots=True)
class _Projection:
    """A side as it concerns one service."""

    denies: frozenset[tuple[Rule, _Names]]
    levels: frozenset[frozenset[tuple[Rule, _Names]]]

    def pairs(self) -> frozenset[tuple[Rule, _Names]]:
        return self.denies.union(*self.levels)


_ALL = _Names(frozenset("*"), frozenset())


def _named(side: Side) -> Iterator[tuple[str, str]]:
    for group in (side.denies, *side.levels):
        for several in group.values():
            for actions in several:
                for pattern in actions.patterns:
                    service, name = service_of(pattern), pattern.partition(":")[2]
                    if service and name and _PATTERN_LETTERS.issuperset(name):
                        yield service, name


def _projected(side: Side, service: str) -> _Projection:
    levels = (frozenset(_names(group, service)) for group in side.levels)
    return _Projection(
        frozenset(_names(side.denies, service)),
        frozenset(level for level in levels if not any(_always(pair) for pair in level)),
    )


def _always(pair: tuple[Rule, _Names]) -> bool:
    return pair[0].trivial and pair[1] == _ALL


def _names(group: Grouped, service: str) -> Iterator[tuple[Rule, _Names]]:
    for rule, several in group.items():
        names = _of_service(several, service)
        if names.of or names.but:
            yield rule, names


def _of_service(several: tuple[Actions, ...], service: str) -> _Names:
    found: set[str] = set()
    but: set[frozenset[str]] = set()
    for actions in several:
        names = frozenset(names_of(actions.patterns, service))
        if not actions.negated:
            found |= names
        elif "*" not in names:
            but.add(names)
    if "*" in found or frozenset() in but:
        return _ALL
    return _Names(frozenset(found), frozenset(but))


_PATTERN_LETTERS = frozenset((*_NAMES.letters, "*", "?"))


def _classes(
    service: str, old: _Projection, new: _Projection, index: ActionIndex
) -> Iterator[ActionClass]:
    pairs = old.pairs() | new.pairs()
    points = _points(service, frozenset().union(*(names.patterns for _, names in pairs)), index)
    masks = {names: _mask(points, names, index) for _, names in pairs}
    for part in _partition(points.every, masks.values()):
        before, after = _formula(old, masks, part), _formula(new, masks, part)
        if before != after:
            yield ActionClass(points, part, before, after)


def _points(service: str, patterns: frozenset[str], index: ActionIndex) -> Points:
    if service == ELSEWHERE:
        return Points(ELSEWHERE, (), (), ("",))
    known = index.names(service)
    literals = frozenset(name for name in patterns if "*" not in name and "?" not in name)
    named = tuple(sorted(name for name in literals if not index.name_mask(service, name)))
    return Points(service, tuple(known), named, future(patterns - literals, literals), patterns)


def _mask(points: Points, names: _Names, index: ActionIndex) -> int:
    found = 0
    for name in names.of:
        found |= mask_of(points, name, index)
    for excluded in names.but:
        without = 0
        for name in excluded:
            without |= mask_of(points, name, index)
        found |= points.every & ~without
    return found


def _partition(everything: int, masks: Iterable[int]) -> list[int]:
    parts = [everything]
    for mask in set(masks):
        parts = [piece for part in parts for piece in (part & mask, part & ~mask) if piece]
    return parts


def _formula(side: _Projection, masks: Mapping[_Names, int], part: int) -> Formula:
    levels = (frozenset(_rules(level, masks, part)) for level in side.levels)
    return Formula(
        frozenset(_rules(side.denies, masks, part)),
        frozenset(level for level in levels if not any(rule.trivial for rule in level)),
    )


def _rules(
    pairs: Iterable[tuple[Rule, _Names]], masks: Mapping[_Names, int], part: int
) -> Iterator[Rule]:
    return (rule for rule, names in pairs if masks[names] & part)
