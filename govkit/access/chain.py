"""Chains of levels, and what one holds for one action: the statements that speak of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.access import condition, resource
from govkit.access.action import action_matcher
from govkit.access.request import Request
from govkit.access.statement import Level, Policy, Statement
from govkit.access.verdict import Kind, Outcome, Verdict, Where


@dataclass(frozen=True, slots=True)
class Chain:
    """The levels from the root to an account, of one kind of policy; equal chains judge alike.

    A chain without levels restricts nobody: that of the management account. `reach` are the services
    to which comparisons keep, where RCPs are told as AWS applies them; None for all, as documents
    alone have it.
    """

    kind: Kind
    levels: tuple[Level, ...]
    reach: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement where it stands, ready to be asked; `fired` is the verdict when it denies."""

    where: Where
    statement: Statement
    resource: resource.Check
    tests: tuple[condition.Check, ...]
    fired: Verdict

    def holds(self, request: Request) -> bool | None:
        """Tell whether resource and conditions match; None where that depends on the unknown."""
        answer = self.resource(request.resource, request.context, request.complete)
        if answer is False:
            return False
        for test in self.tests:
            one = test(request.context, request.complete)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    def undecided(self, request: Request) -> Iterator[str]:
        """Yield what would decide it: context keys, or `resource`."""
        if self.resource(request.resource, request.context, request.complete) is None:
            if request.resource is None:
                yield "resource"
            yield from _unknown(resource.needed(self.statement.resources), request)
        for test, check in zip(self.statement.tests, self.tests, strict=True):
            if check(request.context, request.complete) is None:
                yield from _unknown(condition.needed(test), request)


def clauses(level: Level, action: str) -> Iterator[Clause]:
    """Yield the statements of a level that speak of a lower-case action."""
    for policy in level.policies:
        for statement in policy.statements:
            if statement.anyone and action_matcher(statement.actions)(action):
                yield _clause(level, policy, statement)


def needed(statement: Statement) -> frozenset[str]:
    """Return the context keys that a statement looks at."""
    return resource.needed(statement.resources).union(*map(condition.needed, statement.tests))


def _clause(level: Level, policy: Policy, statement: Statement) -> Clause:
    where = Where(level.name, policy.name, statement.index, statement.sid)
    return Clause(
        where,
        statement,
        resource.resource_check(statement.resources),
        tuple(condition.check(test) for test in statement.tests),
        Verdict(Outcome.EXPLICITLY_DENIED, where, level.name),
    )


def _unknown(keys: frozenset[str], request: Request) -> Iterator[str]:
    return (key for key in sorted(keys) if key not in request.context)
