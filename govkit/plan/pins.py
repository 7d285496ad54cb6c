"""Pinned detachments: what a plan leaves alone until the pin ends, and what it clears away after."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from govkit.kinds._brake import ended_by
from govkit.kinds.pin import Pin, pins
from govkit.model.call import Ids
from govkit.model.finding import PINNED, Finding, Severity
from govkit.plan.meet import Meeting


def respected(meeting: Meeting, now: datetime) -> Meeting:
    """Return the meeting in which nothing is wanted that a pin keeps off, and no pin that is over.

    A finding tells of each attachment left out. A pin goes with its policy; what is over leaves a
    tag, which a step takes away.
    """
    held = [pin for pin in pins(meeting.live, now) if not _goes(pin, meeting)]
    kept_off = {pin.attachment for pin in held if pin.attachment not in meeting.live}
    standing = {pin.address for pin in held}
    desired = meeting.desired.where(
        lambda one: one.address in standing if isinstance(one, Pin) else one.address not in kept_off
    )
    told = tuple(_told(pin, meeting.ids) for pin in held if pin.attachment in meeting.desired)
    return replace(meeting, desired=desired, findings=(*meeting.findings, *told))


def _goes(pin: Pin, meeting: Meeting) -> bool:
    return pin.policy in meeting.ours and pin.policy not in meeting.desired


def _told(pin: Pin, ids: Ids) -> Finding:
    name = pin.policy.path.partition("/")[2]
    return Finding(
        PINNED,
        Severity.WARNING,
        str(pin.attachment),
        f"{name} is pinned off {pin.target} until {pin.until} by {pin.who}: {pin.reason}",
        "It is left so until then; the next plan attaches it again. To end it before: "
        f"{ended_by(pin, ids)}",
    )


def kept_off(meeting: Meeting, now: datetime) -> Iterator[Pin]:
    """Yield the pins in force that keep off what the layout wants, by address."""
    for pin in pins(meeting.live, now):
        if pin.attachment in meeting.desired and pin.attachment not in meeting.live:
            yield pin
