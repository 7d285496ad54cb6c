"""How every story begins: the layout is read, the organization is read, and the two meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

from govkit import shelf
from govkit.layout.read import read
from govkit.live.discover import Live
from govkit.live.snapshot import saved
from govkit.model.call import Interest
from govkit.model.kind import Kind
from govkit.model.plan import Asked
from govkit.model.resource import Json
from govkit.model.wanted import Wanted
from govkit.plan.meet import Meeting, meet

Bank = Callable[[Interest], Live]
KindList = tuple[Kind[Any], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a command was asked: which layout, on which day, which part, with which overrides.

    `now` is the moment by which pins are judged; the day's beginning where none is told.
    `baseline` asks for what is reached by entering accounts, too, `watched` for what is only
    observed there (credentials).
    """

    layout: Path
    today: date
    only: tuple[str, ...] = ()
    allow: Mapping[str, int] | None = None
    without_expired: bool = False
    now: datetime | None = None
    baseline: bool = False
    watched: bool = False

    @property
    def moment(self) -> datetime:
        """The moment, in UTC."""
        return self.now or datetime.combine(self.today, time(), UTC)

    @property
    def asked(self) -> Asked:
        """Which part of all that there is it is about."""
        return Asked(self.only, self.baseline, self.without_expired)


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
    live = asked(question, wanted, bank)  # the last time we ask AWS
    meeting = met(wanted, live)
    return Compared(meeting.wanted, meeting, live)


def asked(question: Question, wanted: Wanted, bank: Bank) -> Live:
    """Return what is there of what the question is about: Organizations alone, or all of it."""
    if question.baseline:
        reach = replace(wanted.interest, coverage=wanted.coverage, watched=question.watched)
        return bank(reach)
    live, beyond = bank(wanted.interest), [kind for kind in kinds() if kind.beyond]
    types = tuple(kind.resource for kind in beyond)
    return replace(
        live,
        state=live.state.where(lambda resource: not isinstance(resource, types)),
        unseen=live.unseen | {kind.name for kind in beyond},
        unreached=(),
    )


def met(wanted: Wanted, live: Live) -> Meeting:
    """Let what is wanted meet what is there."""
    return meet(wanted, live.state, live.ids, kinds(), live.unseen, unreached=live.unreached)


def taken(question: Question, bank: Bank) -> dict[str, Json]:
    """Return the live organization as a snapshot holds it.

    With a layout at hand, the snapshot also has the tags that the layout gives, and the baseline
    where the question is about it.
    """
    if not question.layout.exists():
        return saved(bank(Interest()), kinds(), question.today)
    wanted = read(question.layout, today=question.today)
    live = asked(replace(question, watched=question.baseline), wanted, bank)
    return saved(live, kinds(), question.today)
