"""Carries out the steps of a plan in their order; what AWS does in its own time is waited for."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.apply.events import Answered, Calling, Done, Event, Failed, Refused, Waiting
from govkit.apply.lately import Lately
from govkit.apply.partly import of_one_account
from govkit.apply.patience import Named, Patience
from govkit.apply.sight import BEHIND_LOOKS, Sight, Standing, stale
from govkit.apply.underway import Underway
from govkit.errors import AnswerLost, AwsError, BugError, Woken
from govkit.kinds._refusals import IN_USE, OVERTAKEN
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Response
from govkit.model.kind import Follow, Kind
from govkit.model.plan import Step
from govkit.model.resource import Found, Resource


class Crossing:
    """One apply under way: knows the IDs learned so far, and what it wrote itself.

    `touched` tells whether anything was, or may have been, written; `lately` is what earlier runs
    wrote so short a while ago that reads may lag behind it. `named` puts what AWS shows
    into the layout's terms (OU paths inside policies). Raises `StalePlan` where what a step relies
    on is not as the plan has it, and lets every other `AwsError` of a call through.
    """

    def __init__(
        self,
        *,
        kinds: Mapping[type, Kind[Any]],
        api: Api,
        ids: Ids,
        patience: Patience,
        named: Named = lambda resource, _: resource,
        stop: Callable[[], bool] = lambda: False,
        lately: Sequence[Lately] = (),
    ) -> None:
        self.kinds = kinds
        self.api = api
        self.ids = ids.copy()
        self.patience = patience
        self.named = named
        self.stop = stop
        self.sight = Sight(kinds, api, self.ids, patience, named)
        self.underway = Underway(api, self.ids, patience, self.sight)
        self.touched = False
        self.unsettled = {_sort(one.verb) for one in lately} - {_RELEASED}
        self.doubtful = {one.address for one in lately if one.unanswered}
        for one in lately:
            self.sight.replaced.setdefault(one.address, []).append(one.before)
        self.failed: dict[str, Failed] = {}

    def execute(self, steps: Sequence[Step]) -> Iterator[Event]:
        """Do the steps one after another, telling before and after each call.

        Steps of a kind that AWS works on side by side (accounts in creation) are begun together.
        One that fails inside a member account hinders only those that need it; all are in `failed`.
        Ends early, between two calls, once `stop` says so.
        """
        for together in self._batches(steps):
            if self.stop():
                return
            yield from self._settle(together[0])
            pending: list[tuple[Step, Follow | None, _Begun]] = []
            for step in together:
                begun = yield from self._tried(step)
                if begun is not None:
                    follow = self.sight.kind(step).follow(step.change, begun.answer or {})
                    pending.append((step, follow, begun))
            for step, follow, begun in pending:
                answer = begun.answer
                if follow is not None:
                    final = yield from self._ended(step, follow)
                    answer = None if answer is None else final
                yield self._done(step, answer)

    def _settle(self, step: Step) -> Iterator[Event]:
        """Wait for what was written since the last wait, before what guarded until now goes.

        A detachment takes a guard away, and so does a policy that says less because others say it;
        a move takes an account away from its guards, to others that may be new. Moves need not wait
        for each other.
        """
        awaited = self.unsettled - ({_MOVED} if _moves(step) else set())
        if not (_releases(step) or _moves(step) or _leans(step)) or not awaited:
            return
        if self.patience.settle > 0:
            yield Waiting(step, f"letting what was written settle for {self.patience.settle:g} s")
            self.patience.sleep(self.patience.settle)
        self.unsettled.clear()

    def _batches(self, steps: Sequence[Step]) -> Iterator[list[Step]]:
        batch: list[Step] = []
        for step in steps:
            if batch and not self._fits(batch, step):
                yield batch
                batch = []
            batch.append(step)
        if batch:
            yield batch

    def _fits(self, batch: Sequence[Step], step: Step) -> bool:
        kind = self.sight.kind(step)
        return (
            kind is self.sight.kind(batch[0])
            and step.verb == batch[0].verb == "create"
            and len(batch) < kind.at_once
        )

    def _tried(self, step: Step) -> Generator[Event, None, "_Begun | None"]:
        """Begin the step; None where there is nothing to wait for, or where it failed on its own."""
        lacking = next((one for one in step.needs if one in self.failed), None)
        if lacking is not None:
            yield self._failed(Failed(step, f"{self.failed[lacking].step.address} is not there."))
            return None
        try:
            return (yield from self._begun(step))
        except AwsError as error:
            if not of_one_account(step, error):
                raise
            told = f"{error.summary}. {error.detail}".replace("\n", " ")
            yield self._failed(Failed(step, told, error.operation, error.code))
            return None

    def _failed(self, event: Failed) -> Failed:
        self.failed[event.step.id] = event
        return event

    def _begun(self, step: Step) -> Generator[Event, None, "_Begun | None"]:
        """Make the step's calls; return the last answer, or None where the step already holds."""
        # Before looking: what ends between the two would be seen by neither, and made twice.
        if (yield from self.underway.awaited(step, "AWS is at it already, from an earlier run")):
            yield Done(step, self._ids_of(step), already=True)
            return None
        if step.address in self.doubtful and self._is_slow(step):
            why = "an earlier run died while it asked for it; reading back whether that took"
            if (yield from self._appears(step, why)):
                yield Done(step, self._ids_of(step), already=True)
                return None
        standing, found = yield from self.sight.before_call(step)
        if standing is Standing.DONE:
            self._learn_of(step.address, found)
            self.sight.wrote(step)  # an earlier run may have: reads may lag behind that one, too
            yield Done(step, self._ids_of(step), already=True)
            return None
        final: Response | None = None
        calls = tuple(self.sight.kind(step).lower(step.change, self.ids))
        if not calls:
            raise BugError("A step without a call", f"{step.verb} {step.address}")
        for call in calls:
            final = yield from self._made(step, call, several=len(calls) > 1)
        return _Begun(final)

    def _learn_of(self, address: Address, found: Found[Resource] | None) -> None:
        if found is not None and found.id is not None:
            self.ids.learn(address, found.id)

    def _made(
        self, step: Step, call: ApiCall, *, several: bool
    ) -> Generator[Event, None, Response | None]:
        """Make one call, of several of the step or its only one, and return the answer.

        Where the answer is lost, read back whether the call took: None if it did, and what AWS
        gave is learned; if it did not, repeat it, and raise `AnswerLost` when that never helps.
        None, too, where AWS refuses because what the step asks for is so already.
        """
        for tries_left in reversed(range(_TRIES)):
            yield Calling(step, call)
            try:
                answer = self.api.call(call)
            except AnswerLost as lost:
                self.touched = True
                if (yield from self._settled(step, lost, several=several)):
                    yield Answered(step, call, {}, settled=True)
                    return None
                if not tries_left:
                    raise
            except Woken:
                yield Refused(step, call, *_NOT_SENT)
                raise
            except AwsError as refused:
                yield Refused(step, call, refused.code, refused.detail)
                if (yield from self._overtaken(step, refused)):
                    return None
                raise
            else:
                self.touched = True
                yield Answered(step, call, answer)
                return answer
        raise BugError("This is a bug in govkit: a call without an end", str(step.address))

    def _settled(
        self, step: Step, lost: AnswerLost, *, several: bool
    ) -> Generator[Event, None, bool]:
        """Tell whether a call took whose answer is lost; what AWS is still at is waited for."""
        if (yield from self._appears(step, f"{lost.summary}; reading back whether the call took")):
            return True
        found = self.sight.look(step.change.subject)
        # Between two calls of one step a thing is neither as before nor as after; each can be repeated.
        if several or self.sight.standing(step, found) is not Standing.OTHERWISE:
            return False
        raise stale(step, found)

    def _appears(self, step: Step, why: str) -> Generator[Event, None, bool]:
        """Tell whether what the step asks for appears; what AWS is still at is waited for.

        What AWS makes in its own time is waited for longest: to ask for it again makes another one.
        """
        yield Waiting(step, why)
        for _ in range(BEHIND_LOOKS if self._is_slow(step) else _SETTLING_LOOKS):
            if (yield from self.underway.awaited(step, "AWS is at it")):
                return True
            found = self.sight.look(step.change.subject)
            if self.sight.standing(step, found) is Standing.DONE:
                self._learn_of(step.address, found)
                return True
            self.patience.sleep(self.patience.interval)
        return False

    def _is_slow(self, step: Step) -> bool:
        return step.change.before is None and self.sight.kind(step).at_once > 1

    def _overtaken(self, step: Step, refused: AwsError) -> Generator[Event, None, bool]:
        """Tell whether AWS refused a call because what the step asks for is so already.

        StalePlan where it refused because what the step relies on is not so.
        """
        said = f" AWS said {refused.code}."
        if refused.code in IN_USE:
            raise stale(step, self.sight.look(step.change.subject), said) from refused
        if refused.code not in OVERTAKEN and refused.reason != "EMAIL_ALREADY_EXISTS":
            return False
        found: Found[Resource] | None = None
        for _ in range(BEHIND_LOOKS if refused.code in OVERTAKEN else _SETTLING_LOOKS):
            found = self.sight.look(step.change.subject)
            if self.sight.is_so(step, found):
                self._learn_of(step.address, found)
                return True
            yield Waiting(step, f"AWS said {refused.code}; reading back what is there")
            self.patience.sleep(self.patience.interval)
        if refused.code in OVERTAKEN:
            raise stale(step, found, said) from refused
        return False

    def _ended(self, step: Step, follow: Follow) -> Generator[Event, None, Response | None]:
        """Wait for the end; None where AWS gave up because the step's thing is there already."""
        try:
            return (yield from self.underway.followed(step, follow))
        except AwsError as refused:
            if (yield from self._overtaken(step, refused)):
                return None
            raise

    def _done(self, step: Step, answer: Response | None) -> Done:
        self.sight.wrote(step)
        self.unsettled |= {_sort(step.verb)} - {_RELEASED}
        if step.change.after is None:
            self.ids.forget(step.address)
        elif answer is not None:
            for address, given in self.sight.kind(step).learn(step.change, answer).items():
                self.ids.learn(address, given)
        return Done(step, self._ids_of(step))

    def _ids_of(self, step: Step) -> Mapping[str, str]:
        """Return the IDs of a thing and of what it stands on: a later layout may rename them all."""
        ends = (step.change.before, step.change.after)
        stood_on = {need for one in ends if one is not None for need in one.needs} - {ROOT}
        found = {one: self.ids.get(one) for one in (step.address, *sorted(stood_on))}
        return {str(address): given for address, given in found.items() if given is not None}


@dataclass(frozen=True, slots=True)
class _Begun:
    """A step whose calls are made: the last answer, None where it was lost and the effect read back."""

    answer: Response | None


_NOT_SENT = ("Interrupted", "Ctrl-C came while it waited for its turn.")
_SETTLING_LOOKS = 5
_TRIES = 5
_MOVED, _WRITTEN, _RELEASED = "moved", "written", "released"


def _sort(verb: str) -> str:
    """Return what sort of write it is; what is let go of takes nobody's guard when it shows late."""
    return {"move": _MOVED, "detach": _RELEASED}.get(verb, _WRITTEN)


def _releases(step: Step) -> bool:
    return isinstance(step.change.before, Attachment) and step.change.after is None


def _leans(step: Step) -> bool:
    """Tell whether a policy says less, and what it said holds by others that the step relies on."""
    before, after = step.change.before, step.change.after
    return isinstance(before, Policy) and isinstance(after, Policy) and bool(step.relies)


def _moves(step: Step) -> bool:
    before, after = step.change.before, step.change.after
    return (
        isinstance(before, Account) and isinstance(after, Account) and before.parent != after.parent
    )
