"""Promises 1 and 2 on the way, by an independent reading, for random organizations."""

from random import Random

from transitions import Transition, crowd, transition, violations

from govkit.kinds.policy import Policy

IN_CI, AT_NIGHT = 500, 20_000


def _check(one: Transition) -> set[str]:
    """Check a plan in every state; return the laws that it says it could not keep."""
    ordered = one.ordered()
    told = {
        (lapse.law, index, account)
        for lapse in ordered.lapses
        for account in lapse.accounts
        for index in range(lapse.begins, lapse.ends)
    }
    for found in violations(one, ordered.changes):
        assert (found.law, found.index, found.account) in told, found
    for state in one.states(ordered.changes):
        assert max(crowd(state).values()) <= one.most
        assert len({p.name for p in state.all(Policy)}) == len(list(state.all(Policy)))
    assert one.live.after(ordered.changes) == one.desired
    assert one.ordered() == ordered
    return {lapse.law for lapse in ordered.lapses}


def _many(count: int, start: int) -> dict[str, int]:
    lapsed = {"gap": 0, "outage": 0, "helped": 0}
    for seed in range(start, start + count):
        one = transition(Random(seed))
        for law in _check(one):
            lapsed[law] += 1
        lapsed["helped"] += bool(one.ordered().temporary)
    return lapsed


def test_no_state_on_the_way_breaks_a_law_that_the_plan_does_not_tell() -> None:
    print(_many(IN_CI, 0))
