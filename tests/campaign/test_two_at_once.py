"""Two applies at once: a few times in every run of the tests, 200 times at night."""

from collections.abc import Iterator

import pytest
from campaign.two import Met, at_once, template
from terminal import Desk


@pytest.fixture(scope="module")
def organization() -> Iterator[Desk]:
    with template() as found:
        yield found


@pytest.mark.parametrize(
    "times", [10, pytest.param(200, marks=pytest.mark.nightly)], ids=["few", "many"]
)
def test_two_applies_at_once_are_never_interleaved(organization: Desk, times: int) -> None:
    met = [at_once(organization) for _ in range(times)]
    assert [one for one in met if not one.well] == []
    assert all(len(one.writers) == 21 for one in met)
    assert any(one.refused for one in met)


def test_writes_of_two_runs_in_turns_are_told_from_one_run_after_the_other() -> None:
    assert Met((0, 0), 0, ("a", "b", "a"), in_sync=True).interleaved
    assert not Met((0, 0), 0, ("a", "a", "b"), in_sync=True).interleaved
