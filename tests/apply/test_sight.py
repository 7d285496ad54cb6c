"""Lag is told from staleness: what shows the state before our own write is waited for, not for ever."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from govkit.apply.events import Waiting
from govkit.apply.execute import Crossing
from govkit.apply.lately import Lately
from govkit.apply.patience import Patience
from govkit.apply.sight import BEHIND_LOOKS, Sight, Standing
from govkit.errors import StalePlan
from govkit.kinds.account import KIND as ACCOUNTS
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.trusted_access import KIND, TrustedAccess
from govkit.model.address import ROOT, account, ou
from govkit.model.call import ApiCall, Ids, Response
from govkit.model.change import Change
from govkit.model.plan import Premise, Step

ON = TrustedAccess("config.amazonaws.com")
OTHER = TrustedAccess("ram.amazonaws.com")


@dataclass
class Shown:
    """What AWS shows, look by look; the last one stays."""

    looks: list[set[TrustedAccess]]
    asked: int = 0
    waited: list[float] = field(default_factory=list)

    def call(self, call: ApiCall) -> Response:
        raise AssertionError(call)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        shown = self.looks[min(self.asked, len(self.looks) - 1)]
        self.asked += 1
        return iter([{"ServicePrincipal": one.service} for one in shown])


def step(before: Any, after: Any, *relies: TrustedAccess) -> Step:
    premises = tuple(Premise(one, ("service",)) for one in relies)
    return Step("s1", Change(before, after), "enable", "", "management", (), relies=premises)


def sight(shown: Shown, *done: Step) -> Sight:
    patience = Patience(sleep=shown.waited.append, interval=1.0)
    found = Sight({TrustedAccess: KIND}, shown, Ids(), patience, lambda one, _: one)
    for one in done:
        found.wrote(one)
    return found


def looked(sight_: Sight, one: Step) -> tuple[Standing, int]:
    """Return how it ended, and how often it was waited."""
    events = sight_.before_call(one)
    waits = 0
    while True:
        try:
            assert isinstance(next(events), Waiting)
        except StopIteration as ended:
            return ended.value[0], waits
        waits += 1


def test_a_thing_as_planned_is_gone_on_with_and_one_as_it_shall_be_is_done() -> None:
    assert looked(sight(Shown([set()])), step(None, ON)) == (Standing.AS_PLANNED, 0)
    assert looked(sight(Shown([{ON}])), step(None, ON)) == (Standing.DONE, 0)


def test_what_one_look_asks_twice_is_asked_once() -> None:
    shown = Shown([{OTHER}])
    assert looked(sight(shown), step(None, ON, OTHER))[0] is Standing.AS_PLANNED
    assert shown.asked == 1


def test_a_premise_that_lags_behind_our_own_write_is_waited_for() -> None:
    shown = Shown([set(), set(), {OTHER}])
    ours = step(None, OTHER)
    assert looked(sight(shown, ours), step(None, ON, OTHER)) == (Standing.AS_PLANNED, 2)
    assert shown.waited == [1.0, 1.0]


def test_a_premise_that_nobody_here_wrote_is_not_waited_for() -> None:
    shown = Shown([set(), {OTHER}])
    with pytest.raises(StalePlan) as caught:
        looked(sight(shown), step(None, ON, OTHER))
    assert "relies on trusted_access:ram.amazonaws.com" in caught.value.detail
    assert "found nothing there" in caught.value.detail
    assert shown.asked == 1


def test_what_stays_behind_is_somebody_elses_change() -> None:
    shown = Shown([set()])
    with pytest.raises(StalePlan):
        looked(sight(shown, step(None, OTHER)), step(None, ON, OTHER))
    assert shown.asked == BEHIND_LOOKS


def test_our_own_temporary_thing_is_not_taken_for_gone_before_it_is_seen() -> None:
    """Put there and taken away by one run: a read that lags shows it gone already."""
    shown = Shown([set(), set(), {ON}])
    assert looked(sight(shown, step(None, ON)), step(ON, None)) == (Standing.AS_PLANNED, 2)


def test_a_temporary_thing_that_somebody_took_away_is_done_in_the_end() -> None:
    shown = Shown([set()])
    found = looked(sight(shown, step(None, ON)), step(ON, None))
    assert found == (Standing.DONE, BEHIND_LOOKS - 1)


@dataclass
class Described:
    """One account, as AWS describes it."""

    account: dict[str, Any]

    def call(self, call: ApiCall) -> Response:
        return {"Account": self.account}

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        return iter([{"Id": self.account["parent"]}])


@pytest.mark.parametrize(
    ("parent", "name", "standing"),
    [
        ("ou-a", "as planned", Standing.AS_PLANNED),
        ("ou-a", "renamed by somebody", Standing.AS_PLANNED),
        ("ou-b", "renamed by somebody", Standing.DONE),
        ("ou-c", "as planned", Standing.OTHERWISE),
    ],
)
def test_a_move_relies_on_where_the_account_is_and_on_nothing_else_of_it(
    parent: str, name: str, standing: Standing
) -> None:
    told = {"Id": "444444444444", "Name": name, "Email": "a@example.com", "parent": parent}
    address = account("a")
    ids = Ids({address: told["Id"], ou("/A"): "ou-a", ou("/B"): "ou-b", ROOT: "r-x"})
    patience = Patience(sleep=lambda _: None)
    found = Sight({Account: ACCOUNTS}, Described(told), ids, patience, lambda one, _: one)
    before, after = (
        Account(address, ou(place), "as planned", "a@example.com") for place in ("/A", "/B")
    )
    move = Step("s1", Change(before, after), "move", "", "management", ())
    assert found.standing(move, found.look(after)) is standing


def test_a_precondition_is_what_the_step_relies_on_and_nothing_else() -> None:
    before, after = (Account(account("a"), ou(place), "a", "a@example.com") for place in ("A", "B"))
    move = Step("s1", Change(before, after), "move", "", "management", ())
    assert move.precondition() == {
        "address": "account:a",
        "is": {"parent": str(ou("A"))},
        "relies": [],
    }
    guard = Attachment(ou("/p"), ou("/B"))
    relying = Step(
        "s1",
        Change(before, after),
        "move",
        "",
        "management",
        (),
        relies=(Premise(guard, ("target",)),),
    )
    assert relying.precondition()["relies"] == [
        {"address": str(guard.address), "is": {"target": str(ou("/B"))}}
    ]


def test_what_an_earlier_run_wrote_lately_is_waited_for_and_not_taken_for_stale() -> None:
    """It was killed right after the write, and this one reads before the write is to be seen."""
    shown = Shown([set(), set(), {OTHER}])
    patience = Patience(sleep=shown.waited.append, interval=1.0)
    lately = [Lately(OTHER.address, "enable", None)]
    crossing = Crossing(
        kinds={TrustedAccess: KIND}, api=shown, ids=Ids(), patience=patience, lately=lately
    )
    looking = crossing.sight.before_call(step(None, ON, OTHER))
    assert [type(event) for event in looking] == [Waiting, Waiting]
