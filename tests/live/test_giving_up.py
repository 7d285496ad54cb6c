"""A look that failed leaves nobody waiting: not for kinds that were not begun with either."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from govkit.errors import CredentialsMissing
from govkit.live import discover as module
from govkit.live.discover import discover
from govkit.model.call import ApiCall, Interest, Look, Response
from govkit.model.kind import Kind
from govkit.model.resource import Found


class _Nobody:
    """An API whose credentials have expired."""

    def call(self, call: ApiCall) -> Response:
        raise CredentialsMissing("expired", operation=call.operation)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        raise CredentialsMissing("expired", operation=call.operation)


def _waits(look: Look) -> Iterable[Found[Any]]:
    return look.found("root")


def _fails(look: Look) -> Iterable[Found[Any]]:
    raise CredentialsMissing("expired")


def _kind(name: str, read: Any) -> Kind[Any]:
    return Kind(name=name, noun=name, resource=object, read=read, glance=_never, lower=_never)


def _never(*_: object) -> Any:
    raise AssertionError


def test_who_waits_for_a_kind_that_is_not_read_any_more_is_told() -> None:
    kinds = [_kind("a", _fails), _kind("root", _waits)]
    readings: list[Future[None]] = [Future(), Future()]
    readings[0].set_exception(CredentialsMissing("expired"))
    found: dict[str, Future[Any]] = {"a": Future(), "root": Future()}
    module._cancel(kinds, readings, found)
    with pytest.raises(module.StoppedError):
        found["root"].result(timeout=0)
    assert not found["a"].done()


class _Pressed(list[Kind[Any]]):
    """Kinds of which not all are begun: Ctrl-C comes in between."""

    rounds = 0

    def __iter__(self) -> Iterator[Kind[Any]]:
        self.rounds += 1
        for number, kind in enumerate(super().__iter__()):
            if self.rounds == _BEGUN and number == _BEFORE:
                raise KeyboardInterrupt
            yield kind


_BEGUN, _BEFORE = 2, 3  # first every kind is given a place, then each is begun


def test_ctrl_c_while_kinds_are_begun_leaves_nobody_waiting() -> None:
    kinds = _Pressed([*(_kind(f"waits-{number}", _waits) for number in range(6))])
    kinds.append(_kind("root", lambda look: ()))
    ended: list[BaseException] = []

    def run() -> None:
        try:
            module._discovered(_Nobody(), kinds, Interest(), workers=4, walk=False)
        except KeyboardInterrupt as error:
            ended.append(error)

    reader = threading.Thread(target=run, daemon=True)
    reader.start()
    reader.join(5.0)
    assert len(ended) == 1


@pytest.mark.parametrize("_time", range(40))
def test_a_failure_at_once_is_the_answer_at_once(_time: int) -> None:
    kinds = [
        *(_kind(f"waits-{number}", _waits) for number in range(6)),
        _kind("fails", _fails),
        *(_kind(f"more-{number}", _waits) for number in range(6)),
        _kind("root", lambda look: ()),
    ]
    with pytest.raises(CredentialsMissing):
        discover(_Nobody(), kinds, Interest(), workers=4)
