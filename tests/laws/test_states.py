"""Laws of the pure core: states, differences, order."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.diff import diff
from govkit.plan.order import Ordered, order
from govkit.plan.proof import Lapse, lapses
from govkit.plan.room import Room, ancestors
from govkit.policies.document import parse, statements

NAMES = ("A", "B", "C")
PATHS = [f"/{a}" for a in NAMES] + [f"/{a}/{b}" for a in NAMES for b in NAMES]
POLICIES = tuple(policy("scp", name) for name in ("p1", "p2", "p3"))
LIMIT = 2


def _document(number: int) -> Policy:
    text = f'{{"Statement":[{{"Effect":"Deny","Action":"s3:A{number}","Resource":"*"}}]}}'
    return Policy(POLICIES[0], "scp", "x", parse(text))


@st.composite
def states(draw: st.DrawFn) -> State:
    """Draw a state in which everything has what it needs."""
    resources: list[Resource] = []
    units: list[Address] = [ROOT]
    for path in PATHS:
        parent = ou(path.rpartition("/")[0])
        if parent in units and draw(st.booleans()):
            name = draw(st.sampled_from((path[-1], path[-1] + "'")))
            resources.append(OrganizationalUnit(ou(path), name, parent))
            units.append(ou(path))
    for number in range(3):
        home = draw(st.sampled_from(units))
        resources.append(Account(account(f"a{number}"), home, f"n{number}", f"e{number}@x.io"))
    held: dict[Address, int] = {}
    for index, address in enumerate(POLICIES):
        if not draw(st.booleans()):
            continue
        name = draw(st.sampled_from((f"n{index}", f"n{(index + 1) % 3}'")))
        resources.append(Policy(address, "scp", name, _document(draw(st.integers(0, 1))).document))
        for target in draw(st.lists(st.sampled_from(units), unique=True, max_size=3)):
            if held.get(target, 0) < LIMIT:
                held[target] = held.get(target, 0) + 1
                resources.append(Attachment(address, target))
    return State(resources)


def _split(change: Change[Resource]) -> tuple[Change[Resource], ...]:
    return (change,)


def _ordered(before: State, after: State) -> Ordered:
    return order(diff(after, before), _split, Room(before, lambda _: LIMIT))


@given(states())
def test_a_state_differs_not_from_itself(state: State) -> None:
    assert diff(state, state) == ()
    assert state == State(state)


@given(states(), states())
def test_the_difference_leads_from_live_to_desired(live: State, desired: State) -> None:
    assert live.after(diff(desired, live)) == desired


@given(states(), states())
def test_the_way_back_undoes_the_way_there(live: State, desired: State) -> None:
    changes = diff(desired, live)
    assert live.after(changes).after(change.back() for change in reversed(changes)) == live


@given(states(), states())
def test_ordering_loses_and_invents_nothing(live: State, desired: State) -> None:
    changes = diff(desired, live)
    ordered = order(changes, _split, Room(live, lambda _: LIMIT))
    assert live.after(ordered.changes) == desired
    wanted = {change.address: (change.before, change.after) for change in changes}
    taken: dict[Address, list[Change[Resource]]] = {}
    for change in ordered.changes:
        taken.setdefault(change.address, []).append(change)
    for address, steps in taken.items():
        assert all(one.after == other.before for one, other in pairwise(steps))
        before, after = steps[0].before, steps[-1].after
        assert wanted.pop(address, (before, before)) == (before, after)
    assert not wanted


@given(states(), states())
def test_after_every_step_everything_that_exists_has_what_it_needs(
    live: State, desired: State
) -> None:
    here = live
    for change in _ordered(live, desired).changes:
        here = here.after([change])
        for resource in here:
            if isinstance(resource, Policy):
                continue  # its type is enabled in every one of these states
            missing = [need for need in resource.needs if need != ROOT and need not in here]
            assert not missing, (change, resource)


@given(states(), states())
def test_no_name_is_held_twice_at_any_time(live: State, desired: State) -> None:
    here = live
    for change in _ordered(live, desired).changes:
        here = here.after([change])
        held = [(unit.parent, unit.name) for unit in here.all(OrganizationalUnit)]
        assert len(held) == len(set(held)), change
        named = [one.name for one in here.all(Policy)]
        assert len(named) == len(set(named)), change


@given(states(), states())
def test_no_target_ever_holds_more_than_it_may(live: State, desired: State) -> None:
    here = live
    for change in _ordered(live, desired).changes:
        here = here.after([change])
        assert all(count <= LIMIT for count in _held(here)), change


@given(states(), states())
def test_every_step_waits_only_for_earlier_ones(live: State, desired: State) -> None:
    ordered = _ordered(live, desired)
    for position, waits in enumerate(ordered.after):
        assert all(other < position for other in waits)


@given(states(), states())
def test_no_account_loses_a_guard_that_it_has_at_both_ends_unless_the_plan_says_so(
    live: State, desired: State
) -> None:
    """Promise 1, read off the states by other means than those that ordered the steps."""
    ordered = _ordered(live, desired)
    told = lapses(live, ordered.changes)
    for index, here in enumerate(_states(live, ordered.changes)):
        for one in here.all(Account):
            kept = _denied(one.address, live) & _denied(one.address, desired)
            if not kept <= _denied(one.address, here):
                assert _is_told("gap", one.address, index, told)


@given(states(), states())
def test_no_account_gets_a_deny_that_it_has_at_neither_end_unless_the_plan_says_so(
    live: State, desired: State
) -> None:
    """Promise 2, as above."""
    ordered = _ordered(live, desired)
    told = lapses(live, ordered.changes)
    for index, here in enumerate(_states(live, ordered.changes)):
        for one in here.all(Account):
            known = _denied(one.address, live) | _denied(one.address, desired)
            if not _denied(one.address, here) <= known:
                assert _is_told("outage", one.address, index, told)


@given(states(), states())
def test_without_moves_and_with_room_no_law_is_ever_broken(live: State, desired: State) -> None:
    homes = {one.address: one for one in live.all(Account)}
    stayed = State(
        homes[one.address] if isinstance(one, Account) else one
        for one in desired
        if not isinstance(one, OrganizationalUnit)
    ).after(
        Change(None, one)
        for one in (*live.all(OrganizationalUnit), *desired.all(OrganizationalUnit))
    )
    ordered = order(diff(stayed, live), _split, Room(live, lambda _: 100))
    assert lapses(live, ordered.changes) == ()


def _states(live: State, changes: Iterable[Change[Resource]]) -> Iterable[State]:
    here = live
    for change in changes:
        here = here.after([change])
        yield here


def _denied(one: Address, state: State) -> frozenset[str]:
    """Return the texts of the Denies above an account."""
    home = state.get(one)
    if not isinstance(home, Account):
        return frozenset()
    above = {one, home.parent, *ancestors(home.parent, state)}
    return frozenset(
        str(statement)
        for attachment in state.all(Attachment)
        if attachment.target in above and isinstance(found := state.get(attachment.policy), Policy)
        for statement in statements(found.document)
    )


def _is_told(law: str, one: Address, index: int, told: Iterable[Lapse]) -> bool:
    return any(
        lapse.law == law and one in lapse.accounts and lapse.begins <= index < lapse.ends
        for lapse in told
    )


def _held(state: State) -> Iterable[int]:
    targets = [attachment.target for attachment in state.all(Attachment)]
    return (targets.count(target) for target in set(targets))
