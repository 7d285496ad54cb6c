"""What a side of a comparison says: rules by effect, each with the actions it holds for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from govkit.access.action import Actions, is_every_action
from govkit.access.chain import Chain
from govkit.access.condition import Quantifier, Test
from govkit.access.operators import Family, operator
from govkit.access.resource import Resources
from govkit.access.statement import Level, Statement

_SAME = {"ArnEquals": "ArnLike", "ArnNotEquals": "ArnNotLike"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement without its actions and its effect; equal rules match the same requests."""

    resources: Resources
    tests: frozenset[Test]

    @property
    def trivial(self) -> bool:
        return not self.tests and not self.questions

    @property
    def questions(self) -> tuple[Test | Resources, ...]:
        """What is asked of a request, in a firm order; a resource of `*` is no question."""
        anywhere = not self.resources.negated and any(
            not pattern.strip("*") for pattern in self.resources.patterns if pattern
        )
        return (*(() if anywhere else (self.resources,)), *sorted(self.tests, key=str))


Grouped = Mapping[Rule, tuple[Actions, ...]]


@dataclass(frozen=True, slots=True)
class Side:
    """A chain as a formula: denied by any of `denies`, allowed when each level allows.

    `reach` are the services of which it decides, where those are not all.
    """

    denies: Grouped
    levels: tuple[Grouped, ...]
    reach: frozenset[str] | None = None

    @property
    def lists(self) -> frozenset[str]:
        """The condition keys of which some test asks for each or any of several values."""
        return frozenset(
            test.key
            for group in (self.denies, *self.levels)
            for rule in group
            for test in rule.tests
            if test.quantifier is not Quantifier.ONE
        )


def allows_all(statement: Statement) -> bool:
    """Tell whether a statement that allows leaves nothing out, as FullAWSAccess does."""
    everything = any(map(is_every_action, statement.actions.patterns))
    rule = Rule(statement.resources, frozenset(map(plain, statement.tests)))
    return everything and not statement.actions.negated and rule.trivial


def side(chain: Chain) -> Side:
    """Return a chain as rules; where a deny stands makes no difference to what it denies."""
    statements = [statement for level in chain.levels for statement in _of(level)]
    return Side(
        _grouped(one for one in statements if one.deny),
        tuple(_grouped(one for one in _of(level) if not one.deny) for level in chain.levels),
        chain.reach,
    )


def plain(test: Test) -> Test:
    """Return the usual one of tests that never answer differently."""
    if operator(test.operator).family is Family.NULL:
        return replace(test, quantifier=Quantifier.ONE, if_exists=False)
    # A negated test, and ForAllValues, already hold where the key is absent.
    idle = test.quantifier is Quantifier.ALL or (
        operator(test.operator).negated and test.quantifier is Quantifier.ONE
    )
    name = _SAME.get(test.operator, test.operator)
    return replace(test, operator=name, if_exists=test.if_exists and not idle)


def _of(level: Level) -> Iterable[Statement]:
    return (statement for policy in level.policies for statement in policy.statements)


def _grouped(statements: Iterable[Statement]) -> Grouped:
    found: dict[Rule, list[Actions]] = {}
    for one in statements:
        never = any(operator(test.operator).family is Family.NEVER for test in one.tests)
        if one.anyone and not never and (one.resources.patterns or one.resources.negated):
            rule = Rule(one.resources, frozenset(map(plain, one.tests)))
            found.setdefault(rule, []).append(one.actions)
    return {rule: tuple(dict.fromkeys(actions)) for rule, actions in found.items()}
