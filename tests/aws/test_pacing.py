"""The pacer: a token bucket per operation, first come first served."""

import threading
import time

import botocore.session
import pytest

from govkit.aws.pacing import Pacer
from govkit.aws.rates import RATES, Rate


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pacer(clock: FakeClock, percent: float | None = 100.0) -> Pacer:
    return Pacer(percent, clock=clock, sleep=clock.sleep)


def spent(clock: FakeClock, at: Pacer, operation: str, times: int) -> float:
    began = clock.now
    for _ in range(times):
        at.wait(None, "organizations", operation)
    return clock.now - began


def test_calls_settle_to_the_documented_rate() -> None:
    clock = FakeClock()
    took = spent(clock, pacer(clock), "ListTargetsForPolicy", 106)
    assert took == pytest.approx((106 - 6) / 5)


def test_the_pace_is_a_percentage_of_the_rate() -> None:
    clock = FakeClock()
    took = spent(clock, pacer(clock, 50), "DescribePolicy", 41)
    assert took == pytest.approx(40 / (2 * 0.5))


def test_operations_do_not_wait_for_each_other() -> None:
    clock = FakeClock()
    at = pacer(clock)
    spent(clock, at, "DescribePolicy", 1)
    assert at.wait(None, "organizations", "ListRoots") == 0
    assert at.wait("222222222222", "organizations", "DescribePolicy") == 0


def test_operations_without_a_documented_rate_and_no_pace_at_all_wait_for_nothing() -> None:
    clock = FakeClock()
    assert spent(clock, pacer(clock), "DescribeResourcePolicy", 100) == 0
    assert spent(clock, pacer(clock, None), "DescribePolicy", 100) == 0
    assert pacer(clock, None).off
    assert not pacer(clock).off


def test_a_pause_gives_back_no_more_than_the_burst() -> None:
    clock = FakeClock()
    at = pacer(clock)
    spent(clock, at, "ListAccounts", 20)
    clock.now += 1000
    assert spent(clock, at, "ListAccounts", 9) == pytest.approx(0)
    assert spent(clock, at, "ListAccounts", 1) > 0


def test_a_throttle_halves_the_rate_and_calls_that_are_taken_regain_it() -> None:
    clock = FakeClock()
    at = pacer(clock)
    spent(clock, at, "DescribePolicy", 5)
    at.throttled(None, "organizations", "DescribePolicy")
    assert spent(clock, at, "DescribePolicy", 4) == pytest.approx(4 / 1.0)
    for _ in range(10):
        at.taken(None, "organizations", "DescribePolicy")
    assert spent(clock, at, "DescribePolicy", 4) == pytest.approx(4 / 2.0)


def test_a_clock_that_goes_backwards_holds_no_call_back_for_longer() -> None:
    clock = FakeClock()
    at = pacer(clock)
    clock.now = 3600
    spent(clock, at, "DescribePolicy", 5)
    clock.now = 0
    assert spent(clock, at, "DescribePolicy", 5) <= 5 / 2


def test_throttles_without_end_leave_a_sixteenth_of_the_rate() -> None:
    clock = FakeClock()
    at = pacer(clock)
    for _ in range(20):
        at.throttled(None, "organizations", "DescribePolicy")
    assert spent(clock, at, "DescribePolicy", 2) == pytest.approx(2 * 16 / 2)


def test_learning_of_operations_without_a_rate_changes_nothing() -> None:
    clock = FakeClock()
    at = pacer(clock)
    at.throttled(None, "organizations", "DescribeResourcePolicy")
    at.taken(None, "organizations", "DescribeResourcePolicy")
    assert spent(clock, at, "DescribeResourcePolicy", 9) == 0


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_a_pace_is_a_percentage(percent: float) -> None:
    with pytest.raises(ValueError, match="percent"):
        pacer(FakeClock(), percent)


def test_never_more_calls_than_aws_has_tokens_for_although_calls_overtake_each_other() -> None:
    """An answer's way takes up to two calls' time more or less, so calls arrive in bunches."""
    for (service, operation), rate in RATES.items():
        clock = FakeClock()
        at = pacer(clock)
        arrivals = []
        for number in range(60):
            at.wait(None, service, operation)
            arrivals.append(clock.now + (0.3 if number % 2 else 0.1) / max(1, rate.per_second / 2))
        assert rejected(rate, sorted(arrivals)) == 0, operation


def rejected(rate: Rate, arrivals: list[float]) -> int:
    tokens, since, refused = rate.burst, 0.0, 0
    for arrival in arrivals:
        tokens = min(rate.burst, tokens + (arrival - since) * rate.per_second)
        since = arrival
        if tokens < 1 - 1e-9:
            refused += 1
        else:
            tokens -= 1
    return refused


def test_threads_go_in_the_order_in_which_they_came() -> None:
    went: list[int] = []
    gate = threading.Event()
    at = Pacer(
        100,
        clock=lambda: time.monotonic() if gate.is_set() else 0.0,
        sleep=lambda _: gate.wait() and None,
        rates={("s", "Op"): Rate(0.001, 1)},  # so slow that nobody finds a token by waiting
    )

    def go(number: int) -> None:
        at.wait(None, "s", "Op")
        went.append(number)

    at.wait(None, "s", "Op")
    threads = []
    for number in range(8):
        thread = threading.Thread(target=go, args=(number,))
        thread.start()
        threads.append(thread)
        until(lambda number=number: waiting(at) == number + 1)
    gate.set()
    for thread in threads:
        thread.join()
    assert went == list(range(8))


def waiting(at: Pacer) -> int:
    return sum(len(lane.queue._waiting) for lane in at._lanes.values())


def until(met: object) -> None:
    assert callable(met)
    deadline = time.monotonic() + 5
    while not met() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert met()


def test_whoever_gives_up_in_the_queue_lets_the_others_through() -> None:
    clock = FakeClock()

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    at = Pacer(100, clock=clock, sleep=interrupted)
    at.wait(None, "organizations", "DescribePolicy")
    with pytest.raises(KeyboardInterrupt):
        at.wait(None, "organizations", "DescribePolicy")
    clock.now += 10
    assert at.wait(None, "organizations", "DescribePolicy") == 0


def test_every_operation_that_has_a_rate_is_one_of_its_service() -> None:
    loaded = botocore.session.get_session()
    names = {service: loaded.get_service_model(service).operation_names for service, _ in RATES}
    assert [key for key in RATES if key[1] not in names[key[0]]] == []


def test_accounts_and_regions_do_not_wait_for_each_other() -> None:
    """CloudTrail takes one UpdateTrail a second of each account and Region."""
    clock = FakeClock()
    at = pacer(clock)
    waited = {
        lane: [at.wait(lane, "cloudtrail", "UpdateTrail") for _ in range(2)]
        for lane in ("111111111111/eu-west-1", "111111111111/us-east-1", "222222222222/eu-west-1")
    }
    assert {lane: (first, second > 1) for lane, (first, second) in waited.items()} == dict.fromkeys(
        waited, (0.0, True)
    )
