"""A part of the fault campaign in every run of the tests; all of it at night, or by `make campaign`."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from campaign.faults import FAULTS, Case, FaultKind, places
from campaign.laws import Ground, lapses
from campaign.page import figures
from campaign.shortcut import shortcut
from campaign.stage import Ended, Prepared, Stage, prepared, stage
from campaign.verdict import Verdict, tried

from govkit.model.call import ApiCall
from govkit.store.journal import read

PLACES = 6
FORKS = frozenset({"SIGKILL before a line", "SIGKILL within a line", "SIGKILL after a line"})


@pytest.fixture(scope="module")
def there() -> Iterator[Prepared]:
    with prepared(shortcut) as found:
        yield found


@pytest.fixture(scope="module")
def by_botocore() -> Iterator[Prepared]:
    with prepared() as found:
        yield found


def some(fault: FaultKind, there: Prepared, few: int) -> list[Case]:
    """Return a few cases of a kind, spread over the places where it strikes."""
    cases = list(fault.cases(there))
    step = len(cases) / few
    return [cases[int(step * index + step / 2)] for index in range(few)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_apply_that_meets_a_fault_is_finished_by_the_next(
    there: Prepared, fault: FaultKind
) -> None:
    """Promise 5: killed anywhere, run again, done; nothing lost, nothing twice, no gap."""
    few = some(fault, there, 3 if fault.name in FORKS else PLACES)
    verdicts = [tried(case, there) for case in few]
    assert [verdict for verdict in verdicts if not verdict.survived] == []


@pytest.mark.parametrize("fault", FAULTS[::3], ids=lambda fault: fault.name)
def test_it_is_the_same_through_botocore_itself(by_botocore: Prepared, fault: FaultKind) -> None:
    (case,) = some(fault, by_botocore, 1)
    verdict = tried(case, by_botocore)
    assert verdict.survived, verdict


def test_both_doors_see_the_same_calls(there: Prepared, by_botocore: Prepared) -> None:
    assert places(there) == places(by_botocore)
    one, other = (
        [(call["operation"], call["params"]) for call in found.writes]
        for found in (there, by_botocore)
    )
    assert one == other


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


def _wrongly(meet: Callable[[Stage, Case, Prepared], Ended], there: Prepared) -> Verdict:
    """Return what is made of a fault that ends an apply as none may end."""
    fault = FaultKind("a wrong one", "", ("write",), frozenset({0, 6, 7}), meet)
    verdict = tried(Case(fault, "write", 0), there)
    assert not verdict.survived
    return verdict


@pytest.mark.parametrize(
    "name", ["throttle", "AccessDenied", "disk full", "the same change, at the call"]
)
def test_a_fault_that_is_not_met_is_not_survived(there: Prepared, name: str) -> None:
    (fault,) = (one for one in FAULTS if one.name == name)
    never = Case(fault, fault.strikes[-1], 10_000)
    if fault.foreign:
        there = replace(there, writes=[*there.writes, *there.writes[:1]])
        never = Case(fault, "write", len(there.writes) - 1)
    verdict = tried(never, there)
    assert not verdict.struck
    assert not verdict.survived
    assert figures([verdict])[name][:2] == (0, 0)


def test_a_call_that_no_journal_names_is_lost(there: Prepared) -> None:
    def meet(stage: Stage, _: Case, there: Prepared) -> Ended:
        first = there.writes[0]
        stage.walk.api.call(ApiCall("organizations", first["operation"], first["params"]))
        return Ended(6)

    assert [one.partition("[")[0] for one in _wrongly(meet, there).lost] == ["no journal names "]


@pytest.mark.parametrize(("code", "said"), [(7, ", and had written"), (3, ": ")])
def test_an_exit_status_that_is_not_true_is_told(there: Prepared, code: int, said: str) -> None:
    def meet(stage: Stage, *_: object) -> Ended:
        assert stage.apply().code == 0
        return Ended(code)

    assert _wrongly(meet, there).lost == (f"the first run ended with {code}{said}",)


def test_a_6_where_nothing_was_written_is_told(there: Prepared) -> None:
    lost = _wrongly(lambda *_: Ended(6), there).lost
    assert lost == ("the first run ended with 6, and had written nothing",)


def test_a_journal_that_somebody_changed_is_told(there: Prepared) -> None:
    def meet(stage: Stage, *_: object) -> Ended:
        assert stage.apply().code == 0
        (path,) = stage.runs.glob("*.jsonl")
        path.write_text(path.read_text().replace("settled", "unsettled", 1) + "{}\n")
        return Ended(0)

    assert any("does not follow" in one for one in _wrongly(meet, there).lost)


def test_a_call_that_took_twice_is_told(there: Prepared) -> None:
    def meet(stage: Stage, *_: object) -> Ended:
        assert stage.apply().code == 0
        (name,) = (
            one["params"] for one in there.writes if one["operation"] == "UpdateOrganizationalUnit"
        )
        stage.walk.api.call(ApiCall("organizations", "UpdateOrganizationalUnit", name))
        return Ended(0)

    assert _wrongly(meet, there).doubled
