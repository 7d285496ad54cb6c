"""Says as Denies what Allows leave out: a want of an Allow can be held by those alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, TypeAlias

from govkit.model.evidence import canonical
from govkit.plan.covers import CONTRARY, listed, lower, patterns_meet, swallowed
from govkit.policies.document import Statement, of, statements

# What a Deny says beside its actions, so that an Allow does not hold there.
Outside: TypeAlias = Mapping[str, Any]
_MOST = 16  # statements: a document has no room for many more
_OTHER = {"Resource": "NotResource", "NotResource": "Resource"}


@dataclass(frozen=True, slots=True)
class _Allowed:
    """An Allow: of some actions, or of `all_but` them, and where it does not hold.

    `outside` is empty where it always holds, and None where that cannot be said.
    """

    actions: frozenset[str]
    all_but: bool
    outside: tuple[Outside, ...] | None

    def concerns(self, pattern: str) -> bool:
        """Tell whether it is surely about all that a pattern means."""
        if self.all_but:
            return not any(patterns_meet(pattern, one) for one in self.actions)
        return swallowed(pattern, self.actions)


def opposite(allows: frozenset[Statement]) -> tuple[Statement, ...]:
    """Return Denies that together say all that the Allows do not allow; none where that cannot be said.

    What is allowed on some resources, or under a condition, is denied elsewhere. They say more where
    one Allow is about a part of what another one's pattern means: no statement tells those apart.
    """
    found = [_allowed(one) for one in sorted(allows, key=str)]
    named = _widest({pattern for one in found for pattern in one.actions})
    others = {"NotAction": named} if named else {"Action": "*"}
    rest = _outside_all(one.outside for one in found if one.all_but)
    by_name = [_refused(found, pattern) for pattern in named]
    if rest is None or None in by_name:
        return ()
    said = [{**others, **outside} for outside in rest]
    for outside, actions in _grouped(zip(named, by_name, strict=True)):
        said.append({"Action": actions[0] if len(actions) == 1 else actions, **outside})
    denies = [{"Effect": "Deny", **one, **_anywhere(one)} for one in said]
    return tuple(statements(of({"Statement": denies}))) if len(said) <= _MOST else ()


def _anywhere(said: Mapping[str, Any]) -> Mapping[str, str]:
    return {} if said.keys() & _OTHER.keys() else {"Resource": "*"}


def _allowed(one: Statement) -> _Allowed:
    value = one.value
    actions = frozenset(lower(value.get("NotAction", value.get("Action", ()))))
    if "*" in actions:
        return _Allowed(frozenset(), "Action" in value, _outside(value))
    return _Allowed(actions, "NotAction" in value, _outside(value))


def _widest(patterns: set[str]) -> list[str]:
    """Leave out what another pattern means, too: it is told of with that."""
    return [one for one in sorted(patterns) if not swallowed(one, patterns - {one})]


def _refused(found: Sequence[_Allowed], pattern: str) -> tuple[Outside, ...] | None:
    """Return where nothing allows all that a pattern means; None where that cannot be said."""
    return _outside_all(one.outside for one in found if one.concerns(pattern))


def _grouped(
    refused: Iterable[tuple[str, tuple[Outside, ...] | None]],
) -> Iterator[tuple[Outside, list[str]]]:
    """Yield each way in which something is denied once, with all actions of which that is so."""
    groups: dict[str, tuple[Outside, list[str]]] = {}
    for pattern, ways in refused:
        for outside in ways or ():
            groups.setdefault(canonical(outside), (outside, []))[1].append(pattern)
    yield from groups.values()


def _outside(value: Mapping[str, Any]) -> tuple[Outside, ...] | None:
    """Return where an Allow does not hold: not on its resources, or not under one of its conditions."""
    if "Principal" in value or "NotPrincipal" in value:
        return None
    found: list[Outside] = []
    for element, other in _OTHER.items():
        if element in value and "*" not in listed(value[element]):
            found.append({other: sorted(listed(value[element]))})
        elif element == "NotResource" and element in value:
            return None  # an Allow of nothing
    for operator, keys in sorted(value.get("Condition", {}).items()):
        if operator not in CONTRARY:
            return None
        for key, values in sorted(keys.items()):
            found.append({"Condition": {CONTRARY[operator]: {key: _texts(values)}}})
    return tuple(found)


def _texts(values: object) -> list[str]:
    """Return what an operator compares with; flags are compared as JSON writes them: `true`."""
    given = values if isinstance(values, list | tuple) else [values]
    return sorted(str(one).lower() if isinstance(one, bool) else str(one) for one in given)


def _outside_all(ways: Iterable[tuple[Outside, ...] | None]) -> tuple[Outside, ...] | None:
    """Return where none of several Allows holds: everywhere, where there is none of them."""
    known = list(ways)
    if () in known:
        return ()
    told = [one for one in known if one is not None]
    if len(told) < len(known) or prod(map(len, told)) > _MOST:
        return None
    found = [_at_once(some) for some in product(*told)]
    return None if None in found else tuple(one for one in found if one is not None)


def _at_once(some: Iterable[Outside]) -> Outside | None:
    """Join what has to hold at the same time; None where one statement cannot say that."""
    elements: dict[str, Any] = {}
    for one in some:
        ((element, said),) = one.items()
        if element != "Condition":
            fits = _join(elements, element, said, negative=element == "NotResource")
        else:
            ((operator, keys),) = said.items()
            ((key, values),) = keys.items()
            under = elements.setdefault(element, {}).setdefault(operator, {})
            fits = _join(under, key, values, negative=operator.startswith("StringNot"))
        if not fits:
            return None
    return None if elements.keys() >= _OTHER.keys() else elements


def _join(elements: dict[str, Any], name: str, said: list[str], *, negative: bool) -> bool:
    """Add values that all must not be; of those that one must be, no statement takes two lists."""
    known = elements.setdefault(name, said)
    if known != said:
        elements[name] = sorted({*known, *said})
    return negative or known == said
