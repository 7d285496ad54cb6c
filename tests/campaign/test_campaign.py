"""A part of the fault campaign in every run of the tests; all of it at night, or by `make campaign`."""

from collections.abc import Iterator

import pytest
from campaign.faults import FAULTS, Case, FaultKind, places
from campaign.laws import Ground, lapses
from campaign.stage import Prepared, prepared, stage
from campaign.verdict import tried

from govkit.store.journal import read

PLACES = 6
FORKS = frozenset({"SIGKILL before a line", "SIGKILL within a line", "SIGKILL after a line"})


@pytest.fixture(scope="module")
def there() -> Iterator[Prepared]:
    with prepared() as found:
        yield found


def some(fault: FaultKind, there: Prepared) -> list[Case]:
    """Return a few cases of a kind, spread over the places where it strikes."""
    cases = list(fault.cases(there))
    few = 3 if fault.name in FORKS else PLACES
    step = len(cases) / few
    return [cases[int(step * index + step / 2)] for index in range(few)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_apply_that_meets_a_fault_is_finished_by_the_next(
    there: Prepared, fault: FaultKind
) -> None:
    """Promise 5: killed anywhere, run again, done; nothing lost, nothing twice, no gap."""
    verdicts = [tried(case, there) for case in some(fault, there)]
    assert [verdict for verdict in verdicts if not verdict.survived] == []


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_apply_survives_a_fault_at_every_place(there: Prepared, fault: FaultKind) -> None:
    verdicts = [tried(case, there) for case in fault.cases(there)]
    assert [verdict for verdict in verdicts if not verdict.survived] == []


def test_the_campaign_strikes_at_every_call_of_40_steps_thousands_of_times(
    there: Prepared,
) -> None:
    assert len(there.writes) == 40
    calls = places(there)
    assert calls["plan"] + calls["read"] > 100
    assert sum(len(list(fault.cases(there))) for fault in FAULTS) > 3000


def test_the_reading_of_the_laws_finds_a_gap_and_an_outage(there: Prepared) -> None:
    """A wrong order of the same calls is not overlooked: what clears away comes first here."""
    assert lapses(Ground.of(there.content), there.writes) == []
    backwards = sorted(there.writes, key=lambda one: one["operation"] != "DetachPolicy")
    assert {one.law for one in lapses(Ground.of(there.content), backwards)} == {"gap"}
    full_access = {"PolicyId": "p-FullAWSAccess", "TargetId": "r-exam"}
    away, back = (
        {"operation": operation, "params": full_access, "response": {}}
        for operation in ("DetachPolicy", "AttachPolicy")
    )
    found = lapses(Ground.of(there.content), [away, back, *there.writes])
    assert {one.law for one in found} == {"outage"}


def test_the_replay_of_the_calls_leads_to_what_is_there(there: Prepared) -> None:
    with stage(there) as here:
        assert here.apply().code == 0
        end = Ground.of((here.sandbox / "organizations.json").read_bytes())
        replayed = Ground.of(there.content)
        for event in here.writes():
            replayed.replay(event)
        old = end.accounts & replayed.accounts
        assert {one: end.levels(one) for one in old} == {one: replayed.levels(one) for one in old}
        (journal,) = here.runs.glob("*.jsonl")
        assert read(journal).broken is None
