"""The second witness of the store in S3: what the sandbox's S3 accepts, moto's does, too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.errors import GovkitError
from govkit.model.call import Api, ApiCall
from govkit.store.history import runs
from govkit.store.lease import EXPIRES_AFTER, Lease
from govkit.store.s3 import S3Store
from govkit.store.store import Holder

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JANE = Holder("govkit apply", "jane", "laptop", 4711, NOW.isoformat())
JOE = Holder("govkit apply", "joe", "runner", 12, NOW.isoformat())


class Dated:
    """moto answers without a date, which S3 always gives: this door adds one, `ahead` of time."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ahead = timedelta()

    def call(self, call: ApiCall) -> Any:
        answer = dict(self.api.call(call))
        if "Date" in answer:
            answer["Date"] = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        return answer

    def items(self, key: str, call: ApiCall) -> Any:
        return self.api.items(key, call)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dated]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket="acme-govkit")
        yield Dated(door(session(), pace=None))


def test_a_lock_is_held_by_one_and_free_after_its_expiry(api: Dated) -> None:
    store = S3Store("s3://acme-govkit/main", api)
    with store.locked("govkit apply", NOW) as lock:
        lock.check()
        with (
            pytest.raises(GovkitError, match="Somebody else is applying"),
            store.locked("govkit apply", NOW),
        ):
            pass
    first, second = Lease(store.objects, JANE), Lease(store.objects, JOE)
    first.take(NOW)
    first.renew()
    first.check()
    with pytest.raises(GovkitError, match="jane on laptop"):
        second.take(NOW)
    api.ahead = timedelta(seconds=EXPIRES_AFTER + 5)
    second.take(NOW)
    with pytest.raises(GovkitError, match="The lock is lost"):
        first.check()
    held = store.held(NOW)
    assert held is not None
    store.unlock(held)
    assert store.held(NOW) is None


def test_journals_are_kept_line_by_line_and_whole(api: Dated) -> None:
    store = S3Store("s3://acme-govkit/main", api)
    for name, outcome in (("1", "done"), ("2", None)):
        journal = store.journal(name)
        journal.write({"entry": "begin", "command": "apply", "steps": 1, "ignored": {}})
        journal.write({"entry": "step_done", "address": "ou:/ü"})
        if outcome is not None:
            journal.write({"entry": "end", "time": NOW.isoformat(), "outcome": outcome})
            journal.close()
        with pytest.raises(GovkitError):
            store.journal(name).write({"entry": "begin"})
    assert [(one.id, one.outcome, one.broken) for one in runs(store)] == [
        ("1", "done", None),
        ("2", "killed", None),
    ]
    assert store.caller().startswith("arn:aws:")
