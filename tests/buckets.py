"""A sandbox with a bucket, a store in it, a clock that is turned by hand, and doors that fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.errors import AnswerLost
from govkit.model.call import Api, ApiCall
from govkit.sandbox.clock import Clock
from govkit.sandbox.making import Story, new
from govkit.sandbox.mount import mount
from govkit.sandbox.sandbox import Sandbox
from govkit.store.s3 import S3Store

START = 1_790_000_000.0


@dataclass
class Time:
    """The seconds since 1970, for S3 and for whoever holds a lease."""

    now: float = START
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Bucket:
    """A sandbox with the bucket acme-govkit, and doors to it."""

    folder: Path
    time: Time
    _api: list[Api] = field(default_factory=list)

    def api(self) -> Api:
        """Return a door, the same each time: opening one takes longer than using it."""
        if not self._api:
            self._api.append(self._opened())
        return self._api[0]

    def _opened(self) -> Api:
        def stand_on(core: Any) -> None:
            mount(core, self.folder, clock=Clock(self.time.read, self.time.sleep))

        opened = session(mount=stand_on)
        return door(opened, pace=None, clock=self.time.read, sleep=self.time.sleep)

    def store(self, api: Api | None = None) -> S3Store:
        return S3Store("s3://acme-govkit/main", self.api() if api is None else api)


def made(folder: Path) -> Bucket:
    """Make a sandbox with the bucket in a folder."""
    new(folder, Story.EMPTY)
    Sandbox(folder).call("CreateBucket", {"Bucket": "acme-govkit"}, service="s3")
    return Bucket(folder, Time())


@dataclass
class Flaky:
    """A door before or after which something happens, or fails, each time."""

    api: Api
    before: Callable[[ApiCall], None] = lambda _: None
    after: Callable[[ApiCall], None] = lambda _: None

    def call(self, call: ApiCall) -> Any:
        self.before(call)
        answer = self.api.call(call)
        self.after(call)
        return answer

    def items(self, key: str, call: ApiCall) -> Any:
        return self.api.items(key, call)


def losing(operation: str) -> Callable[[ApiCall], None]:
    """Lose the first answer to an operation, after it took."""
    left = [operation]

    def lose(call: ApiCall) -> None:
        if left == [call.operation]:
            left.clear()
            raise AnswerLost("The answer is lost")

    return lose
