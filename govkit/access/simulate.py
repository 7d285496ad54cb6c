"""Answer a list of cases, each with its own hierarchy, request and context."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from govkit.access.chain import Chain
from govkit.access.judge import Judge
from govkit.access.request import Request, is_service_linked, request
from govkit.access.shape import misshapen
from govkit.access.statement import Level, policy
from govkit.access.verdict import Explanation, Kind, Outcome, Step
from govkit.errors import UsageError


def simulate(cases: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield `{"id", "scp", "rcp", "why"}` for each case; both null where a case has no request.

    A layer that a case does not have, or whose hierarchy is empty, is NotApplicable. The context
    is taken to be complete, and as the case gives it: nothing is derived from the principal.
    RCPs are read for every service, because a case asks what its documents say.
    Raises `UsageError` where a case is not of the format.
    """
    for place, case in enumerate(cases):
        try:
            yield _answer(_object(case, "a case"))
        except _NotACaseError as error:
            raise UsageError("Not a list of cases", f"Case {place}: {error}.") from None


class _NotACaseError(Exception):
    pass


def _answer(case: Mapping[str, Any]) -> dict[str, Any]:
    asked = case.get("request")
    if asked is None:
        return {"id": case.get("id"), "scp": None, "rcp": None, "why": []}
    found = _request(_object(asked, "its request"))
    scp = Judge(_chain(Kind.SCP, case.get("hierarchy"), "scps")).explain(found)
    rcp = Judge(_chain(Kind.RCP, case.get("resource_hierarchy"), "rcps")).explain(found)
    return {
        "id": case.get("id"),
        "scp": scp.verdict.outcome.value,
        "rcp": rcp.verdict.outcome.value,
        "why": [*_why(Kind.SCP, scp), *_why(Kind.RCP, rcp)],
    }


def _request(asked: Mapping[str, Any]) -> Request:
    action, resource = asked.get("action"), asked.get("resource")
    resource = "*" if resource in (None, "") else resource
    if not isinstance(action, str) or not isinstance(resource, str):
        raise _NotACaseError("the action and the resource of a request are strings")
    given = asked.get("context")
    context = _object({} if given is None else given, "the context of its request")
    for key, value in context.items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int | float) for one in listed):
            raise _NotACaseError(f"the value of {key} is not a string or a list of strings")
    principal = asked.get("principal")
    if not isinstance(principal, str | Mapping | None):
        raise _NotACaseError("the principal of a request is a string or an object")
    found = request(action, resource, context)
    linked = isinstance(principal, str) and is_service_linked(principal)
    return replace(found, service_linked=linked or found.service_linked)


def _chain(kind: Kind, hierarchy: Any, key: str) -> Chain:
    levels = (_object(given, "a level") for given in _list(hierarchy))
    return Chain(kind, tuple(_level(given, index, key) for index, given in enumerate(levels)))


def _level(given: Mapping[str, Any], index: int, key: str) -> Level:
    documents = [
        _document(one, f"{key}[{place}]") for place, one in enumerate(_list(given.get(key)))
    ]
    found = (policy(f"{key}[{place}]", document) for place, document in enumerate(documents))
    return Level(str(given.get("id", index)), tuple(found))


def _document(given: Any, name: str) -> Mapping[str, Any]:
    document = _object(given, "a policy")
    wrong = misshapen(document)
    if wrong:
        raise _NotACaseError(f"{name}, {wrong}")
    return document


def _object(given: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _NotACaseError(f"{what} is not an object")
    return given


def _list(given: Any) -> list[Any]:
    if given is not None and not isinstance(given, list):
        raise _NotACaseError("the levels and the policies of a hierarchy are lists")
    return given or []


def _why(kind: Kind, answer: Explanation) -> Iterator[dict[str, Any]]:
    verdict = answer.verdict
    if verdict.outcome is Outcome.IMPLICITLY_DENIED:
        yield {"layer": kind.value, "level": verdict.level, "effect": "no statement allows this"}
    for step in answer.steps:
        if step.holds:
            yield _line(kind, step)


def _line(kind: Kind, step: Step) -> dict[str, Any]:
    return {
        "layer": kind.value,
        "level": step.where.level,
        "policy": step.where.policy,
        "statement": step.where.index,
        "sid": step.where.sid,
        "effect": "Deny" if step.deny else "Allow",
        "conditions": [str(test) for test, _ in step.tests],
    }
