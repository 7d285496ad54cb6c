"""The time as the sandbox is told it: the real one, or one that a test turns by hand."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` answers seconds since 1970, `sleep` lets seconds pass."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


REAL_CLOCK = Clock(now=time.time, sleep=time.sleep)


def moment(clock: Clock) -> float:
    """Return the time in whole milliseconds, as the files keep it: what is written is never later."""
    return round(clock.now() * 1_000) / 1_000


def iso(when: float) -> str:
    """Say seconds since 1970 as the files do: `2026-11-23T22:00:00.000Z`."""
    return (
        datetime.fromtimestamp(round(when * 1_000) / 1_000, UTC).isoformat(timespec="milliseconds")[
            :-6
        ]
        + "Z"
    )


def seconds(text: str) -> float:
    """Read what `iso` wrote."""
    return datetime.fromisoformat(text).timestamp()
