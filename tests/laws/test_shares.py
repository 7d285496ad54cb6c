"""A plan that several roles carry out by turns keeps the laws of the whole, by an independent reading."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle

import pytest
from transitions import Transition, crowd, draws, transition, violations

from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.model.change import Change
from govkit.model.plan import Step
from govkit.model.resource import Resource
from govkit.plan.order import Ordered
from govkit.plan.share import shared

Whose = Callable[[Change[Resource]], str]
IN_CI, AT_NIGHT = 60, 20_000
AUTHORITIES = ("delegated", "management")


def _by_kind(change: Change[Resource]) -> str:
    return "management" if isinstance(change.subject, Account | OrganizationalUnit) else "delegated"


def _steps(ordered: Ordered, whose: Whose) -> list[Step]:
    return [
        Step(
            f"s{position}",
            change,
            change.action.value,
            "",
            whose(change),
            (),
            tuple(f"s{other}" for other in {*ordered.after[position], *ordered.tied[position]}),
        )
        for position, change in enumerate(ordered.changes)
    ]


def _turns(one: Transition, first: str, whose: Whose) -> Iterator[Sequence[Step]]:
    """Yield the shares of both roles by turns, each of a plan made anew, as `apply` does it."""
    others = [other for other in AUTHORITIES if other != first]
    here, idle = one.live, 0
    for authority in cycle([first, *others]):
        ordered = Transition(here, one.desired, one.most).ordered()
        if not ordered.changes or idle == len(AUTHORITIES):
            return
        share = shared(here, _steps(ordered, whose), authority)
        here = here.after([step.change for step in share.steps])
        idle = 0 if share.steps else idle + 1
        yield share.steps


@pytest.mark.parametrize("first", AUTHORITIES)
def test_shares_by_turns_open_no_gap_and_get_there(first: str) -> None:
    """Each role does what it may of a plan made anew, until nothing is left."""
    turned = 0
    for seed in range(IN_CI // 2):
        one = transition(seed)
        if one.ordered().lapses:
            continue
        shares = list(_turns(one, first, _by_kind))
        changes = [step.change for share in shares for step in share]
        assert list(violations(one, changes)) == [], seed
        for state in one.states(changes):
            assert max(crowd(state).values()) <= one.most, seed
        assert one.live.after(changes) == one.desired, seed
        turned += sum(map(bool, shares)) > 1
    assert turned >= IN_CI // 8


def _choices(seeds: Iterable[int], *, tied: bool) -> Iterator[tuple[int, bool]]:
    """Choose steps that wait for what they need; yield the seed, and whether each keeps the laws."""
    for seed in seeds:
        one = transition(seed)
        ordered = one.ordered()
        for attempt in range(0 if ordered.lapses else 2):
            random = draws(2 * seed + attempt)
            left: set[int] = set()
            for position, waits in enumerate(ordered.after):
                ties = ordered.tied[position] if tied else ()
                if not left.isdisjoint([*waits, *ties]) or random.random() < 0.2:
                    left.add(position)
            some = [one for place, one in enumerate(ordered.changes) if place not in left]
            if left and some:
                yield seed, not any(violations(one, some))


def test_whoever_does_which_steps_what_needs_none_of_the_others_is_safe() -> None:
    """The ties alone, without a look at the states."""
    found = list(_choices(range(IN_CI), tied=True))
    assert len(found) >= IN_CI
    assert _unsafe(found) == []


# In each of them, a new account entered its OU without what was to guard it there.
@pytest.mark.parametrize("seed", [434, 3739])
def test_a_share_that_once_was_not_safe_is(seed: int) -> None:
    found = list(_choices([seed], tied=True))
    assert found
    assert _unsafe(found) == []


def _unsafe(found: Iterable[tuple[int, bool]]) -> list[int]:
    return [seed for seed, safe in found if not safe]


def test_without_ties_that_is_not_so() -> None:
    assert _unsafe(_choices(range(IN_CI), tied=False))


def test_a_share_opens_no_lapse_that_another_role_would_have_to_end() -> None:
    """A full target cannot but be empty for a moment: that moment must not last until somebody comes."""
    one = transition(326)
    ordered = one.ordered()
    (lapse,) = ordered.lapses
    opens, ends = ordered.changes[lapse.begins], ordered.changes[lapse.ends]
    share = shared(
        one.live,
        _steps(ordered, lambda change: "management" if change == ends else "delegated"),
        "delegated",
    )
    left = [step.change for step in share.left]
    assert left[0] == opens
    assert ends in left
    assert share.steps
    assert share.turn is None
    whole = shared(one.live, _steps(ordered, lambda _: "delegated"), "delegated")
    assert (len(whole.steps), whole.left) == (len(ordered.changes), ())


@pytest.mark.nightly
def test_shares_are_safe_all_night() -> None:
    assert _unsafe(_choices(range(AT_NIGHT), tied=True)) == []
