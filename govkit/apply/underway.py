"""Waits for what AWS does in its own time: begun by this run, or by an earlier one."""

from collections.abc import Generator
from dataclasses import dataclass

from govkit.apply.events import Event, Waiting
from govkit.apply.patience import Patience
from govkit.apply.sight import BEHIND_LOOKS, Sight, Standing
from govkit.errors import AnswerLost, AwsError, GaveUp
from govkit.model.call import Api, Ids, Response
from govkit.model.kind import Follow
from govkit.model.plan import Step


@dataclass(frozen=True, slots=True)
class Underway:
    """What AWS is at; what it gives is learned into `ids`."""

    api: Api
    ids: Ids
    patience: Patience
    sight: Sight

    def awaited(self, step: Step, why: str) -> Generator[Event, None, bool]:
        """Wait for what AWS is already at; return whether that was what the step asks for."""
        kind = self.sight.kind(step)
        answer = kind.underway(step.change, self.api)
        follow = None if answer is None else kind.follow(step.change, answer)
        if answer is None or follow is None:
            return False
        try:
            ended = follow.settled(answer) is not None  # before anybody of this run waited for it
            if not ended:
                yield Waiting(step, why)
            final = yield from self.followed(step, follow)
        except GaveUp:
            return False  # that attempt failed, whosever it was; ours comes next
        except AwsError as error:
            if error.code not in follow.unknown:
                raise  # nobody knows what comes of it: it is never asked for again
            return False  # AWS never heard of it, however often it was asked
        for address, given in kind.learn(step.change, final).items():
            self.ids.learn(address, given)
        ours = yield from self._shown(step)
        if ours:
            self.sight.wrote(step)
            return True
        if ours is None and not ended:
            raise AnswerLost(
                "AWS does not show what it did",
                f"{step.verb} {step.address} ended well, and {BEHIND_LOOKS} looks did not find it.",
                "Run the same command again: it looks first, and does nothing twice.",
            )
        self.ids.forget(step.address)
        return False

    def _shown(self, step: Step) -> Generator[Event, None, bool | None]:
        """Tell whether what AWS ended is what the step asks for, once AWS shows it; None: it never does.

        What ended long ago may be gone again, and is not shown for that reason.
        """
        for _ in range(BEHIND_LOOKS):
            found = self.sight.look(step.change.subject)
            if found is not None:
                return self.sight.standing(step, found) is Standing.DONE
            yield Waiting(step, "a read lags behind what AWS did")
            self.patience.sleep(self.patience.interval)
        return None

    def followed(self, step: Step, follow: Follow) -> Generator[Event, None, Response]:
        """Ask until AWS is done; AwsError where it gave up, and `AnswerLost` where it goes on."""
        doubts_left, pause = BEHIND_LOOKS, 1
        for _ in range(self.patience.looks):
            try:
                final = follow.settled(self.api.call(follow.call))
            except AwsError as error:
                doubts_left -= 1
                if error.code not in follow.unknown or not doubts_left:
                    raise
                final = None
            if final is not None:
                return final
            yield Waiting(step, "AWS is at it")
            self.patience.sleep(self.patience.interval * pause)
            pause = min(2 * pause, follow.slower)
        raise AnswerLost(
            "AWS did not finish in time",
            f"{step.verb} {step.address} was accepted and is still going on.",
            "Run the same command again: it waits for the same request.",
        )
