"""Who keeps a part of the baseline: govkit, or another tool whose work is only looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, TypeAlias

from govkit.model.kind import Asked

Keeper: TypeAlias = Literal["govkit", "control-tower", "lza", "observe"]


def kept_by(keeper: Keeper, asked: Iterable[Asked]) -> Iterator[Asked]:
    """Yield what is asked for, as only observed where somebody else than govkit keeps it."""
    for one in asked:
        yield one if keeper == "govkit" else replace(one, observed=True)
