"""Before the first write one look tells whether all steps find what they rely on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from govkit.apply.patience import Patience
from govkit.apply.sight import BEHIND_LOOKS, Sight
from govkit.apply.still import require_still_so
from govkit.errors import AccessDenied, AwsError, CredentialsMissing, Exit, StalePlan
from govkit.kinds.trusted_access import KIND, TrustedAccess
from govkit.model.call import ApiCall, Ids, Response
from govkit.model.change import Change
from govkit.model.plan import Premise, Step

A, B, C = (TrustedAccess(f"{name}.amazonaws.com") for name in ("config", "ram", "sso"))


@dataclass
class Shown:
    """What AWS shows, look by look; the last one stays."""

    looks: list[set[TrustedAccess]]
    asked: int = 0
    waited: list[float] = field(default_factory=list)
    refused: AwsError | None = None

    def call(self, call: ApiCall) -> Response:
        raise AssertionError(call)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        if self.refused is not None:
            raise self.refused
        shown = self.looks[min(self.asked, len(self.looks) - 1)]
        self.asked += 1
        return iter([{"ServicePrincipal": one.service} for one in shown])

    def checked(self, *steps: Step, wrote: tuple[Step, ...] = ()) -> None:
        patience = Patience(sleep=self.waited.append, interval=1.0)
        sight = Sight({TrustedAccess: KIND}, self, Ids(), patience, lambda one, _: one)
        for one in wrote:
            sight.wrote(one)
        require_still_so(steps, sight)


def step(before: Any, after: Any, *relies: TrustedAccess) -> Step:
    premises = tuple(Premise(one, ("service",)) for one in relies)
    return Step("s1", Change(before, after), "switch", "", "management", (), relies=premises)


def test_all_is_looked_at_by_one_read() -> None:
    shown = Shown([{B}])
    shown.checked(step(None, A, B), step(B, None), step(None, C))
    assert (shown.asked, shown.waited) == (1, [])


def test_what_somebody_did_as_planned_is_no_hindrance() -> None:
    Shown([{A}]).checked(step(None, A), step(B, None))


def test_everything_that_changed_is_told() -> None:
    with pytest.raises(StalePlan) as caught:
        Shown([set()]).checked(step(None, A, B), step(None, C, B))
    assert caught.value.exit == Exit.STALE
    assert caught.value.detail.count("relies on trusted_access:ram.amazonaws.com") == 2
    assert "Nothing was written" in caught.value.hint


def test_what_an_earlier_step_changes_is_not_looked_for_yet() -> None:
    """The second step relies on what the first makes, the third takes it away again."""
    Shown([set()]).checked(step(None, A), step(None, B, A), step(A, None))


def test_what_lags_behind_a_write_of_ours_is_waited_for() -> None:
    shown = Shown([set(), set(), {B}])
    shown.checked(step(None, A, B), wrote=(step(None, B),))
    assert shown.waited == [1.0, 1.0]


def test_what_stays_behind_is_stale_in_the_end() -> None:
    shown = Shown([set()])
    with pytest.raises(StalePlan):
        shown.checked(step(None, A, B), wrote=(step(None, B),))
    assert shown.asked == BEHIND_LOOKS


DENIED = AccessDenied("Not allowed")


@pytest.mark.parametrize(
    ("authority", "error", "stops"),
    [
        ("member", DENIED, False),
        ("management", DENIED, True),
        ("member", CredentialsMissing("No AWS credentials"), True),
    ],
)
def test_an_account_that_lets_nobody_in_hinders_no_other(
    authority: str, error: AwsError, *, stops: bool
) -> None:
    """Its own step says so when its turn comes, and the others are done."""
    shown = Shown([set()], refused=error)
    one = replace(step(None, A), authority=authority)
    if stops:
        with pytest.raises(type(error)):
            shown.checked(one)
    else:
        shown.checked(one)


def test_where_one_account_lets_nobody_in_the_others_are_looked_at() -> None:
    @dataclass
    class Denying(Shown):
        def items(self, key: str, call: ApiCall) -> Iterator[Any]:
            if self.asked == 0:
                self.asked += 1
                raise DENIED
            return Shown.items(self, key, call)

    member = replace(step(None, A), authority="member")
    with pytest.raises(StalePlan, match="The plan is stale"):
        Denying([set()]).checked(member, step(C, None, B))
