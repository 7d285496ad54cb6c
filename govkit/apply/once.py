"""A door for one look: what parts of it ask alike is asked once, and many things side by side."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from govkit.model.call import Api, ApiCall, Response

T = TypeVar("T")
U = TypeVar("U")

_SIDE_BY_SIDE = 16


@dataclass
class Once:
    """Remembers the answers of one look; for reading only, and thrown away with the look.

    May be used by many threads: they wait for an answer that one of them has asked for.
    """

    api: Api
    _answers: "dict[str, Future[Any]]" = field(default_factory=dict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def call(self, call: ApiCall) -> Response:
        """Return the answer, from memory where this look already asked."""
        answer: Response = self._once(call.spelled(), lambda: self.api.call(call))
        return answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        """Yield what stands under the key on every page, from memory where already asked."""
        yield from self._once(call.spelled(key), lambda: tuple(self.api.items(key, call)))

    def up_to(self, most: int, key: str, call: ApiCall) -> tuple[Any, ...] | None:
        """Return what stands under the key on all pages; None, and no page more, where it is too much."""
        found = tuple(islice(self.api.items(key, call), most + 1))
        return None if len(found) > most else found

    def each(self, do: Callable[[T], U], things: Iterable[T]) -> list[U]:
        """Return what `do` answers for each thing, asked side by side, in the things' order.

        What fails first is raised; who waits for its turn then is not asked any more.
        """
        wanted = list(things)
        if len(wanted) <= 1:
            return [do(thing) for thing in wanted]
        pool = ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(wanted)), "govkit-glance")
        try:
            return list(pool.map(do, wanted))
        finally:
            pool.shutdown(cancel_futures=True)

    def _once(self, asked: str, ask: Callable[[], T]) -> T:
        with self._mutex:
            answer = self._answers.get(asked)
            mine = answer is None
            if answer is None:
                answer = self._answers[asked] = Future()
        if mine:
            try:
                answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is asked for
                answer.set_exception(error)
        found: T = answer.result()
        return found
