"""Releases in an emergency: what a plan leaves as it is until they end, and what it clears away after."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from govkit.kinds._brake import ended_by
from govkit.kinds.pin import Pin
from govkit.kinds.policy import Policy
from govkit.kinds.release import Release, releases
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.finding import Finding, Severity
from govkit.model.resource import Resource
from govkit.plan.meet import Meeting
from govkit.policies.document import Document
from govkit.policies.exempt import where_it_denies
from govkit.policies.types import policy_type


def honoured(meeting: Meeting, now: datetime) -> Meeting:
    """Return the meeting in which released principals are out of what the layout wants, too.

    Those are that the live policy says, too: a tag alone lets nobody out. A finding tells of each.
    A release goes with its policy; what is over leaves a tag, which a step takes away.
    """
    there = _held(meeting, now)
    standing = {one.address for found in there.values() for one in found}
    held = {address: _said(found, meeting) for address, found in there.items()}
    desired = meeting.desired.where(
        lambda one: one.address in standing if isinstance(one, Release) else True
    ).mapped(lambda one: _let_out(one, held.get(one.address, ()), meeting))
    told = tuple(_told(one, meeting.ids) for found in held.values() for one in found)
    return replace(meeting, desired=desired, findings=(*meeting.findings, *told))


def let_out(meeting: Meeting, now: datetime) -> Iterator[tuple[Address, Pin]]:
    """Yield the policies that differ from the layout only by releases in force, each with one."""
    for address, found in _held(meeting, now).items():
        live, wanted = meeting.live.get(address), meeting.desired.get(address)
        if isinstance(live, Policy) and isinstance(wanted, Policy):
            as_released = _document(wanted, found, meeting)
            if live.document == as_released != wanted.document:
                yield address, found[0].pin


def _held(meeting: Meeting, now: datetime) -> Mapping[Address, tuple[Release, ...]]:
    found: defaultdict[Address, list[Release]] = defaultdict(list)
    for one in releases(meeting.live, now):
        if one.policy in meeting.desired:
            found[one.policy].append(one)
    return {address: tuple(several) for address, several in found.items()}


def _said(found: tuple[Release, ...], meeting: Meeting) -> tuple[Release, ...]:
    """Return the releases that a live policy says: to say them once more changes nothing."""
    live = meeting.live.get(found[0].policy)
    if not isinstance(live, Policy):
        return ()
    return tuple(one for one in found if _document(live, (one,), meeting) == live.document)


def _let_out(one: Resource, found: tuple[Release, ...], meeting: Meeting) -> Resource:
    if not found or not isinstance(one, Policy):
        return one
    return replace(one, document=_document(one, found, meeting))


def _document(wanted: Policy, found: tuple[Release, ...], meeting: Meeting) -> Document:
    root = meeting.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    exemptions = [one.exemption(partition) for one in found]
    return where_it_denies(wanted.document, policy_type(wanted.type), exemptions).document


def _told(one: Release, ids: Ids) -> Finding:
    name = one.policy.path.partition("/")[2]
    return Finding(
        "GK325",
        Severity.WARNING,
        str(one.policy),
        f"{one.held} is released from {name} until {one.until} by {one.who}: {one.reason}",
        "It is left so until then; the next plan holds it to the guardrail again. For longer, grant "
        f"an exemption: govkit exempt add. To end it before: {ended_by(one, ids)}",
    )
