"""Sleeps that Ctrl-C ends in every thread: who only waits for AWS has nothing to finish."""

import time

from govkit.errors import Woken

_SLICE = 0.1
_asked: list[bool] = []


def wake() -> None:
    """End every sleep, and let there be no further one. Takes no lock: a signal's handler calls it."""
    _asked.append(True)


def woken() -> bool:
    """Tell whether `wake` was called."""
    return bool(_asked)


def sleep(seconds: float) -> None:
    """Sleep; `Woken` once `wake` was called, before or meanwhile."""
    end = time.monotonic() + seconds
    while not _asked and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE))
    if _asked:
        raise Woken
