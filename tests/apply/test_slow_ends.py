"""Waiting for what AWS does in its own time: often at first, then ever less often where it may take hours."""

from typing import Any

import pytest

from govkit.apply.patience import Patience
from govkit.apply.sight import Sight
from govkit.apply.underway import Underway
from govkit.errors import AnswerLost
from govkit.kinds._stack_instances import finished
from govkit.kinds.trusted_access import KIND, TrustedAccess
from govkit.model.call import ApiCall, Ids
from govkit.model.change import Change
from govkit.model.kind import Follow
from govkit.model.plan import Step


class Api:
    """Says that it goes on, until it was asked often enough."""

    def __init__(self, until: int) -> None:
        self.left = until

    def call(self, call: ApiCall) -> dict[str, Any]:
        self.left -= 1
        return {"StackSetOperation": {"Status": "SUCCEEDED" if self.left < 0 else "RUNNING"}}


def waited(follow: Follow | None, until: int, looks: int) -> list[float]:
    assert follow is not None
    pauses: list[float] = []
    patience = Patience(sleep=pauses.append, interval=2.0, looks=looks)
    api: Any = Api(until)  # a fake
    ids = Ids()
    sight = Sight({TrustedAccess: KIND}, api, ids, patience, lambda resource, _: resource)
    access = TrustedAccess("x.amazonaws.com")
    step = Step("s1", Change(None, access), "enable", "", "management", ())
    list(Underway(api, ids, patience, sight).followed(step, follow))
    return pauses


def test_looks_at_a_stack_set_come_ever_less_often() -> None:
    follow = finished("s", "eu-west-1", {"OperationId": "1"})
    assert waited(follow, 8, 10) == [2, 4, 8, 16, 32, 64, 64, 64]


def test_others_are_looked_at_at_the_usual_pause() -> None:
    call = ApiCall("x", "DescribeThing")
    follow = Follow(call, lambda answer: None if "RUNNING" in str(answer) else answer)
    assert waited(follow, 3, 10) == [2, 2, 2]


def test_patience_ends() -> None:
    with pytest.raises(AnswerLost):
        waited(finished("s", "eu-west-1", {"OperationId": "1"}), 99, 3)


def test_a_patience_without_end_is_no_crash() -> None:
    patience = Patience(sleep=lambda _: None)
    assert patience.lasting(10).looks == 5
    assert patience.lasting(float("inf")).looks > 10_000_000
