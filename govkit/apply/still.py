"""Checks by one read, before the first write, that all steps still find what they rely on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from govkit.apply.once import Once
from govkit.apply.partly import of_one_account
from govkit.apply.select import stale_plan
from govkit.apply.sight import BEHIND_LOOKS, Seen, Sight, Standing, stale, unfounded
from govkit.errors import AwsError
from govkit.model.address import Address
from govkit.model.plan import Premise, Step
from govkit.model.resource import Resource


@dataclass(frozen=True, slots=True)
class _Reliance:
    """What a step relies on: its own thing, or the premise."""

    step: Step
    premise: Premise | None = None

    @property
    def resource(self) -> Resource:
        return self.step.change.subject if self.premise is None else self.premise.resource

    @property
    def stands_on(self) -> Iterable[Address]:
        """What must be there for it to be as it is relied upon; of a thing that moves, the old place."""
        before = self.step.change.before if self.premise is None else None
        return (before or self.resource).needs


def require_still_so(steps: Sequence[Step], sight: Sight, file: str | None = None) -> None:
    """Look at all that the steps rely on, side by side; StalePlan naming everything that changed.

    What an earlier step of them changes is left to the look before the later one's call. What
    lags behind a write of ours is waited for. `file` is the plan file that was reviewed, if one was.
    """
    relied = list(_relied(steps))
    for look in range(BEHIND_LOOKS):
        if look:
            sight.patience.sleep(sight.patience.interval)
        wrong = [
            (one, found, standing)
            for one, found in _seen(relied, sight)
            if (standing := _standing(one, found, sight)) not in _FINE
        ]
        if all(standing is Standing.OTHERWISE for _, _, standing in wrong):
            break
    if wrong:
        raise stale_plan((_told(one, found) for one, found, _ in wrong), file=file)


_FINE = (Standing.AS_PLANNED, Standing.DONE)


def _relied(steps: Sequence[Step]) -> Iterator[_Reliance]:
    """Yield what is relied on and not changed by a step before, nor stands on what one makes."""
    changed: set[Address] = set()
    made: set[Address] = set()
    for step in steps:
        for one in (_Reliance(step), *(_Reliance(step, premise) for premise in step.relies)):
            if one.resource.address not in changed and not made & set(one.stands_on):
                yield one
        brought = {one.address for one in step.change.brings}
        changed |= {step.address, *step.change.takes, *brought}
        made |= {step.address} if step.change.before is None else set()


def _seen(relied: Sequence[_Reliance], sight: Sight) -> Iterator[tuple[_Reliance, Seen]]:
    """Yield what is there of each; of an account that lets nobody in, its own step says so later."""
    try:
        yield from zip(relied, sight.looks([one.resource for one in relied]), strict=True)
    except AwsError as refused:
        if not any(of_one_account(one.step, refused) for one in relied):
            raise
        together = Once(sight.api)

        def alone(one: _Reliance) -> tuple[Seen] | None:
            try:
                return (sight.look(one.resource, together),)
            except AwsError as error:
                if of_one_account(one.step, error):
                    return None
                raise

        for one, found in zip(relied, together.each(alone, relied), strict=True):
            if found is not None:
                yield one, *found


def _standing(one: _Reliance, found: Seen, sight: Sight) -> Standing:
    if one.premise is None:
        return sight.standing(one.step, found)
    return sight.holding(one.premise, found)


def _told(one: _Reliance, found: Seen) -> str:
    wrong = (
        stale(one.step, found) if one.premise is None else unfounded(one.step, one.premise, found)
    )
    return wrong.detail
