"""Which requests become denied, and which allowed, when one chain takes the place of another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from govkit.access import fold, wording
from govkit.access.action_classes import ActionClass, services
from govkit.access.action_index import ActionIndex, action_index
from govkit.access.boxes import Box
from govkit.access.chain import Chain
from govkit.access.condition import Test
from govkit.access.cover import Cover
from govkit.access.domain import RESOURCE, Variable, refined
from govkit.access.judge import Judge
from govkit.access.minterms import OutOfBudgetError
from govkit.access.resource import Resources
from govkit.access.rules import Side, side
from govkit.access.search import Context, Domains, Found, example, search
from govkit.access.witness import Judges, Witness, witness

_MOST_EFFECTS = 12  # in one direction; more are told in fewer, wider words


class Change(Enum):
    """What a new chain does to an old one."""

    EQUAL = "equal"
    WEAKENS = "weakens"
    STRENGTHENS = "strengthens"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Effect:
    """Requests that change sides: `actions` on `resources` where all `conditions` hold.

    Where it is not `exact`, other statements decide some of these requests, as before; the
    witness always is one that changes sides.
    """

    actions: Cover
    resources: Cover
    conditions: tuple[Test, ...]
    witness: Witness
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """EQUAL is a proof, for all requests and for actions yet to come.

    Every request that changes sides is in one of the effects, unless `unknown` says why that was
    not decided: because it would take too long, or lies beyond what can be.
    """

    change: Change
    newly_denied: tuple[Effect, ...] = ()
    newly_allowed: tuple[Effect, ...] = ()
    unknown: tuple[str, ...] = ()


def difference(old: Chain, new: Chain, index: ActionIndex | None = None) -> Difference:
    """Compare two chains of one kind, each from the root to an account.

    A resource is `*` or an ARN of any service, and values of condition keys are well-formed for
    the operators that ask about them (`docs/policy-semantics.md`); otherwise every request counts.
    """
    before, after = side(old), side(new)
    if before == after:
        return Difference(Change.EQUAL)
    context = _context((old, new), (before, after), index)
    results = list(search(before, after, context))
    found = [one for one in results if isinstance(one, Found)]
    unknown = tuple(dict.fromkeys(one for one in results if isinstance(one, str)))
    denied = _effects([one for one in found if one.tightened], context)
    allowed = _effects([one for one in found if not one.tightened], context)
    return Difference(_change(denied, allowed, unknown), denied, allowed, unknown)


def same(old: Chain, new: Chain, index: ActionIndex | None = None) -> bool:
    """Prove that two chains answer every request alike; False at the first that they do not.

    What cannot be decided counts as a difference. The rest is as for `difference`.
    """
    before, after = side(old), side(new)
    if before == after:
        return True
    context = _context((old, new), (before, after), index)
    return next(iter(search(before, after, context)), None) is None


def _context(
    chains: tuple[Chain, Chain], sides: tuple[Side, Side], index: ActionIndex | None
) -> Context:
    judges = Judges(*map(Judge, chains))
    lists = sides[0].lists | sides[1].lists
    return Context(index or action_index(), judges, services(*sides), lists)


def _change(
    denied: tuple[Effect, ...], allowed: tuple[Effect, ...], unknown: tuple[str, ...]
) -> Change:
    if denied and allowed:
        return Change.BOTH
    if unknown:
        return Change.UNKNOWN
    if denied:
        return Change.STRENGTHENS
    return Change.WEAKENS if allowed else Change.EQUAL


@dataclass(frozen=True, slots=True)
class _Seen:
    """Actions for which a request of a box was seen to change sides."""

    classes: tuple[ActionClass, ...]
    box: Box
    witness: Witness


@dataclass(slots=True)
class _Draft:
    """An effect before it is put into words; equal boxes of several actions are one."""

    box: Box
    domains: Domains
    tightened: bool
    exact: bool = True
    seen: list[_Seen] = field(default_factory=list)


_Key = tuple[int, frozenset[tuple[Variable, int]]]


def _effects(found: list[Found], context: Context) -> tuple[Effect, ...]:
    """Put what was found into words: exactly where that takes few, else more widely."""
    drafts = _exactly(found)
    if len(drafts) > _MOST_EFFECTS or not all(one.whole for one in found):
        drafts = _widely(found)
    effects = (effect for draft in drafts.values() for effect in _worded(draft, context))
    return tuple(sorted(effects, key=_order))


def _exactly(found: Iterable[Found]) -> Mapping[_Key, _Draft]:
    drafts: dict[_Key, _Draft] = {}
    for one in found:
        for box, shown in one.parts:
            draft = drafts.setdefault(_key(one, box), _Draft(box, one.domains, one.tightened))
            draft.seen.append(_Seen(one.classes, box, shown))
    return drafts


def _widely(found: Iterable[Found]) -> Mapping[_Key, _Draft]:
    drafts: dict[_Key, _Draft] = {}
    for one in found:
        fresh = _Draft(one.around, one.domains, one.tightened)
        draft = drafts.setdefault(_key(one, one.around), fresh)
        draft.exact &= one.whole and [box for box, _ in one.parts] == [one.around]
        draft.seen.append(_Seen(one.classes, *one.parts[0]))
    return drafts


def _key(found: Found, box: Box) -> _Key:
    return id(found.domains), frozenset(box.items())


def _order(effect: Effect) -> tuple[object, ...]:
    return effect.actions.names, effect.resources.names, tuple(map(str, effect.conditions))


def _worded(draft: _Draft, context: Context) -> Iterator[Effect]:
    resources, conditions, exact = Cover(("*",)), list[Test](), draft.exact
    for of, mask in sorted(draft.box.items(), key=lambda pair: str(pair[0])):
        try:
            place, tests, precise = _said(of, mask, draft.domains)
        except OutOfBudgetError:  # the change is certain, and its words would take too long
            exact = False
            continue
        resources = place or resources
        conditions.extend(tests)
        exact = exact and precise
    classes = [one for seen in draft.seen for one in seen.classes]
    for said in fold.actions(classes, context.services, context.index):
        shown = _shown(draft, said.services, context)
        if shown is not None:
            yield Effect(said.cover, resources, tuple(conditions), shown, exact and said.exact)


def _shown(draft: _Draft, services: frozenset[str], context: Context) -> Witness | None:
    """Return a witness whose action is of some services."""
    for seen in draft.seen:
        classes = [one for one in seen.classes if one.points.service in services]
        if len(classes) == len(seen.classes):
            return seen.witness
        if classes:
            action, judges = example(classes, context), context.judges
            shown = witness(seen.box, draft.domains, action, judges, tightened=draft.tightened)
            return shown or seen.witness
    return None


def _said(of: Variable, mask: int, domains: Domains) -> tuple[Cover | None, tuple[Test, ...], bool]:
    """Return a set of values in words, and whether they say it exactly."""
    if not isinstance(of, str):
        return None, *wording.opaque(of, holds=mask == 1)
    domain, fitting = refined(of, domains[of], mask)
    if of == RESOURCE:
        asked = [one for one in domain.masks if isinstance(one, Resources)]
        place, exact = wording.resources(domain, fitting, asked)
        return place, (), exact
    return None, *wording.conditions(domain, fitting)
