"""The look: every answer fetched once, kinds reading side by side, no thread waiting for itself."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from govkit.errors import AwsError, BugError, GovkitError
from govkit.model.call import Api, ApiCall, Interest, Place, Response
from govkit.model.resource import Found
from govkit.model.scope import Unreached

T = TypeVar("T")
U = TypeVar("U")

Findings = dict[str, "Future[tuple[Found[Any], ...]]"]


class StoppedError(GovkitError):
    """Another kind's failure, or an interrupt, made looking on pointless."""


# Seconds between looks at what AWS does in its own time: two minutes in all.
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, *(15.0,) * 7)


class Sight:
    """What all kinds of one reading share: the door, the memory, and the threads.

    `workers` threads help each `each` at most; whoever calls it works too, so that no nesting can
    leave everybody waiting. `pauses` are the seconds between looks at what AWS does in its own time.
    """

    def __init__(
        self,
        api: Api,
        interest: Interest,
        found: Findings,
        *,
        workers: int,
        walk: bool,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._pauses = pauses
        self.interest = interest
        self.walk = walk
        self.found = found
        self.missed: list[str] = []
        self.unreached: list[Unreached] = []
        self.stopped = threading.Event()
        self._api = api
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers * _EACH_AT_ONCE, "govkit-look")
        self._mutex = threading.Lock()
        self._memory: dict[str, Future[Any]] = {}

    def close(self) -> None:
        """Let nobody ask any more, and wait for the calls in flight."""
        self.stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def call(self, call: ApiCall) -> Response:
        """Return the answer, from memory where this call was made before."""
        answer: Response = self._once(call.spelled(), lambda: self._api.call(call))
        return answer

    def items(self, key: str, call: ApiCall) -> tuple[Any, ...]:
        """Return what stands under the key on all pages, from memory where it was asked before."""
        found: tuple[Any, ...] = self._once(call.spelled(key), lambda: self._pages(key, call))
        return found

    def until(self, call: ApiCall, settled: Callable[[Response], bool]) -> Response:
        """Return an answer that is settled, asking anew until one is; an AwsError where none ever is."""
        for pause in self._pauses:
            answer = self._api.call(call)
            if settled(answer):
                return answer
            if self.stopped.wait(pause):
                raise _stopped()
        operation = f"{call.service}:{call.operation}"
        raise AwsError("AWS did not finish in time", f"{operation} goes on.", operation=operation)

    def each(self, do: Callable[[T], U], things: Iterable[T]) -> list[U]:
        """Return what `do` answers for each thing, in the things' order."""
        wanted = list(things)
        answers: list[Future[U]] = [Future() for _ in wanted]
        left = deque(zip(wanted, answers, strict=True))
        failed: list[BaseException] = []

        def work() -> None:
            while left:
                try:
                    thing, answer = left.popleft()
                except IndexError:  # another worker was faster
                    return
                if failed or self.stopped.is_set():
                    answer.set_exception(failed[0] if failed else _stopped())
                    continue
                _settle(answer, do, thing)
                if (error := answer.exception()) is not None:
                    failed.append(error)

        helpers = [self._helper(work) for _ in range(min(self._workers, len(wanted) - 1))]
        work()
        found = [answer.result() for answer in answers]
        for helper in helpers:
            helper.cancel()
        return found

    def _helper(self, work: Callable[[], None]) -> "Future[None]":
        if self.stopped.is_set():
            raise _stopped()
        return self._pool.submit(work)

    def _pages(self, key: str, call: ApiCall) -> tuple[Any, ...]:
        found = []
        for item in self._api.items(key, call):
            if self.stopped.is_set():
                raise _stopped()
            found.append(item)
        return tuple(found)

    def _once(self, key: str, ask: Callable[[], T]) -> T:
        if self.stopped.is_set():
            raise _stopped()
        with self._mutex:
            answer = self._memory.get(key)
            mine = answer is None
            if answer is None:
                answer = self._memory[key] = Future()
        if mine:
            _settle(answer, lambda _: ask(), None)
        result: T = answer.result()
        return result


_EACH_AT_ONCE = 4


class LookOf:
    """The look of one kind: knows who waits for whom, so that a circle is an error and no standstill."""

    __slots__ = ("_kind", "_sight", "_waits")

    def __init__(self, kind: str, sight: Sight, waits: dict[str, set[str]]) -> None:
        self._kind = kind
        self._sight = sight
        self._waits = waits

    @property
    def interest(self) -> Interest:
        """What the layout wants to be told of."""
        return self._sight.interest

    @property
    def walk(self) -> bool:
        """Whether many calls side by side are faster here than few long chains of pages."""
        return self._sight.walk

    def call(self, call: ApiCall) -> Response:
        """Return the answer, from memory where this look already asked."""
        return self._sight.call(call)

    def items(self, key: str, call: ApiCall) -> tuple[Any, ...]:
        """Return what stands under the key on all pages, from memory where already asked."""
        return self._sight.items(key, call)

    def until(self, call: ApiCall, settled: Callable[[Response], bool]) -> Response:
        """Return an answer that is settled, asking anew, and never from memory, until one is."""
        return self._sight.until(call, settled)

    def each(self, do: Callable[[T], U], things: Iterable[T]) -> list[U]:
        """Return what `do` answers for each thing, asked side by side, in the things' order."""
        return self._sight.each(do, things)

    def missed(self, what: str) -> None:
        """Remember that this could not be seen."""
        self._sight.missed.append(f"{self._kind}: {what}")

    def unreached(self, place: Place, why: str) -> None:
        """Remember that this kind could not look into an account, or one of its Regions."""
        self._sight.unreached.append(Unreached(self._kind, place.account or "", place.region, why))

    def found(self, kind: str) -> tuple[Found[Any], ...]:
        """Return what another kind found, waiting until it has looked."""
        self._waits.setdefault(self._kind, set()).add(kind)
        if self._kind in _reached(kind, self._waits):
            raise BugError("This is a bug in govkit: kinds wait for each other", self._kind)
        if kind not in self._sight.found:
            raise BugError("This is a bug in govkit: nobody reads this kind", kind)
        return self._sight.found[kind].result()


def _stopped() -> StoppedError:
    return StoppedError("The reading was stopped")


def _reached(start: str, waits: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = [start]
    while left:
        here = left.pop()
        if here not in seen:
            seen.add(here)
            left.extend(tuple(waits.get(here, ())))
    return seen


def _settle(answer: "Future[U]", do: Callable[[T], U], thing: T) -> None:
    try:
        result = do(thing)
    except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is asked for
        answer.set_exception(error)
    else:
        answer.set_result(result)
