"""Two applies at once: a few times in every run of the tests, 200 times at night."""

import pytest
from campaign.two import WRITES, Met, many


@pytest.mark.parametrize(
    "times", [8, pytest.param(200, marks=pytest.mark.nightly)], ids=["few", "many"]
)
def test_two_applies_at_once_are_never_interleaved(times: int) -> None:
    met = list(many(times))
    assert len(met) == times
    assert [one for one in met if not one.well] == []
    assert all(len(one.writers) == WRITES for one in met)
    assert any(one.refused for one in met)


def test_writes_of_two_runs_in_turns_are_told_from_one_run_after_the_other() -> None:
    assert Met((0, 0), 0, ("a", "b", "a"), in_sync=True).interleaved
    assert not Met((0, 0), 0, ("a", "a", "b"), in_sync=True).interleaved


def test_a_run_that_fails_for_another_reason_than_the_lock_did_not_go_well() -> None:
    assert Met((0, 1), 1, ("a", "a"), in_sync=True).well
    assert Met((0, 0), 0, ("a", "b"), in_sync=True).well
    assert not Met((0, 1), 0, ("a", "a"), in_sync=True).well
    assert not Met((1, 1), 2, (), in_sync=True).well
