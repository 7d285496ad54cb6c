"""Judge requests against a chain: allowed, denied and by what, or what it depends on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from govkit.access.chain import Chain, Clause, clauses, needed
from govkit.access.condition import Test
from govkit.access.request import Request
from govkit.access.resource import EVERYTHING
from govkit.access.statement import Policy
from govkit.access.variables import Values
from govkit.access.verdict import Explanation, Outcome, Step, Verdict

_REMEMBERED_ACTIONS = 50_000
_REMEMBERED_VERDICTS = 100_000
_ALLOWED = Verdict(Outcome.ALLOWED)
_NOT_APPLICABLE = Verdict(Outcome.NOT_APPLICABLE)

_Shape = tuple[str | bool | Values | None, ...]


@dataclass(slots=True)
class _Plan:
    """What a chain holds for one action: its denies, and its allows level by level."""

    denies: list[Clause]
    allows: list[tuple[str, list[Clause]]]
    keys: tuple[str, ...]
    by_resource: bool
    verdicts: dict[_Shape, Verdict] = field(default_factory=dict)


class Judge:
    """Judges requests against one chain, and remembers: statements by action, verdicts by shape.

    `services` are those that the policies reach (of interest for RCPs); None for all. Make one
    with `judge`, so that equal chains share what is remembered.
    """

    def __init__(self, chain: Chain, services: frozenset[str] | None = None) -> None:
        self._chain = chain
        self._services = services
        self._plans: dict[str, _Plan | None] = {}

    def verdict(self, request: Request) -> Verdict:
        """Answer a request."""
        plan = self._plan(request)
        if plan is None:
            return _NOT_APPLICABLE
        lookup = request.context.get
        shape = (
            request.complete,
            request.resource if plan.by_resource else "",
            *[lookup(key) for key in plan.keys],
        )
        known = plan.verdicts.get(shape)
        if known is None:
            if len(plan.verdicts) >= _REMEMBERED_VERDICTS:
                plan.verdicts.clear()
            known = plan.verdicts[shape] = _judged(plan, request)
        return known

    def explain(self, request: Request) -> Explanation:
        """Answer a request, and say what each statement that speaks of its action made of it."""
        if self._plan(request) is None:
            return Explanation(_NOT_APPLICABLE, ())
        found = (
            clause for level in self._chain.levels for clause in clauses(level, request.action)
        )
        return Explanation(self.verdict(request), tuple(_step(clause, request) for clause in found))

    def _plan(self, request: Request) -> _Plan | None:
        if request.service_linked:
            return None
        try:
            return self._plans[request.action]
        except KeyError:
            return self._prepared(request.action)

    def _prepared(self, action: str) -> _Plan | None:
        if len(self._plans) >= _REMEMBERED_ACTIONS:
            self._plans.clear()
        reached = self._services is None or action.partition(":")[0] in self._services
        plan = _planned(self._chain, action) if self._chain.levels and reached else None
        self._plans[action] = plan
        return plan


def judge(chain: Chain, services: frozenset[str] | None = None) -> Judge:
    """Return the judge of a chain; the same chain has the same one.

    Chains that are equal but whose levels or policies bear other names are told apart, because
    verdicts name them.
    """
    return _shared(chain, services, _names(chain))


@lru_cache(maxsize=1024)
def _shared(chain: Chain, services: frozenset[str] | None, _names: tuple[object, ...]) -> Judge:
    return Judge(chain, services)


def _names(chain: Chain) -> tuple[object, ...]:
    return tuple(
        (level.name, policy.name, *((found.index, found.sid) for found in policy.statements))
        for level in chain.levels
        for policy in (*level.policies, Policy("", ()))
    )


def _planned(chain: Chain, action: str) -> _Plan:
    found = [(level.name, list(clauses(level, action))) for level in chain.levels]
    every = [clause for _, here in found for clause in here]
    return _Plan(
        [clause for clause in every if clause.statement.deny],
        [(name, [clause for clause in here if not clause.statement.deny]) for name, here in found],
        tuple(sorted(frozenset[str]().union(*(needed(clause.statement) for clause in every)))),
        any(clause.statement.resources != EVERYTHING for clause in every),
    )


def _judged(plan: _Plan, request: Request) -> Verdict:
    unsure: list[Clause] = []
    for clause in plan.denies:
        answer = clause.holds(request)
        if answer:
            return clause.fired
        if answer is None:
            unsure.append(clause)
    for level, allows in plan.allows:
        answers = [(clause, clause.holds(request)) for clause in allows]
        if any(answer for _, answer in answers):
            continue
        hopeful = [clause for clause, answer in answers if answer is None]
        if not hopeful:
            return Verdict(Outcome.IMPLICITLY_DENIED, level=level)
        unsure.extend(hopeful)
    return Verdict(Outcome.UNDECIDED, keys=_keys(unsure, request)) if unsure else _ALLOWED


def _keys(unsure: Iterable[Clause], request: Request) -> tuple[str, ...]:
    return tuple(sorted({key for clause in unsure for key in clause.undecided(request)}))


def _step(clause: Clause, request: Request) -> Step:
    return Step(
        clause.where,
        clause.statement.deny,
        clause.holds(request),
        clause.resource(request.resource, request.context, request.complete),
        tuple(_answers(clause, request)),
    )


def _answers(clause: Clause, request: Request) -> Iterator[tuple[Test, bool | None]]:
    for test, check in zip(clause.statement.tests, clause.tests, strict=True):
        yield test, check(request.context, request.complete)
