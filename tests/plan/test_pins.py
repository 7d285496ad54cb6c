"""Pins in a plan: what is left out, what is cleared away, what is told."""

from datetime import UTC, datetime

from govkit.kinds.attachment import Attachment, attachment_at
from govkit.kinds.pin import Pin
from govkit.kinds.policy import Policy
from govkit.model.address import Address, ou
from govkit.model.call import Ids
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.meet import Meeting
from govkit.plan.pins import kept_off, respected
from govkit.policies.document import of

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
POLICY = Policy(Address("policy", "scp/keep"), "scp", "keep", of({}))
THERE = Attachment(POLICY.address, ou("A"))
PIN = Pin(POLICY.address, ou("A"), "ou-exam-aaaaaaaa", "2026-11-24T07:00:00Z", "jane", "INC-7")
OVER = Pin(POLICY.address, ou("A"), "ou-exam-aaaaaaaa", "2026-11-24T02:00:00Z", "jane", "INC-7")


def _meeting(desired: list[Resource], live: list[Resource]) -> Meeting:
    wanted = Wanted("main", "org_layout.yaml", "", NOW.date(), State(desired))
    return Meeting(State(desired), State(live), State(live), Ids(), (), wanted)


def test_an_attachment_that_is_missing_and_pinned_off_is_not_wanted_and_that_is_told() -> None:
    meeting = _meeting([POLICY, THERE, PIN], [POLICY, PIN])
    found = respected(meeting, NOW)
    assert found.desired == State([POLICY, PIN])
    assert [one.code for one in found.findings] == ["GK320"]
    assert list(kept_off(meeting, NOW)) == [PIN]


def test_one_that_is_there_all_the_same_stays_wanted() -> None:
    meeting = _meeting([POLICY, THERE, PIN], [POLICY, THERE, PIN])
    assert respected(meeting, NOW).desired == State([POLICY, THERE, PIN])
    assert list(kept_off(meeting, NOW)) == []


def test_a_pin_that_is_over_keeps_nothing_off_and_is_not_wanted_any_more() -> None:
    meeting = _meeting([POLICY, THERE, OVER], [POLICY, OVER])
    found = respected(meeting, NOW)
    assert (found.desired, found.findings) == (State([POLICY, THERE]), ())


def test_a_pin_goes_with_its_policy() -> None:
    assert respected(_meeting([PIN], [POLICY, PIN]), NOW).desired == State()


def test_an_attachment_is_known_by_its_address() -> None:
    assert attachment_at(THERE.address) == THERE
