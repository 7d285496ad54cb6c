"""Pins: a tag of the policy that says off which target, until when, by whom and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govkit.kinds.pin import KIND, LONGEST, PREFIX, Pin, pinned, pins
from govkit.kinds.policy import Policy
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.change import Change
from govkit.model.resource import Found
from govkit.model.state import State
from govkit.model.wanted import Guardrail
from govkit.policies.document import of

DENY = Address("policy", "scp/deny")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=4)
PIN = pinned(DENY, ou("Workloads"), "ou-exam-workload", until=UNTIL, who="jane", reason="INC-7")
TAG = {"Key": f"{PREFIX}ou-exam-workload", "Value": "2026-11-24T07:00:00Z jane INC-7"}


def test_a_pin_is_one_tag_of_its_policy(calls: Any, ids: Any) -> None:
    ids.learn(DENY, "p-12345678")
    made = calls(KIND, Change(None, PIN), ids)
    assert made == [("TagResource", {"ResourceId": "p-12345678", "Tags": [TAG]})]
    gone = calls(KIND, Change(PIN, None), ids)
    assert gone == [("UntagResource", {"ResourceId": "p-12345678", "TagKeys": [TAG["Key"]]})]
    assert [KIND.verb(Change(None, PIN)), KIND.verb(Change(PIN, None))] == ["pin", "unpin"]


def test_a_pin_is_seen_as_it_was_written(api: Any, ids: Any) -> None:
    door = api({"ListTagsForResource": {"Tags": [TAG, {"Key": "owner", "Value": "jane"}]}})
    assert KIND.glance(PIN, door, ids) is None
    ids.learn(DENY, "p-12345678")
    assert KIND.glance(PIN, door, ids) == Found(PIN)


def test_every_sort_of_target_is_recognised(look: Any, ids: Any) -> None:
    policy = Policy(DENY, "scp", "deny", of({}))
    full = Address("policy", "scp/FullAWSAccess")
    own = Policy(full, "scp", "FullAWSAccess", of({}), aws_managed=True)
    held = ["r-exam", "ou-exam-workload", "555555555555", "ou-exam-gone"]
    tags = [{"Key": PREFIX + one, "Value": TAG["Value"]} for one in held]
    found = {
        "ou": [Found(_Unit(), "ou-exam-workload")],
        "policy": [Found(policy, "p-12345678"), Found(own, "p-FullAWSAccess")],
    }
    seen = [one.resource for one in KIND.read(look({"ListTagsForResource": {"Tags": tags}}, found))]
    assert [one.target for one in seen] == [
        ROOT,
        ou("Workloads"),
        account("555555555555"),
        Address("ou", "ou-exam-gone"),
    ]
    assert [one.held for one in seen] == held


class _Unit:
    address = ou("Workloads")


@given(who=some.text(max_size=400), reason=some.text(max_size=400))
def test_whatever_is_said_fits_a_tag_and_comes_back(who: str, reason: str) -> None:
    pin = pinned(DENY, ROOT, "r-exam", until=UNTIL, who=who, reason=reason)
    (call,) = KIND.lower(Change(None, pin), _ids())
    (tag,) = call.params["Tags"]
    assert len(tag["Value"]) <= 256
    assert all(one.isalnum() or one in " _.:/=+-@" for one in tag["Value"])
    door: Any = _Tags([tag])
    assert KIND.glance(pin, door, _ids()) == Found(pin)


def _ids() -> Any:
    from govkit.model.call import Ids

    return Ids({DENY: "p-12345678"})


class _Tags:
    def __init__(self, tags: list[dict[str, str]]) -> None:
        self.tags = tags

    def items(self, *_: Any) -> Any:
        return iter(self.tags)


@pytest.mark.parametrize(
    ("until", "holds"),
    [
        ("2026-11-24T07:00:00Z", True),
        ("2026-11-25T03:00:00Z", True),
        ("2026-11-24T03:00:00Z", False),
        ("2026-11-25T03:00:01Z", False),
        ("forever", False),
        ("", False),
    ],
)
def test_a_pin_holds_until_its_end_and_never_for_longer_than_a_day(
    until: str, *, holds: bool
) -> None:
    """A tag that says more was not written by govkit: nothing hides behind it."""
    pin = Pin(DENY, ROOT, "r-exam", until)
    assert pin.holds(NOW) is holds
    assert pins(State([pin]), NOW) == ((pin,) if holds else ())
    assert timedelta(hours=24) == LONGEST


def test_a_layout_cares_for_the_pins_of_its_guardrails_and_wants_them_as_they_are(
    wanting: Any,
) -> None:
    named = wanting(guardrails={"deny": Guardrail("deny", "scp")})
    assert KIND.cares(PIN, named)
    assert not KIND.cares(PIN, wanting())
    assert not KIND.cares(Policy(DENY, "scp", "deny", of({})), named)
    assert KIND.meet(None, PIN) == (PIN, PIN)
    assert PIN.needs == (DENY,)
    assert str(PIN.address) == "pin:scp/deny@ou:/Workloads"
