"""How an apply waits, and by which names it knows what AWS shows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from typing import TypeAlias

from govkit.model.call import Ids
from govkit.model.resource import Resource

Named: TypeAlias = Callable[[Resource, Ids], Resource]

_YEAR = 365 * 86_400.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how: seconds between looks, how many looks, and the waiting itself.

    `settle` are the seconds given to what was just written before something that may have guarded
    goes after it: AWS acknowledges a change before it holds everywhere.
    """

    sleep: Callable[[float], None]
    interval: float = 2.0
    looks: int = 150
    settle: float = 0.0

    def lasting(self, seconds: float) -> "Patience":
        """Return a patience that waits about so long for what AWS does in its own time.

        `inf` is a year.
        """
        return replace(self, looks=max(1, ceil(min(seconds, _YEAR) / self.interval)))
