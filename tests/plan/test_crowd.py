"""What places hold at the worst moment of a plan, whatever order its steps are in."""

from types import SimpleNamespace
from typing import Any, cast

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ou
from govkit.model.change import Change
from govkit.model.plan import Plan, Step
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.guards._crowd import Moment, emptiest, fullest

UNIT = ou("/A")
PLACE = (UNIT, "scp")


def _at(name: str) -> Attachment:
    return Attachment(policy("scp", name), UNIT)


def _plan(*changes: Change[Any]) -> Plan:
    live: list[Resource] = [EnabledPolicyType("scp"), _at("a"), _at("b")]
    steps = tuple(
        Step(f"s{number}", change, "", "", "", ()) for number, change in enumerate(changes, 1)
    )
    return cast(Plan, SimpleNamespace(live=State(live), steps=steps))


def test_the_most_is_counted_on_the_way_where_the_end_has_less() -> None:
    plan = _plan(Change(None, _at("c")), Change(_at("a"), None), Change(_at("b"), None))
    assert fullest(plan) == {PLACE: Moment(3, "s1")}
    assert emptiest(plan) == {PLACE: Moment(1, "s3", to_stay=True)}
    assert fullest(plan)[PLACE].when == " after step s1"


def test_the_least_is_counted_on_the_way_where_the_end_has_more() -> None:
    plan = _plan(Change(_at("a"), None), Change(_at("b"), None), Change(None, _at("c")))
    assert emptiest(plan) == {PLACE: Moment(0, "s2")}
    assert fullest(plan) == {PLACE: Moment(1, "s3", to_stay=True)}
    assert fullest(plan)[PLACE].when == ""
