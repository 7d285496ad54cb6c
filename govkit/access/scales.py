"""Weighs what a change of one chain does, by what differs alone; equal differences are weighed once.

What both chains say (the context) only takes requests away from a difference: a witness that the
context lets through proves the difference here too, and what stops one is taken into the comparison. `docs/decisions/0018-weigh-what-differs.md` has the argument.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from govkit.access import condition, resource
from govkit.access.action import Actions, action_matcher
from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.cover import Cover
from govkit.access.difference import Change, Difference, Effect, difference
from govkit.access.effects import together
from govkit.access.ledger import Content, Ledger, Numbers
from govkit.access.overlap import meet
from govkit.access.request import Request
from govkit.access.statement import Level, Policy, Statement
from govkit.access.verdict import Kind, Outcome, Verdict, Where

_ALL = Statement(deny=False, actions=Actions(("*",)), resources=resource.EVERYTHING, tests=())
Named = tuple[str, Sequence[tuple[str, int]]]  # a level's name; its policies' names and documents
TOO_MUCH = "this plan has more differences than are compared in one go; compare fewer with --only"


@dataclass(slots=True)
class Budget:
    """How much may be compared, in statements; `spent` never passes it."""

    statements: int
    spent: int = 0

    def take(self, cost: int) -> bool:
        """Tell whether there is so much left, and take it."""
        if self.spent + cost > self.statements:
            return False
        self.spent += cost
        return True


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a change of chains does; `exact` of an effect is as in `Effect`, in this context."""

    change: Change
    newly_denied: tuple[Effect, ...] = ()
    newly_allowed: tuple[Effect, ...] = ()
    unknown: tuple[str, ...] = ()


EQUAL = Weighed(Change.EQUAL)


@dataclass(frozen=True, slots=True)
class _Core:
    """What one chain says and the other does not."""

    old: Content
    new: Content

    @property
    def cost(self) -> int:
        return 1 + _size(self.old) + _size(self.new)


@dataclass(slots=True)
class Scales:
    """Weighs chains of one ledger, and remembers."""

    ledger: Ledger
    budget: Budget
    _weighed: dict[tuple[int, int], Weighed] = field(default_factory=dict)
    _differences: dict[tuple[_Core, Content], Difference | None] = field(default_factory=dict)
    _matches: dict[Request, dict[int, bool]] = field(default_factory=dict)
    _overlaps: dict[tuple[Cover, int], bool] = field(default_factory=dict)

    def weigh(self, old: int, new: int) -> Weighed:
        """Return what becomes of the accounts whose chain `old` becomes `new`."""
        if old == new:
            return EQUAL
        found = self._weighed.get((old, new))
        if found is None:
            before, after = self.ledger.contents[old], self.ledger.contents[new]
            found = self._weighed[old, new] = self._found(before, after)
        return found

    def verdict(self, levels: Sequence[Named], asked: Request) -> Verdict:
        """Return what a chain answers, given as its levels by name, root first."""
        for name, policies in levels:
            for called, document in policies:
                for one in self.ledger.said(document):
                    if one.deny and _matches(one, asked):
                        where = Where(name, called, one.index, one.sid)
                        return Verdict(Outcome.EXPLICITLY_DENIED, where, name)
        for name, policies in levels if self.ledger.kind is Kind.SCP else ():
            said = (one for _, document in policies for one in self.ledger.said(document))
            if not any(not one.deny and _matches(one, asked) for one in said):
                return Verdict(Outcome.IMPLICITLY_DENIED, level=name)
        return Verdict(Outcome.ALLOWED if levels else Outcome.NOT_APPLICABLE)

    def _found(self, before: Content, after: Content) -> Weighed:
        shared = Content(before.denies & after.denies, _both(before.levels, after.levels))
        refined = [self._refined(core, shared) for core in self._cores(before, after, shared)]
        unknown = () if all(whole for _, whole in refined) else (TOO_MUCH,)
        return _summed([found for found, _ in refined], unknown, _only(before, after))

    def _refined(self, core: "_Core", shared: Content) -> tuple[Difference, bool]:
        """Return what a core does in a context, and whether that is all that it does.

        It is compared in as little of the context as its witnesses need: whatever stops one is
        taken in, until all are let through, or nothing is left.
        """
        taken = Content()
        while True:
            found = self._difference(core, taken)
            if found is None:
                return Difference(Change.UNKNOWN), False
            effects = (*found.newly_denied, *found.newly_allowed)
            stopping = {
                stop
                for effect in effects
                if (stop := self._stop(effect.witness.request, shared)) is not None
            }
            more = _with(taken, stopping)
            if not stopping:
                return self._said(found, shared, taken), True
            if not self._affordable(core, more):
                return self._said(self._passing(found, shared), shared, taken), False
            taken = more

    def _cores(self, before: Content, after: Content, shared: Content) -> Iterator[_Core]:
        """Yield what differs, document by document where denies only come or only go."""
        gone, come = before.denies - shared.denies, after.denies - shared.denies
        lost, gained = _less(before.levels, shared.levels), _less(after.levels, shared.levels)
        if lost or gained or (gone and come):
            yield _Core(Content(gone, lost), Content(come, gained))
            return
        for part in self._by_document(gone | come):
            said, nothing = Content(part), Content()
            yield _Core(said, nothing) if gone else _Core(nothing, said)

    def _by_document(self, statements: Numbers) -> Iterator[Numbers]:
        parts: defaultdict[int, set[int]] = defaultdict(set)
        for number in statements:
            parts[self.ledger.source[number]].add(number)
        for document in sorted(parts):
            yield frozenset(parts[document])

    def _affordable(self, core: "_Core", taken: Content) -> bool:
        return self._difference(core, taken) is not None

    def _difference(self, core: "_Core", taken: Content) -> Difference | None:
        """Return the difference of two contents in a context, or None where it is beyond the budget."""
        key = (core, taken)
        if key not in self._differences:
            within = self.budget.take(core.cost + _size(taken))
            old, new = (self._chain(_added(one, taken)) for one in (core.old, core.new))
            self._differences[key] = difference(old, new) if within else None
        return self._differences[key]

    def _chain(self, content: Content) -> Chain:
        denies = Policy("", (_ALL, *self._statements(content.denies)))
        levels = [Policy("", tuple(self._statements(one))) for one in content.levels]
        reach = action_index().rcp_services if self.ledger.kind is Kind.RCP else None
        return Chain(self.ledger.kind, tuple(Level("", (one,)) for one in (denies, *levels)), reach)

    def _statements(self, numbers: Iterable[int]) -> Iterator[Statement]:
        return (self.ledger.statements[number] for number in sorted(numbers))

    def _passing(self, found: Difference, shared: Content) -> Difference:
        """Return a difference with those effects only whose witness the context lets through."""
        denied, allowed = (
            tuple(one for one in effects if self._stop(one.witness.request, shared) is None)
            for effects in (found.newly_denied, found.newly_allowed)
        )
        return Difference(found.change, denied, allowed, found.unknown)

    def _said(self, found: Difference, shared: Content, taken: Content) -> Difference:
        """Return a difference whose effects are exact only where the rest of the context is idle."""
        rest = shared.denies - taken.denies
        levels = len(shared.levels) > len(taken.levels)

        def told(effect: Effect) -> Effect:
            touched = levels or any(self._overlap(effect.actions, number) for number in rest)
            return _inexact(effect) if effect.exact and touched else effect

        denied, allowed = (
            tuple(map(told, effects)) for effects in (found.newly_denied, found.newly_allowed)
        )
        return Difference(found.change, denied, allowed, found.unknown)

    def _stop(self, asked: Request, shared: Content) -> "int | Numbers | None":
        """Return what in a context stops a request: the first Deny, or the first level; or None."""
        known = self._matches.setdefault(asked, {})
        for number in sorted(shared.denies):
            if self._match(number, asked, known):
                return number
        for level in shared.levels:
            if not any(self._match(number, asked, known) for number in level):
                return level
        return None

    def _match(self, number: int, asked: Request, known: dict[int, bool]) -> bool:
        found = known.get(number)
        if found is None:
            found = known[number] = _matches(self.ledger.statements[number], asked)
        return found

    def _overlap(self, actions: Cover, number: int) -> bool:
        """Tell whether a statement may speak of some of these actions, of today or yet to come."""
        key = (actions, number)
        found = self._overlaps.get(key)
        if found is None:
            found = self._overlaps[key] = meet(actions, self.ledger.statements[number].actions)
        return found


