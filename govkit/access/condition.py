"""One test of a condition: an operator, a context key and its operands, ready to be asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from govkit.access.glob import Predicate, Token
from govkit.access.operators import OPPOSITES, Family, Operator, known, operator
from govkit.access.variables import Context, Template, Unresolved, Values, keys, resolve, template

Check = Callable[[Context, bool], bool | None]
_REMEMBERED = 20_000  # answers kept per test; beyond that they are forgotten together


class Quantifier(Enum):
    """How a test treats a key that may hold several values."""

    ONE = ""
    ANY = "ForAnyValue:"
    ALL = "ForAllValues:"


@dataclass(frozen=True, slots=True)
class Test:
    """`operator` is spelled as AWS does, `key` in lower case; `variables` says if `${…}` counts.

    `name` is the key as it was written.
    """

    operator: str
    quantifier: Quantifier
    if_exists: bool
    key: str
    values: tuple[str, ...]
    variables: bool = True
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.spelling} {self.name or self.key} {', '.join(self.values)}"

    @property
    def spelling(self) -> str:
        return f"{self.quantifier.value}{self.operator}{'IfExists' if self.if_exists else ''}"


def opposite(test: Test) -> Test | None:
    """Return the test that a key passes when it fails another; None where there is none.

    What the two say of an absent key may be the same.
    """
    name = opposite_name(test)
    if name is not None and test.quantifier is not Quantifier.ONE:
        other = Quantifier.ALL if test.quantifier is Quantifier.ANY else Quantifier.ANY
        return replace(test, operator=name, quantifier=other)
    if test.operator == "Bool" and len(test.values) == 1:
        return replace(test, values=("false" if test.values[0].lower() == "true" else "true",))
    return None if name is None else replace(test, operator=name)


def opposite_name(test: Test) -> str | None:
    return OPPOSITES.get(test.operator)


def named(spelling: str) -> tuple[str, Quantifier, bool]:
    """Return (operator, quantifier, IfExists) of a spelling in any case.

    Where AWS knows no such operator its spelling comes back whole, and the test never matches.
    """
    name = spelling
    quantifier = Quantifier.ONE
    for candidate in (Quantifier.ANY, Quantifier.ALL):
        if name.lower().startswith(candidate.value.lower()):
            quantifier, name = candidate, name[len(candidate.value) :]
    if known(name):
        return operator(name).name, quantifier, False
    bare = name[: -len("IfExists")] if name.lower().endswith("ifexists") else ""
    if known(bare) and operator(bare).family is not Family.NULL:
        return operator(bare).name, quantifier, True
    return spelling, Quantifier.ONE, False


def needed(test: Test) -> frozenset[str]:
    """Return the context keys that a test looks at."""
    return variable_keys(test) | {test.key}


def has_wildcards(test: Test) -> bool:
    return operator(test.operator).wildcards


def variable_keys(test: Test) -> frozenset[str]:
    """Return the context keys that stand in a test's operands."""
    return frozenset[str]().union(*(keys(operand) for operand in _templates(test)))


def operand_tokens(test: Test) -> tuple[tuple[Token, ...], ...]:
    """Return the operands of a test that needs no key but its own, as patterns."""
    found = (resolve(operand, {}, complete=True) for operand in _templates(test))
    return tuple(() if isinstance(one, Unresolved) else one for one in found)


@lru_cache(maxsize=50_000)
def check(test: Test) -> Check:
    """Return what answers (context, complete) with True, False, or None where it cannot tell.

    In a complete context a key that is not there is absent; otherwise it is unknown. An empty
    tuple of values says that a key is known to be absent.
    """
    found = operator(test.operator)
    if found.family is Family.NEVER:
        return lambda _context, _complete: False
    if found.family is Family.NULL:
        return _null(test)
    operands = _templates(test)
    if any(map(keys, operands)):
        return _with_variables(test, found, operands)
    return _remembering(test.key, when_absent(test), _decision(test, found))


def when_absent(test: Test) -> bool:
    """Say what a test answers to a request that does not carry its key."""
    found = operator(test.operator)
    if found.family is Family.NEVER:
        return False
    if found.family is Family.NULL:
        return "true" in _lowered(test.values)
    if test.if_exists or test.quantifier is Quantifier.ALL:
        return True
    return found.negated and test.quantifier is Quantifier.ONE


def _templates(test: Test) -> tuple[Template, ...]:
    return tuple(
        template(value, wildcards=has_wildcards(test), variables=test.variables)
        for value in test.values
    )


def _lowered(values: Values) -> frozenset[str]:
    return frozenset(value.lower() for value in values)


def _null(test: Test) -> Check:
    absent, present = when_absent(test), "false" in _lowered(test.values)
    return _remembering(test.key, absent, lambda _values: present)


def _remembering(key: str, absent: bool, decide: Callable[[Values], bool]) -> Check:  # noqa: FBT001 -- an answer, not a switch
    memory: dict[Values, bool] = {}

    def answer(context: Context, complete: bool) -> bool | None:  # noqa: FBT001 -- as Check
        values = context.get(key)
        if not values:
            return absent if complete or values is not None else None
        known_answer = memory.get(values)
        if known_answer is None:
            if len(memory) >= _REMEMBERED:
                memory.clear()
            known_answer = memory[values] = decide(values)
        return known_answer

    return answer


def _decision(test: Test, found: Operator) -> Callable[[Values], bool]:
    resolved = [resolve(operand, {}, complete=True) for operand in _templates(test)]
    predicates = [
        None if isinstance(operand, Unresolved) else found.operand(operand) for operand in resolved
    ]
    return _quantified(test.quantifier, _single(found, predicates))


def _single(found: Operator, predicates: list[Predicate | None]) -> Predicate:
    """Return the test of one value; what is invalid never matches, negated or not."""
    usable = [predicate for predicate in predicates if predicate is not None]
    valid, negated = found.valid, found.negated
    if negated and len(usable) < len(predicates):
        return lambda _value: False

    def matches(value: str) -> bool:
        return valid(value) and any(predicate(value) for predicate in usable) != negated

    return matches


def _quantified(quantifier: Quantifier, single: Predicate) -> Callable[[Values], bool]:
    match quantifier:
        case Quantifier.ANY:
            return lambda values: any(map(single, values))
        case Quantifier.ALL:
            return lambda values: all(map(single, values))
        case Quantifier.ONE:
            return lambda values: len(values) == 1 and single(values[0])


def _with_variables(test: Test, found: Operator, operands: tuple[Template, ...]) -> Check:
    absent = when_absent(test)

    def answer(context: Context, complete: bool) -> bool | None:  # noqa: FBT001 -- as Check
        values = context.get(test.key)
        if not values:
            return absent if complete or values is not None else None
        resolved = [resolve(operand, context, complete=complete) for operand in operands]
        if any(isinstance(operand, Unresolved) and not operand.known for operand in resolved):
            return None
        predicates = [
            None if isinstance(operand, Unresolved) else found.operand(operand)
            for operand in resolved
        ]
        return _quantified(test.quantifier, _single(found, predicates))(values)

    return answer
