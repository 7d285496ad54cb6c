"""A look and a door that answer from a table, and a layout's wishes made short."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import pytest

from govkit.errors import AwsError
from govkit.kinds.root import ORGANIZATION
from govkit.model.address import ROOT, account, ou
from govkit.model.call import ApiCall, Ids, Interest
from govkit.model.finding import Origin
from govkit.model.kind import Kind
from govkit.model.resource import Found, Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted


class Table:
    """Answers each operation from a table: a value, or a function of the parameters."""

    def __init__(
        self,
        answers: Mapping[str, Any],
        found: Mapping[str, Iterable[Found[Any]]] | None = None,
        interest: Interest | None = None,
        *,
        walk: bool = False,
    ) -> None:
        self.answers = answers
        self.interest = interest or Interest()
        self.walk = walk
        self.asked: list[ApiCall] = []
        self.said: list[str] = []
        self._found = dict(found or {})

    def call(self, call: ApiCall) -> Any:
        self.asked.append(call)
        answer = self.answers[call.operation]
        return answer(dict(call.params)) if callable(answer) else answer

    def items(self, key: str, call: ApiCall) -> Any:
        return iter(self.call(call)[key]) if self._lazy else tuple(self.call(call)[key])

    _lazy = False

    def each(self, do: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        return [do(thing) for thing in things]

    def found(self, kind: str) -> tuple[Found[Any], ...]:
        return tuple(self._found[kind])

    def missed(self, what: str) -> None:
        self.said.append(what)

    def operations(self) -> list[str]:
        return [call.operation for call in self.asked]


class Door(Table):
    """The same as a door, whose items come one at a time."""

    _lazy = True


@pytest.fixture
def look() -> type[Table]:
    return Table


@pytest.fixture
def api() -> type[Door]:
    return Door


def _gone(code: str) -> Callable[[Any], Any]:
    def answer(params: Any) -> Any:
        raise AwsError("AWS said no", code=code)

    return answer


@pytest.fixture
def gone() -> Callable[[str], Callable[[Any], Any]]:
    """An answer that is a refusal with this code."""
    return _gone


@pytest.fixture
def wanting() -> Callable[..., Wanted]:
    def make(*resources: Resource, **facts: Any) -> Wanted:
        facts.setdefault(
            "origins", {one.address: Origin("org_layout.yaml", 1, 1) for one in resources}
        )
        return Wanted("main", "org_layout.yaml", "", date(2026, 11, 23), State(resources), **facts)

    return make


@pytest.fixture
def ids() -> Ids:
    """IDs of the demo organization's beginnings."""
    return Ids(
        {
            ORGANIZATION: "o-exampleorgid",
            ROOT: "r-exam",
            ou("Workloads"): "ou-exam-workload",
            ou("Workloads/Prod"): "ou-exam-workprod",
            account("payments-prod"): "555555555555",
        }
    )


def _calls(kind: Kind[Any], change: Any, ids: Ids) -> list[tuple[str, dict[str, Any]]]:
    return [(call.operation, dict(call.params)) for call in kind.lower(change, ids)]


@pytest.fixture
def calls() -> Callable[..., list[tuple[str, dict[str, Any]]]]:
    """What a change is asked of AWS with: operations and parameters."""
    return _calls
