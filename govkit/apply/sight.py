"""Looks at AWS right before a call: may the step go on, is it done, does a read lag, or is it stale."""

from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from govkit.apply.events import Event, Waiting
from govkit.apply.once import Once
from govkit.apply.otherwise import NOTHING, otherwise
from govkit.apply.patience import Named, Patience
from govkit.errors import StalePlan
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import Address
from govkit.model.call import Api, Ids
from govkit.model.evidence import canonical
from govkit.model.kind import Kind
from govkit.model.plan import Premise, Step
from govkit.model.resource import Found, Resource, compared_names, stated

Seen = Found[Resource] | None
# What AWS refuses a call for, by an error of its own. ListRoots, one a second, is not asked each time.
_TOLD_BY_AWS = (EnabledPolicyType,)
BEHIND_LOOKS = 30


class Standing(Enum):
    """How a thing is, measured by what a step expects of it.

    BEHIND is how it was before this run wrote to it: a read that lags, unless it stays so.
    """

    AS_PLANNED = auto()
    DONE = auto()
    BEHIND = auto()
    OTHERWISE = auto()


@dataclass
class Sight:
    """What an apply sees of AWS, by fresh reads; `replaced` is what this run wrote over, by address."""

    kinds: Mapping[type, Kind[Any]]
    api: Api
    ids: Ids
    patience: Patience
    named: Named
    replaced: dict[Address, list[Resource | None]] = field(default_factory=dict)

    def wrote(self, step: Step) -> None:
        """Remember what the thing was until now."""
        self.replaced.setdefault(step.address, []).append(step.change.before)

    def kind(self, step: Step) -> Kind[Any]:
        """Return the kind of the step's thing."""
        return self.kinds[type(step.change.subject)]

    def look(self, resource: Resource, api: Api | None = None) -> Seen:
        """Look at one thing."""
        kind = self.kinds[type(resource)]
        found: Seen = kind.glance(resource, api or self.api, self.ids)
        return found

    def looks(self, resources: Sequence[Resource]) -> list[Seen]:
        """Look at many things, side by side, and return what is there of each."""
        together = Once(self.api)
        alike: defaultdict[type, list[int]] = defaultdict(list)
        for index, resource in enumerate(resources):
            alike[type(resource)].append(index)

        def seen(type_: type) -> Sequence[Seen]:
            things = [resources[index] for index in alike[type_]]
            return self.kinds[type_].seen(things, together, self.ids)

        found: list[Seen] = [None] * len(resources)
        for indexes, several in zip(alike.values(), together.each(seen, alike), strict=True):
            for index, one in zip(indexes, several, strict=True):
                found[index] = one
        return found

    def standing(self, step: Step, found: Seen) -> Standing:
        """Return how the step's own thing is, in those facts that the step changes."""
        names = _names(step)
        if self.same(step.change.before, found, names):
            return Standing.AS_PLANNED
        if self._was(step.address, found, names):
            return Standing.BEHIND
        return Standing.DONE if self.is_so(step, found) else Standing.OTHERWISE

    def is_so(self, step: Step, found: Seen) -> bool:
        """Tell whether the step's thing is as the step leaves it."""
        return self.same(step.change.after, found, _names(step))

    def same(self, expected: Resource | None, found: Seen, names: Sequence[str]) -> bool:
        """Tell whether what was found is what was expected, in these facts."""
        if expected is None or found is None:
            return expected is None and found is None
        wanted, there = self.kinds[type(expected)].meet(
            expected, self.named(found.resource, self.ids)
        )
        if wanted is None or there is None:
            return wanted is None and there is None
        return all(getattr(wanted, name) == getattr(there, name) for name in names)

    def before_call(self, step: Step) -> Generator[Event, None, tuple[Standing, Seen]]:
        """Look until the step may go on (AS_PLANNED) or nothing is left to do (DONE).

        Every thing that the step relies on is read afresh. What shows the state before this run's
        own write is waited for, and taken for somebody's change once it stays so; StalePlan then,
        and at once for what is neither as it was nor as it shall be.
        """
        looks = 1
        standing, found, wrong = self._judged(step)
        while wrong is not None:
            if standing is not Standing.BEHIND:
                raise wrong
            if looks == BEHIND_LOOKS:
                if self.is_so(step, found):
                    return Standing.DONE, found
                raise wrong
            yield Waiting(step, "a read lags behind what this run wrote")
            self.patience.sleep(self.patience.interval)
            looks += 1
            standing, found, wrong = self._judged(step)
        return standing, found

    def _judged(self, step: Step) -> tuple[Standing, Seen, StalePlan | None]:
        """Look once at all that the step relies on; the error says what is not as it should be."""
        api = Once(self.api)
        found = self.look(step.change.subject, api)
        own = self.standing(step, found)
        if own is Standing.DONE:
            return own, found, None
        if own is not Standing.AS_PLANNED:
            return own, found, stale(step, found)
        for premise, seen, standing in self._relied(step, api):
            return standing, found, unfounded(step, premise, seen)
        return own, found, None

    def _relied(self, step: Step, api: Api) -> Iterator[tuple[Premise, Seen, Standing]]:
        """Yield what the step relies on and is not as it should be, but for what AWS's answer tells."""
        for premise in step.relies:
            if isinstance(premise.resource, _TOLD_BY_AWS):
                continue
            found = self.look(premise.resource, api)
            holds = self.holding(premise, found)
            if holds is not Standing.AS_PLANNED:
                yield premise, found, holds

    def holding(self, premise: Premise, found: Seen) -> Standing:
        """Return how something is that a step relies on, in the facts that it relies on."""
        if self.same(premise.resource, found, premise.names):
            return Standing.AS_PLANNED
        behind = self._was(premise.resource.address, found, premise.names)
        return Standing.BEHIND if behind else Standing.OTHERWISE

    def _was(self, address: Address, found: Seen, names: Sequence[str]) -> bool:
        return any(self.same(one, found, names) for one in self.replaced.get(address, ()))


def _names(step: Step) -> tuple[str, ...]:
    return compared_names(step.change.before, step.change.after)


def stale(step: Step, found: Seen, said: str = "") -> StalePlan:
    """Return what to raise where a step's own thing is neither as planned nor done."""
    before, names = step.change.before, _names(step)
    expected = _told(before, names)
    there = None if found is None else found.resource
    return _changed(f"{step.verb} {step.address}", "", expected, _told(there, names), said)


def unfounded(step: Step, premise: Premise, found: Seen) -> StalePlan:
    """Return what to raise where something that a step relies on is not as it was reviewed."""
    there = None if found is None else found.resource
    return _changed(
        f"{step.verb} {step.address}",
        f" relies on {premise.resource.address}",
        _told(premise.resource, premise.names),
        _told(there, premise.names),
    )


def _changed(what: str, relies: str, expected: str, found: str, said: str = "") -> StalePlan:
    return StalePlan(
        "The organization changed since the plan was made",
        f"{what}{relies}: {otherwise(expected, found)}.{said}",
        "Look at a new plan: govkit plan",
    )


def _told(resource: Resource | None, names: Sequence[str]) -> str:
    if resource is None:
        return NOTHING
    return canonical(stated(resource, names))
