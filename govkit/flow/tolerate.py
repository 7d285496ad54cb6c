"""Sorts out the lapses that somebody answers for, and speaks of promises that ended or cover nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from govkit.model.finding import Severity
from govkit.model.lapse import Lapse, Tolerance
from govkit.model.wanted import Wanted

EXPIRED = "GK590"
UNUSED = "GK591"

Weighed: TypeAlias = tuple[
    tuple[Lapse, ...], tuple[tuple[Lapse, Tolerance], ...], tuple[Lapse, ...]
]


def weighed(wanted: Wanted, lapses: Sequence[Lapse], *, whole: bool) -> Weighed:
    """Sort out what somebody answers for; what is said of those promises comes last.

    That one covers nothing can be said only where all was looked at.
    """
    given = (*wanted.tolerances, *_exempted(wanted))
    left: list[Lapse] = []
    tolerated: list[tuple[Lapse, Tolerance]] = []
    used: set[int] = set()
    for lapse in lapses:
        by = [one for one in given if one.covers(lapse)]
        used.update(map(id, by))
        held = next((one for one in by if wanted.as_of <= one.expires), None)
        if held is None:
            left.append(lapse)
        else:
            tolerated.append((lapse, held))
    idle = [one for one in given if id(one) not in used] if whole else []
    return tuple(left), tuple(tolerated), tuple(_about(wanted, given, idle))


def _exempted(wanted: Wanted) -> Iterator[Tolerance]:
    """Yield the users that the section `credentials` exempts."""
    told = wanted.baseline.get("credentials")
    if told is None:
        return
    for index, one in enumerate(told.value.exempt):
        yield Tolerance(
            owner=one.owner,
            reason=one.reason,
            expires=one.expires,
            where=told.line(("exempt", index)),
            codes=tuple(one.codes),
            account=one.account,
            user=one.user,
        )


def _about(
    wanted: Wanted, given: Iterable[Tolerance], idle: Sequence[Tolerance]
) -> Iterator[Lapse]:
    for one in given:
        if one.expires < wanted.as_of:
            yield _ended(one, wanted.as_of)
        elif one in idle:
            yield _idle(one)


def _ended(one: Tolerance, today: date) -> Lapse:
    return replace(
        _OF_LAYOUT,
        code=EXPIRED,
        severity=Severity.WARNING,
        resource=str(one.where),
        message=f"What {one.owner} answered for ended on {one.expires}: {one.reason}.",
        expected={"expires": f"{today} or later"},
        actual={"expires": one.expires.isoformat(), "owner": one.owner},
        fix="Mend what it covered, or give it a new day.",
        where=one.where,
    )


def _idle(one: Tolerance) -> Lapse:
    return replace(
        _OF_LAYOUT,
        code=UNUSED,
        resource=str(one.where),
        message=f"What {one.owner} answers for is nowhere to be found: {one.reason}.",
        fix="Take it out.",
        where=one.where,
    )


_OF_LAYOUT = Lapse("", Severity.NOTE, "", "", "", "", "", None, None, "")
