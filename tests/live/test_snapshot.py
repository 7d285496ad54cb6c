"""A snapshot comes back as it was, and says clearly when it cannot."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govkit.errors import GovkitError
from govkit.kinds._documents import parsed
from govkit.kinds.policy import Policy, policy
from govkit.kinds.root import Root
from govkit.kinds.tags import Tags
from govkit.live.discover import Live, discover
from govkit.live.snapshot import resource_from, resource_json, restored, saved
from govkit.model.address import ROOT, ou
from govkit.model.call import Ids, Interest
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.policies.canonical import Grammar
from govkit.sandbox.making import Story

DAY = date(2026, 11, 23)


@pytest.fixture
def live(standing: Callable[..., Any], kinds: Any) -> Live:
    found = discover(standing(Story.DEMO)[0], kinds, Interest())
    tags = Tags(ou("Workloads"), (("a", "1"), ("b", "2")))
    return replace(
        found,
        state=State([*found.state, tags]),
        incomplete=("tags: Not allowed",),
        unseen=frozenset({"tags"}),
    )


def test_a_snapshot_comes_back_as_it_was(live: Live, kinds: Any) -> None:
    back = restored(json.dumps(saved(live, kinds, DAY)), kinds)
    assert back.live.state == live.state
    root = live.state.get(ROOT)
    assert isinstance(root, Root)
    assert (back.organization, back.as_of) == (root.organization, DAY)
    assert (back.live.incomplete, back.live.unseen) == (live.incomplete, live.unseen)
    assert {one: back.live.ids[one] for one in back.live.ids} == {
        one: live.ids[one] for one in live.ids
    }
    layouts = {one.address: getattr(one, "layout", None) for one in live.state}
    assert {one.address: getattr(one, "layout", None) for one in back.live.state} == layouts


def test_the_same_state_gives_the_same_bytes(live: Live, kinds: Any) -> None:
    other = replace(live, state=State(reversed(list(live.state))))
    assert json.dumps(saved(live, kinds, DAY)) == json.dumps(saved(other, kinds, DAY))


def test_documents_that_nobody_could_parse_come_back_too(kinds: Any) -> None:
    odd = Policy(policy("scp", "p-1"), "scp", "odd", parsed("not json", Grammar.IAM))
    text = json.dumps(saved(Live(State([odd]), Ids()), kinds, DAY))
    assert restored(text, kinds).live.state == State([odd])


def test_a_resource_that_cannot_be_written_is_an_error(kinds: Any) -> None:
    bad: Resource = Root("o-exampleorgid", 1.5j)  # type: ignore[arg-type]  # what no kind should hold
    with pytest.raises(TypeError):
        saved(Live(State([bad]), Ids()), kinds, DAY)


SMALL = Live(State([Root("o-exampleorgid", "111111111111")]), Ids({ROOT: "r-exam"}))


def damaged(kinds: Any, change: Callable[[dict[str, Any]], None]) -> str:
    data: dict[str, Any] = saved(SMALL, kinds, DAY)
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "The snapshot is damaged"),
        ('{"format": "govkit snap', "The snapshot is damaged"),
        (b"\xff\xfe", "The snapshot is damaged"),
        ("[]", "Not a snapshot"),
        ('{"format_version": "1.0"}', "Not a snapshot"),
        ('{"format": "govkit snapshot", "format_version": "2.0"}', "A snapshot of another format"),
        ('{"format": "govkit snapshot", "format_version": "1.7"}', "The snapshot is damaged"),
    ],
)
def test_what_is_no_snapshot_is_said_so(kinds: Any, text: str | bytes, summary: str) -> None:
    with pytest.raises(GovkitError) as raised:
        restored(text, kinds)
    assert raised.value.summary == summary
    assert "govkit snapshot -o FILE" in raised.value.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["resources"].clear(),
        lambda data: data["resources"][0].update(kind="unheard of"),
        lambda data: data["resources"][0].pop("organization"),
        lambda data: data["resources"][0].update(organization=7),
        lambda data: data["resources"][0].update(organization=["o"]),
        lambda data: data.update(ids={"nonsense": "x"}),
        lambda data: data.update(ids=7),
        lambda data: data.update(as_of="yesterday"),
        lambda data: data.update(resources=7),
    ],
)
def test_damage_is_one_clear_error(kinds: Any, change: Any) -> None:
    with pytest.raises(GovkitError, match="The snapshot is damaged"):
        restored(damaged(kinds, change), kinds)


def test_fields_that_a_later_version_adds_have_their_defaults(kinds: Any) -> None:
    text = damaged(kinds, lambda data: data["resources"][0].pop("feature_set"))
    assert restored(text, kinds).live.state == SMALL.state


def test_one_resource_is_told_and_comes_back(kinds: Any) -> None:
    tags = Tags(ou("Workloads"), (("a", "1"), ("b", "2")))
    told = json.loads(json.dumps(resource_json(tags, kinds)))
    assert told["kind"] == "tags"
    assert resource_from(told, kinds) == tags
    assert resource_json(None, kinds) is None
    assert resource_from(None, kinds) is None
    with pytest.raises(GovkitError, match="damaged"):
        resource_from({"kind": "tags"}, kinds)
