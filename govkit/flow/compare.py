"""How every story begins: the layout is read, the organization is read, and the two meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

from govkit import shelf
from govkit.layout.read import read
from govkit.live.discover import Live
from govkit.live.snapshot import saved
from govkit.model.call import Interest
from govkit.model.kind import Kind
from govkit.model.resource import Json
from govkit.model.wanted import Wanted
from govkit.plan.meet import Meeting, meet

Bank = Callable[[Interest], Live]
KindList = tuple[Kind[Any], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a command was asked: which layout, on which day, which part, with which overrides.

    `now` is the moment by which pins are judged; the day's beginning where none is told.
    """

    layout: Path
    today: date
    only: tuple[str, ...] = ()
    allow: Mapping[str, int] | None = None
    without_expired: bool = False
    now: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The moment, in UTC."""
        return self.now or datetime.combine(self.today, time(), UTC)


def kinds() -> KindList:
    """Return every kind on the shelf."""
    return cast("KindList", shelf.load("govkit.kinds", "KIND"))


@dataclass(frozen=True, slots=True)
class Compared:
    """The layout and the live organization, under the same names."""

    wanted: Wanted
    meeting: Meeting
    live: Live


def compared(question: Question, bank: Bank) -> Compared:
    """Read both banks and let them meet."""
    wanted = read(  # the last time we touch the layout
        question.layout, today=question.today, without_expired=question.without_expired
    )
    live = bank(wanted.interest)  # the last time we ask AWS
    return Compared(wanted, meet(wanted, live.state, live.ids, kinds(), live.unseen), live)


def taken(question: Question, bank: Bank) -> dict[str, Json]:
    """Return the live organization as a snapshot holds it.

    With a layout at hand, the snapshot also has the tags that the layout gives.
    """
    interest = (
        read(question.layout, today=question.today).interest
        if question.layout.exists()
        else Interest()
    )
    return saved(bank(interest), kinds(), question.today)
