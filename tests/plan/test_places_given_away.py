"""A full target gives a place away for a while: of ours that something else holds, or FullAWSAccess."""

from dataclasses import replace

import pytest
from transitions import FULL, Transition, transition

from govkit.errors import BugError
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import is_temporary
from govkit.model.address import ROOT, account
from govkit.plan.diff import diff
from govkit.plan.order import Ordered, leading_to, order
from govkit.plan.room import Room


def _ordered(one: Transition, *, governed: bool) -> Ordered:
    changes = diff(one.desired, one.live, lambda _: ())
    room = Room(one.live, lambda _: one.most, governed=lambda _: governed)
    return order(changes, lambda change: (change,), room)


def _let_go(found: Ordered) -> list[Attachment]:
    """Return what is taken off for a while, and comes back."""
    steps = [found.changes[index] for index in sorted(found.temporary)]
    gone = [one.before for one in steps if isinstance(one.before, Attachment) and one.after is None]
    back = {one.after for one in steps if one.before is None}
    return [one for one in gone if one in back and not is_temporary(one.address)]


def test_full_access_gives_its_place_away_where_the_layout_governs_it() -> None:
    found = _ordered(transition(11774), governed=True)
    assert found.lapses == ()
    assert _let_go(found) == [Attachment(FULL, account("a0"))]


def test_where_the_layout_does_not_govern_it_full_access_is_never_touched() -> None:
    """Nobody would attach it again, were the run killed meanwhile: an outage that is told is less bad."""
    found = _ordered(transition(11774), governed=False)
    assert Attachment(FULL, account("a0")) not in _let_go(found)
    assert [one.law for one in found.lapses] == ["outage"]


def test_what_something_else_holds_gives_its_place_to_a_stand_in() -> None:
    one = transition(12881)
    (gone,) = _let_go(one.ordered())
    assert gone.target == account("a2")
    assert Attachment(gone.policy, ROOT) in one.live.all(Attachment)


def test_a_plan_that_would_leave_means_behind_is_a_bug_and_not_shown() -> None:
    one = transition(12881)
    found = one.ordered()
    assert leading_to(one.desired, one.live, found) == found
    cut = replace(found, changes=found.changes[:-1], after=found.after[:-1])
    with pytest.raises(BugError, match="would stay behind"):
        leading_to(one.desired, one.live, cut)
