"""AWS's token buckets and latency, with a clock turned by hand."""

from typing import Any

from govkit.sandbox.model import service_model
from govkit.sandbox.rates import RATES, Buckets, Rate


def test_a_burst_passes_and_then_one_call_per_token() -> None:
    buckets = Buckets()
    taken = [buckets.take("a", "DescribePolicy", 0.0, 1) for _ in range(3)]
    assert taken == [True, True, False]
    assert buckets.take("a", "DescribePolicy", 0.5, 1)
    assert not buckets.take("a", "DescribePolicy", 0.9, 1)
    assert buckets.take("a", "DescribePolicy", 1.0, 1)
    assert buckets.take("b", "DescribePolicy", 1.0, 1)


def test_a_call_at_the_documented_rate_is_never_refused() -> None:
    buckets = Buckets()
    for operation, rate in RATES.items():
        steps = (number / rate.per_second for number in range(200))
        assert all(buckets.take("a", operation, now, 1) for now in steps), operation


def test_a_full_bucket_holds_no_more_than_its_burst() -> None:
    buckets = Buckets()
    assert buckets.take("a", "ListRoots", 0.0, 1)
    assert [buckets.take("a", "ListRoots", 1_000.0, 1) for _ in range(3)] == [True, True, False]


def test_operations_without_a_documented_rate_are_free() -> None:
    assert all(Buckets().take("a", "EnableAllFeatures", 0.0, 1) for _ in range(100))


def test_every_rate_is_of_an_operation_that_exists() -> None:
    assert set(RATES) <= set(service_model("organizations").operation_names)
    assert RATES["ListAccounts"] == Rate(8, 12)


def test_the_sandbox_throttles_when_told_and_counts(play: Any, refused: Any) -> None:
    play.anew(rate_scale=1)
    play.clock.time += 10_000
    assert play.client.list_roots()
    assert play.client.list_roots()
    assert refused(play.client.list_roots) == ("TooManyRequestsException", "")
    play.clock.time += 1
    assert play.client.list_roots()


def test_the_sandbox_takes_its_time_when_told(play: Any) -> None:
    play.anew(latency_seconds=0.05)
    assert play.client.list_roots()
    assert play.clock.slept == [0.05]
