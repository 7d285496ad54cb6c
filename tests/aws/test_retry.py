"""Patience: what is repeated, for how long, and what is never repeated."""

from collections.abc import Iterator

import pytest

from govkit.aws.failures import Nature
from govkit.aws.retry import Failure, Patience, Waiting, persist
from govkit.errors import AnswerLost, AwsError, Conflict, Throttled


class Trial:
    def __init__(self, *outcomes: object, seconds: float = 300, contact: bool = True) -> None:
        self.outcomes: Iterator[object] = iter(outcomes)
        self.now = 0.0
        self.heard: list[Waiting] = []
        self.contact = contact
        self.patience = Patience(
            seconds, lambda: self.now, self.sleep, lambda: 0.5, self.heard.append
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *, read: bool = True) -> object:
        return persist(
            lambda: next(self.outcomes),
            self.patience,
            operation="organizations:Op",
            read=read,
            in_contact=lambda: self.contact,
        )


def failure(nature: Nature) -> Failure:
    return Failure(nature, AwsError("AWS said no", "Because.", code="Code"))


def test_an_answer_is_returned_at_once() -> None:
    trial = Trial({"it": "is"})
    assert trial.run() == {"it": "is"}
    assert trial.now == 0


@pytest.mark.parametrize("nature", [Nature.THROTTLED, Nature.BUSY, Nature.UNSENT])
@pytest.mark.parametrize("read", [True, False])
def test_what_has_not_taken_is_repeated(nature: Nature, read: bool) -> None:  # noqa: FBT001 - a case
    trial = Trial(failure(nature), failure(nature), "answer")
    assert trial.run(read=read) == "answer"
    assert [heard.seconds for heard in trial.heard] == [0.5, 1.0]
    assert trial.heard[0].operation == "organizations:Op"


def test_a_read_whose_answer_is_lost_is_repeated() -> None:
    assert Trial(failure(Nature.LOST), "answer").run() == "answer"


def test_a_write_whose_answer_is_lost_is_never_repeated() -> None:
    trial = Trial(failure(Nature.LOST), "answer")
    with pytest.raises(AnswerLost) as raised:
        trial.run(read=False)
    assert raised.value.code == "Code"
    assert "same command" in raised.value.hint  # so that an apply does not say it twice
    assert next(trial.outcomes) == "answer"


def test_what_is_final_is_raised_as_it_is() -> None:
    error = AwsError("AWS said no")
    with pytest.raises(AwsError) as raised:
        Trial(Failure(Nature.FINAL, error), "answer").run()
    assert raised.value is error


@pytest.mark.parametrize(
    ("nature", "error"),
    [(Nature.THROTTLED, Throttled), (Nature.BUSY, Conflict), (Nature.LOST, AwsError)],
)
def test_patience_has_an_end(nature: Nature, error: type[AwsError]) -> None:
    trial = Trial(*[failure(nature)] * 99, seconds=60)
    with pytest.raises(error) as raised:
        trial.run()
    assert "60 seconds" in raised.value.detail
    assert raised.value.code == "Code"
    assert trial.now == 60


def test_patience_begins_with_the_first_failure_and_not_while_our_own_pace_held_the_call() -> None:
    trial = Trial("answer", seconds=10)
    came = iter([failure(Nature.THROTTLED), failure(Nature.THROTTLED), {"it": "is"}])

    def held() -> object:
        if trial.now == 0:
            trial.now = 3600
        return next(came)

    assert persist(
        held, trial.patience, operation="organizations:Op", read=True, in_contact=lambda: True
    ) == {"it": "is"}
    assert trial.now == 3601.5


def test_the_last_attempt_is_made_when_patience_ends() -> None:
    trial = Trial(failure(Nature.THROTTLED), "answer", seconds=0.1)
    assert trial.run() == "answer"
    assert [heard.seconds for heard in trial.heard] == [0.1]


def test_without_patience_nothing_is_repeated() -> None:
    trial = Trial(failure(Nature.THROTTLED), "answer", seconds=0)
    with pytest.raises(Throttled):
        trial.run()
    assert trial.heard == []


def test_patience_may_last_for_days() -> None:
    trial = Trial(*[failure(Nature.BUSY)] * 1100, "answer", seconds=7 * 86_400)
    assert trial.run() == "answer"


def test_pauses_do_not_grow_without_end() -> None:
    trial = Trial(*[failure(Nature.BUSY)] * 12, "answer")
    trial.run()
    assert max(heard.seconds for heard in trial.heard) == 10


def test_an_endpoint_that_never_answered_is_given_up_soon() -> None:
    trial = Trial(*[failure(Nature.UNSENT)] * 9, contact=False)
    with pytest.raises(AwsError):
        trial.run()
    assert len(trial.heard) == 2