def _matches(statement: Statement, asked: Request) -> bool:
    place = (asked.resource, asked.context, asked.complete)
    return bool(
        statement.anyone
        and action_matcher(statement.actions)(asked.action)
        and resource.resource_check(statement.resources)(*place)
        and all(condition.check(test)(*place[1:]) for test in statement.tests)
    )


def _both(one: tuple[Numbers, ...], other: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    return tuple(level for level in one if level in other)


def _less(one: tuple[Numbers, ...], other: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    return tuple(level for level in one if level not in other)


def _inexact(effect: Effect) -> Effect:
    return Effect(effect.actions, effect.resources, effect.conditions, effect.witness, exact=False)


def _with(taken: Content, more: "set[int | Numbers]") -> Content:
    denies = frozenset(one for one in more if isinstance(one, int))
    levels = tuple(sorted((one for one in more if not isinstance(one, int)), key=sorted))
    return Content(taken.denies | denies, (*taken.levels, *levels))


def _added(one: Content, other: Content) -> Content:
    return Content(one.denies | other.denies, (*one.levels, *other.levels))


def _size(content: Content) -> int:
    return len(content.denies) + sum(map(len, content.levels))


def _only(before: Content, after: Content) -> Change | None:
    """Return the one direction that a change can have where denies only come, or only go."""
    if before.levels == after.levels and before.denies < after.denies:
        return Change.STRENGTHENS
    if before.levels == after.levels and after.denies < before.denies:
        return Change.WEAKENS
    return None


def _summed(found: Sequence[Difference], unknown: tuple[str, ...], only: Change | None) -> Weighed:
    denied = tuple(effect for one in found for effect in one.newly_denied)
    allowed = tuple(effect for one in found for effect in one.newly_allowed)
    said = (*dict.fromkeys(why for one in found for why in one.unknown), *unknown)
    changes = {
        "denied": Change.STRENGTHENS if denied else Change.EQUAL,
        "allowed": Change.WEAKENS if allowed else Change.EQUAL,
        "unknown": Change.UNKNOWN if said and not (only and (denied or allowed)) else Change.EQUAL,
    }
    return Weighed(together(changes), denied, allowed, said)
