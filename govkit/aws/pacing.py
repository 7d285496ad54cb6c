"""Paces each operation by its own token bucket, first come first served, so that AWS need not refuse."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from govkit.aws.rates import RATES, Rate

Clock = Callable[[], float]
Sleep = Callable[[float], None]
Key = tuple[str | None, str, str]

_LEAST = 1 / 16
_REGAINED = 1 / 20
_SLOWER = 4 / 5

PACED = "kept to AWS's rate"


class Pacer:
    """Lets calls through no faster than a percentage of AWS's rates; None lets all through at once.

    A throttle halves the rate of that operation, and every call that AWS takes gives a twentieth
    of the full rate back. Every account has its own buckets. May be used by many threads.
    """

    def __init__(
        self,
        percent: float | None,
        *,
        clock: Clock,
        sleep: Sleep,
        rates: Mapping[tuple[str, str], Rate] = RATES,
    ) -> None:
        if percent is not None and not 0 < percent <= 100:  # noqa: PLR2004 - percent of AWS's own rate
            raise ValueError(f"a pace is between 0 and 100 percent, not {percent}")
        self._share = None if percent is None else percent / 100
        self._clock = clock
        self._sleep = sleep
        self._rates = rates
        self._mutex = threading.Lock()
        self._lanes: dict[Key, _Lane] = {}

    @property
    def off(self) -> bool:
        """Tell whether every call goes at once."""
        return self._share is None

    def wait(self, account: str | None, service: str, operation: str) -> float:
        """Return when the call may go, and how many seconds it waited."""
        lane = self._lane(account, service, operation)
        if lane is None:
            return 0.0
        began = self._clock()
        with lane.queue.turn():
            with self._mutex:  # a throttle may be learned of at the same time
                pause = lane.pause(self._clock())
            if pause > 0:
                self._sleep(pause)
            with self._mutex:
                lane.take(self._clock())
        return self._clock() - began

    def throttled(self, account: str | None, service: str, operation: str) -> None:
        """Learn that AWS found the operation called too often."""
        lane = self._lane(account, service, operation)
        if lane is not None:
            with self._mutex:
                lane.slower(self._clock())

    def taken(self, account: str | None, service: str, operation: str) -> None:
        """Learn that AWS took a call of the operation."""
        lane = self._lane(account, service, operation)
        if lane is not None and lane.factor < 1:
            with self._mutex:
                lane.factor = min(1.0, lane.factor + _REGAINED)

    def _lane(self, account: str | None, service: str, operation: str) -> "_Lane | None":
        rate = self._rates.get((service, operation))
        if self._share is None or rate is None:
            return None
        key = (account, service, operation)
        with self._mutex:
            if key not in self._lanes:
                self._lanes[key] = _Lane.full(rate, self._share, self._clock())
            return self._lanes[key]


class _Queue:
    """Lets threads through one at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Lock()
        mine.acquire()
        with self._mutex:
            self._waiting.append(mine)
            if len(self._waiting) == 1:
                mine.release()
        try:
            with mine:
                yield
        finally:
            self._leave(mine)

    def _leave(self, mine: threading.Lock) -> None:
        with self._mutex:
            was_first = self._waiting[0] is mine
            self._waiting.remove(mine)
            if was_first and self._waiting:
                self._waiting[0].release()


@dataclass(slots=True)
class _Lane:
    """One operation's bucket and the calls that wait for it."""

    per_second: float
    burst: float
    tokens: float
    since: float
    factor: float = 1.0
    queue: _Queue = field(default_factory=_Queue)

    @classmethod
    def full(cls, rate: Rate, share: float, now: float) -> "_Lane":
        burst = max(1.0, (rate.burst - _spare(rate)) * share)
        # A bucket of one token has none to spare: a little time between calls stands in for it.
        pace = share if rate.burst > 1 else share * _SLOWER
        return cls(rate.per_second * pace, burst, burst, now)

    def pause(self, now: float) -> float:
        self._refill(now)
        return max(0.0, (1 - self.tokens) / (self.per_second * self.factor))

    def take(self, now: float) -> None:
        self._refill(now)
        self.tokens -= 1

    def slower(self, now: float) -> None:
        self._refill(now)
        self.factor = max(_LEAST, self.factor / 2)
        self.tokens = min(self.tokens, 0.0)

    def _refill(self, now: float) -> None:
        # A clock that was set back gives no tokens for that time, and takes none away.
        gained = max(0.0, now - self.since) * self.per_second * self.factor
        self.tokens = min(self.burst, self.tokens + gained)
        self.since = now


def _spare(rate: Rate) -> float:
    """Part of the burst stays unused: calls overtake each other on their way to AWS's own bucket."""
    return max(1.0, rate.burst // 4)
