"""The look: asks once, side by side, and cannot come to a standstill."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from govkit.errors import AccessDenied, AwsError, BugError
from govkit.live.discover import discover
from govkit.live.look import Sight, StoppedError
from govkit.model.address import Address
from govkit.model.call import ApiCall, Ids, Interest, Look, Place, Response, organizations
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Found


class Counting:
    def __init__(self, answer: Callable[[ApiCall], Any] = lambda call: {"Items": [1, 2]}) -> None:
        self.asked: Counter[str] = Counter()
        self._answer = answer

    def call(self, call: ApiCall) -> Response:
        self.asked[f"{call.operation}{dict(call.params)}{call.place.account or ''}"] += 1
        answer: Response = self._answer(call)
        return answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        yield from self.call(call)[key]


@pytest.fixture
def sight() -> Iterator[tuple[Sight, Counting]]:
    api = Counting()
    made = Sight(api, Interest(), {}, workers=2, walk=False)
    yield made, api
    made.close()


def test_an_answer_is_fetched_once(sight: tuple[Sight, Counting]) -> None:
    look, api = sight
    call = organizations("ListPolicies", Filter="SERVICE_CONTROL_POLICY")
    assert look.items("Items", call) == look.items("Items", call) == (1, 2)
    assert look.call(call) == look.call(call)
    look.call(organizations("ListPolicies", Filter="TAG_POLICY"))
    look.call(ApiCall("organizations", "ListPolicies", dict(call.params), Place("222222222222")))
    assert sorted(api.asked.values()) == [1, 1, 2]


def test_many_threads_fetch_an_answer_once(sight: tuple[Sight, Counting]) -> None:
    look, api = sight
    found = look.each(lambda _: look.call(organizations("ListRoots")), range(50))
    assert found == [{"Items": [1, 2]}] * 50
    assert sum(api.asked.values()) == 1


def test_answers_come_in_the_order_of_the_things(sight: tuple[Sight, Counting]) -> None:
    assert sight[0].each(lambda number: number * 2, range(100)) == [n * 2 for n in range(100)]
    assert sight[0].each(lambda number: number, []) == []


def test_nesting_deeper_than_there_are_threads_comes_to_an_end(
    sight: tuple[Sight, Counting],
) -> None:
    look, _ = sight

    def below(depth: int) -> int:
        return 1 if depth == 0 else sum(look.each(below, [depth - 1] * 3))

    assert below(6) == 3**6


def test_work_is_done_side_by_side() -> None:
    meeting = threading.Barrier(4, timeout=5)
    look = Sight(Counting(), Interest(), {}, workers=3, walk=False)
    assert look.each(lambda _: meeting.wait() >= 0, range(4)) == [True] * 4
    look.close()


def test_the_first_failure_ends_the_rest(sight: tuple[Sight, Counting]) -> None:
    look, _ = sight
    done: list[int] = []

    def do(number: int) -> None:
        if number == 0:
            raise AwsError("AWS said no")
        done.append(number)

    with pytest.raises(AwsError):
        look.each(do, range(10_000))
    assert len(done) < 10_000


def test_after_the_end_nobody_asks_any_more(sight: tuple[Sight, Counting]) -> None:
    look, api = sight
    look.close()
    with pytest.raises(StoppedError):
        look.call(organizations("ListRoots"))
    with pytest.raises(StoppedError):
        look.each(lambda number: number, range(3))
    with pytest.raises(StoppedError):
        look.each(lambda number: number, range(1))
    assert not api.asked


def test_a_chain_of_pages_stops_with_the_reading() -> None:
    class Endless(Counting):
        def items(self, key: str, call: ApiCall) -> Iterator[Any]:
            yield 1
            look.stopped.set()
            yield 2

    look = Sight(Endless(), Interest(), {}, workers=1, walk=False)
    with pytest.raises(StoppedError):
        look.items("Items", organizations("ListAccounts"))
    look.close()


class Thing:
    """A resource that only stands somewhere."""

    needs = ()

    def __init__(self, kind: str) -> None:
        self.address = Address(kind, "it")


def kind(name: str, read: Callable[[Look], Any]) -> Kind[Any]:
    def lower(change: Change[Any], ids: Ids) -> list[ApiCall]:
        return []

    return Kind(
        name=name, noun=name, resource=Thing, read=read, glance=lambda *_: None, lower=lower
    )


def found(name: str) -> list[Found[Any]]:
    return [Found(Thing(name), f"{name}-1")]


def test_a_kind_waits_for_what_another_found() -> None:
    seen: list[Any] = []

    def second(look: Look) -> list[Found[Any]]:
        seen.extend(look.found("a"))
        assert not look.walk
        assert look.interest == Interest()
        look.missed("half of it")
        return found("b")

    live = discover(Counting(), [kind("b", second), kind("a", lambda _: found("a"))], Interest())
    assert [one.id for one in seen] == ["a-1"]
    assert live.incomplete == ("b: half of it",)
    assert live.ids[Address("b", "it")] == "b-1"


def test_kinds_that_wait_for_each_other_are_a_bug_and_no_standstill() -> None:
    circle = [kind("a", lambda look: look.found("b")), kind("b", lambda look: look.found("a"))]
    with pytest.raises(BugError):
        discover(Counting(), circle, Interest())


def test_waiting_for_a_kind_that_nobody_reads_is_a_bug() -> None:
    with pytest.raises(BugError):
        discover(Counting(), [kind("a", lambda look: look.found("z"))], Interest())


def refusing(error: Exception) -> Callable[[Look], Any]:
    def read(look: Look) -> Any:
        raise error

    return read


def test_what_is_denied_is_incomplete_and_not_nothing() -> None:
    denied = AccessDenied("Not allowed: organizations:DescribeResourcePolicy", "Because.")
    offered = AwsError("AWS said no", code="NotImplemented")
    live = discover(
        Counting(),
        [
            kind("resource_policy", refusing(denied)),
            kind("trusted_access", refusing(offered)),
            kind("root", lambda _: found("root")),
        ],
        Interest(),
    )
    assert live.unseen == {"resource_policy", "trusted_access"}
    assert live.incomplete[0] == (
        "resource_policy: Not allowed: organizations:DescribeResourcePolicy Because."
    )
    assert len(live.state) == 1


def test_without_the_tree_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(AccessDenied):
        discover(Counting(), [kind("ou", refusing(AccessDenied("Not allowed")))], Interest())


def test_other_errors_stop_the_reading() -> None:
    with pytest.raises(AwsError):
        discover(Counting(), [kind("tags", refusing(AwsError("AWS said no")))], Interest())


def test_no_kinds_find_nothing() -> None:
    assert len(discover(Counting(), [], Interest()).state) == 0
