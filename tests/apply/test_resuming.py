"""What finishing a killed apply costs: one read, and the writes that are left."""

import pytest
from resuming import Resumed, resumed


@pytest.fixture(scope="module")
def finished() -> Resumed:
    return resumed(60, killed_at=30)


def test_a_resumed_apply_makes_exactly_the_writes_that_are_left(finished: Resumed) -> None:
    assert finished.writes == finished.left == 30


def test_it_reads_the_organization_once_and_then_three_things_a_step_at_most(
    finished: Resumed,
) -> None:
    """The target's attachments, and the policy with its tags, on which an attachment relies."""
    assert finished.plan_calls < 40
    assert finished.looks <= 3 * finished.writes
    assert finished.read_back <= 12  # each policy once, or each target, whatever was attached to it


def test_its_steps_take_hardly_longer_than_their_paced_writes_alone(finished: Resumed) -> None:
    """The looks wait for buckets of their own, which fill while a write waits for its."""
    assert finished.ratio < 1.1


def test_reading_back_is_hardly_felt(finished: Resumed) -> None:
    """A policy's page tells of 20 targets, where each of them would be a call of its own."""
    assert finished.read_back < finished.writes / 3
    assert finished.whole < 1.1


@pytest.mark.nightly
def test_500_steps_killed_at_250() -> None:
    found = resumed(500, killed_at=250)
    assert found.writes == found.left == 250
    assert found.whole < 1.1
