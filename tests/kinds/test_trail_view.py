"""What members see of the organization's trail: asked of each member once, the owner left out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from govkit.kinds.account import Account
from govkit.kinds.trail import Trail
from govkit.kinds.trail_view import KIND, TrailView
from govkit.model.address import ROOT, account
from govkit.model.call import ApiCall, Ids, Interest, Place, Response
from govkit.model.resource import Found
from govkit.model.scope import Coverage

OWNER, MEMBER, BLIND = "111111111111", "222222222222", "333333333333"
TRAIL = Trail(account(OWNER), "eu-west-1", "org-trail", "acme-trail")

INTEREST = Interest(coverage=Coverage(("eu-west-1",)))


@dataclass
class Seen:
    """A look at three accounts, one of which does not see the trail."""

    asked: list[str | None] = field(default_factory=list)
    walk: bool = False
    interest: Interest = INTEREST

    def call(self, call: ApiCall) -> Response:
        self.asked.append(call.place.account)
        blind = call.place.account == BLIND
        shown = {"Name": "org-trail", "IsOrganizationTrail": True}
        return {"trailList": [] if blind else [shown]}

    def items(self, key: str, call: ApiCall) -> Any:
        return self.call(call)[key]

    def each(self, do: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        return [do(one) for one in things]

    def found(self, kind: str) -> tuple[Any, ...]:
        if kind == "trail":
            return (Found(TRAIL),)
        return tuple(Found(Account(account(one), ROOT)) for one in (OWNER, MEMBER, BLIND))

    def missed(self, what: str) -> None:
        raise AssertionError(what)

    def unreached(self, place: Place, why: str) -> None:
        raise AssertionError(f"{place}: {why}")


def views(look: Seen) -> Iterator[TrailView]:
    yield from (one.resource for one in KIND.read(look))


def test_a_member_that_does_not_see_the_trail_is_told_apart() -> None:
    look = Seen()
    assert list(views(look)) == [
        TrailView(account(MEMBER), "eu-west-1", "org-trail", shown=True),
        TrailView(account(BLIND), "eu-west-1", "org-trail", shown=False),
    ]
    assert look.asked == [MEMBER, BLIND]


def test_a_glance_asks_the_member_itself() -> None:
    look = Seen()
    wanted = TrailView(account("blind"), "eu-west-1", "org-trail")
    found = KIND.glance(wanted, look, Ids({account("blind"): BLIND}))
    assert found == Found(TrailView(account("blind"), "eu-west-1", "org-trail", shown=False))


def test_where_there_is_no_trail_nothing_is_said_of_its_views() -> None:
    wanted = TrailView(account("payments"), "eu-west-1", "org-trail")
    assert KIND.meet(wanted, None) == (None, None)
