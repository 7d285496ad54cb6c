"""Patience: which failed calls are repeated, after how long, and when to give up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from govkit.aws.failures import Nature
from govkit.errors import AnswerLost, AwsError, Conflict, GovkitError, Throttled

T = TypeVar("T")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_DOUBLINGS = 6  # after so many the longest pause is reached
_TRIES_BEFORE_FIRST_CONTACT = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for: an operation (`organizations:AttachPolicy`), why, and for how long."""

    operation: str
    why: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: what to do about it, and the error to raise when patience ran out."""

    nature: Nature
    error: GovkitError


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may be repeated (`seconds`), and by which clock, sleep and dice (0 to 1)."""

    seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    dice: Callable[[], float]
    waiting: Callable[[Waiting], None]


def persist(
    attempt: Callable[[], T | Failure],
    patience: Patience,
    *,
    operation: str,
    read: bool,
    in_contact: Callable[[], bool],
) -> T:
    """Return the answer of the first attempt that AWS takes.

    Raises the last error once it is final or patience ran out; for a write whose answer is lost
    `AnswerLost` at once, because it may have taken. Backs off with full jitter; the last attempt is
    made when patience ends. Patience begins with the first failure: until then our own pace may
    have held the call back for minutes, and AWS was not even asked.
    """
    deadline: float | None = None
    tries = 0
    while True:
        outcome = attempt()
        if not isinstance(outcome, Failure):
            return outcome
        tries += 1
        now = patience.clock()
        deadline = now + patience.seconds if deadline is None else deadline
        hopeless = (
            outcome.nature is Nature.UNSENT
            and tries >= _TRIES_BEFORE_FIRST_CONTACT
            and not in_contact()
        )
        if outcome.nature is Nature.LOST and not read:
            raise _lost(outcome.error, operation) from outcome.error
        if outcome.nature is Nature.FINAL or hopeless:
            raise outcome.error
        if now >= deadline:
            raise _out_of_patience(outcome, operation, patience.seconds) from outcome.error
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries, _DOUBLINGS))
        pause = min(patience.dice() * longest, deadline - now)
        patience.waiting(Waiting(operation, _WHY[outcome.nature], pause))
        patience.sleep(pause)


_WHY = {
    Nature.THROTTLED: "AWS asks for fewer calls",
    Nature.BUSY: "AWS is busy with another change",
    Nature.UNSENT: "AWS cannot be reached",
    Nature.LOST: "AWS did not answer",
}


def _lost(error: GovkitError, operation: str) -> AnswerLost:
    return AnswerLost(
        f"The answer to {operation} is lost",
        f"It may or may not have taken. {error.detail}",
        "Run the same command again: it looks first, and does nothing twice.",
        code=getattr(error, "code", ""),
        operation=operation,
    )


def _out_of_patience(failure: Failure, operation: str, seconds: float) -> GovkitError:
    error = failure.error
    code = getattr(error, "code", "")
    match failure.nature:
        case Nature.THROTTLED:
            return Throttled(
                f"AWS kept throttling {operation}",
                f"For {seconds:g} seconds. {error.detail}",
                "Lower --pace, or raise --timeout; another tool may be using the same limits.",
                code=code,
                operation=operation,
            )
        case Nature.BUSY:
            return Conflict(
                f"AWS stayed busy with another change: {operation}",
                f"For {seconds:g} seconds. {error.detail}",
                "Find out who else changes the organization, or raise --timeout.",
                code=code,
                operation=operation,
            )
        case _:
            return AwsError(
                f"AWS did not answer {operation}",
                f"For {seconds:g} seconds. {error.detail}",
                error.hint or "Raise --timeout, or try again later.",
                code=code,
                operation=operation,
            )
