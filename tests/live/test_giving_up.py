"""A look that failed leaves nobody waiting: not for kinds that were not begun with either."""

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
