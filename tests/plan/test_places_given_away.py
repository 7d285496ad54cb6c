"""A full target gives a place away for a while: of ours that something else holds, or FullAWSAccess."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from transitions import FULL, Transition, transition

from govkit.errors import BugError
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import is_temporary, policy
from govkit.model.address import ROOT, Address, account
from govkit.plan.diff import diff
from govkit.plan.order import Ordered, leading_to, order
from govkit.plan.room import Room


def _ordered(one: Transition, *, but: Collection[Address] = ()) -> Ordered:
    """Put a plan in order where the layout cares for all but some things."""
    changes = diff(one.desired, one.live, lambda _: ())
    room = Room(one.live, lambda _: one.most, cared=lambda one: one not in but)
    return order(changes, lambda change: (change,), room)


def _let_go(found: Ordered) -> list[Attachment]:
    """Return what is taken off for a while, and comes back."""
    steps = [found.changes[index] for index in sorted(found.temporary)]
    gone = [one.before for one in steps if isinstance(one.before, Attachment) and one.after is None]
    back = {one.after for one in steps if one.before is None}
    return [one for one in gone if one in back and not is_temporary(one.address)]


def test_full_access_gives_its_place_away_where_the_layout_governs_it() -> None:
    found = _ordered(transition(11774))
    assert found.lapses == ()
    assert _let_go(found) == [Attachment(FULL, account("a0"))]


def test_where_the_layout_does_not_govern_it_full_access_is_never_touched() -> None:
    """Nobody would attach it again, were the run killed meanwhile: an outage that is told is less bad."""
    full = Attachment(FULL, account("a0"))
    found = _ordered(transition(11774), but=[full.address])
    assert full not in _let_go(found)
    assert [one.law for one in found.lapses] == ["outage"]


def test_what_something_else_holds_gives_its_place_to_a_stand_in() -> None:
    one = transition(12881)
    (gone,) = _let_go(one.ordered())
    assert gone.target == account("a2")
    assert Attachment(gone.policy, ROOT) in one.live.all(Attachment)


def test_what_the_layout_does_not_attach_is_not_let_go() -> None:
    """An orphan's attachment would be lost, were the run killed meanwhile: nobody attaches it again."""
    one = transition(12881)
    (gone,) = _let_go(one.ordered())
    assert gone not in _let_go(_ordered(one, but=[gone.address]))


@pytest.mark.parametrize("seed", [28, 29, 55])
def test_an_orphan_says_nothing_for_others(seed: int) -> None:
    """Nobody would take it out again, were the run killed meanwhile."""
    one, orphan = transition(seed), policy("scp", "p1")
    assert one.live.get(orphan) == one.desired.get(orphan)
    assert orphan in {change.address for change in one.ordered().changes}
    assert orphan not in {change.address for change in _ordered(one, but=[orphan]).changes}


def test_a_plan_that_would_leave_means_behind_is_a_bug_and_not_shown() -> None:
    one = transition(12881)
    found = one.ordered()
    assert leading_to(one.desired, one.live, found) == found
    cut = replace(found, changes=found.changes[:-1], after=found.after[:-1])
    with pytest.raises(BugError, match="would stay behind"):
        leading_to(one.desired, one.live, cut)
