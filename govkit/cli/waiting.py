"""Says what a command waits for: at once where AWS makes it wait, now and then where it paces itself."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from govkit.aws.pacing import PACED
from govkit.cli.say import aside, note

_NOW_AND_THEN = 15.0


class Waits:
    """Hears waits from any thread; the pace that we keep ourselves is told every 15 seconds.

    On a terminal the pace is told at once, on a line that does not stay.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said = clock()
        self._mutex = threading.Lock()

    def __call__(self, waiting: Any) -> None:
        with self._mutex:
            if waiting.why != PACED:
                note(f"{waiting.operation}: {waiting.why}; again in {waiting.seconds:.1f} s")
            elif sys.stderr.isatty():
                aside(f"\r\x1b[K{_paced(waiting)}")
            elif self._clock() - self._said > _NOW_AND_THEN:
                self._said = self._clock()
                note(_paced(waiting))


def _paced(waiting: Any) -> str:
    return f"{waiting.operation}: {waiting.why} …"
