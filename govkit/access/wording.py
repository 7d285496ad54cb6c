"""Say sets of resources and of values of a key in the words of policies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_

from govkit.access import condition, resource
from govkit.access.condition import Quantifier, Test, opposite, opposite_name
from govkit.access.cover import Cover, cover, wider
from govkit.access.domain import Domain, Question
from govkit.access.operators import Family, operator
from govkit.access.resource import Resources
from govkit.access.variables import COMPLETE


def resources(domain: Domain, mask: int, asked: Sequence[Resources]) -> tuple[Cover, bool]:
    """Return the patterns of a set of resources, and whether they say it exactly."""
    patterns = sorted({pattern for one in asked for pattern in one.patterns} | {"*"})
    literal = not any(one.variables for one in asked)
    vocabulary = [
        (one, _answers(domain, Resources((one,), variables=not literal))) for one in patterns
    ]
    exactly = cover(mask, vocabulary)
    return (exactly, True) if exactly is not None else (wider(mask, vocabulary), False)


def conditions(domain: Domain, mask: int) -> tuple[tuple[Test, ...], bool]:
    """Return tests that together hold for a set of values, and whether for no others.

    Of a combination that is not known to occur, only the tests that the domain asks say anything.
    """
    atoms = {test: found for test, found in _atoms(domain, mask) if not mask & ~found}
    ordered = sorted(
        atoms,
        key=lambda test: (atoms[test].bit_count(), len(test.values), test.if_exists, str(test)),
    )
    left, chosen = domain.everything, list[Test]()
    for test in ordered:
        if left & ~atoms[test]:
            chosen.append(test)
            left &= atoms[test]
        if left == mask:
            break
    return tuple(_needed(chosen, atoms, left, domain.everything)), left == mask


def opaque(question: Question, *, holds: bool) -> tuple[tuple[Test, ...], bool]:
    """Return a test with policy variables that holds, and whether that says it exactly.

    Where it does not hold there are no words: a variable without a value fails its opposite, too.
    Nor are there for resources with variables.
    """
    if isinstance(question, Resources) or not holds:
        return (), False
    return (question,), True


def _needed(chosen: list[Test], atoms: dict[Test, int], goal: int, every: int) -> Iterator[Test]:
    """Drop the tests that the others make needless."""
    kept = list(chosen)
    for test in chosen:
        rest = every
        for other in kept:
            rest &= atoms[other] if other is not test else every
        if rest == goal:
            kept.remove(test)
    return iter(kept)


def _atoms(domain: Domain, mask: int) -> Iterator[tuple[Test, int]]:
    """Yield tests, as written, reversed, or of those of their values that fit a set of cells."""
    tests = [test for test in domain.masks if isinstance(test, Test)]
    for test in tests:
        yield test, domain.masks[test]
        other = opposite(test)
        if other is not None:
            yield other, _answers(domain, other)
    for key in dict.fromkeys((test.key, test.name) for test in tests):
        for present in ("true", "false"):
            null = Test(
                "Null", Quantifier.ONE, if_exists=False, key=key[0], values=(present,), name=key[1]
            )
            yield null, _answers(domain, null)
    for test in _alike([test for test in tests if test.quantifier is Quantifier.ONE]):
        for name in filter(None, (test.operator, opposite_name(test))):
            for if_exists in (False, True):
                shape = replace(test, operator=name, if_exists=if_exists)
                fitting = _fitting(domain, mask, shape)
                if fitting:
                    together = and_ if operator(name).negated else or_
                    cells = reduce(together, fitting.values())
                    yield replace(shape, values=tuple(fitting)), cells


def _alike(tests: Sequence[Test]) -> Iterator[Test]:
    """Yield one test for each operator and quantifier, with the values of all of them."""
    values: dict[tuple[str, Quantifier], set[str]] = {}
    models: dict[tuple[str, Quantifier], Test] = {}
    for test in tests:
        if operator(test.operator).family is not Family.NULL:
            names = sorted(filter(None, (test.operator, opposite_name(test))))
            kind = names[0], test.quantifier
            models.setdefault(kind, test)
            told = (one for one in test.values if test.variables or "${" not in one)
            values.setdefault(kind, set()).update(told)
    for kind, test in models.items():
        either = ("false", "true") if test.operator == "Bool" else sorted(values[kind])
        counts = any("${" in one for one in either)  # `${*}` of one, beside what another lists
        yield replace(test, values=tuple(either), variables=counts)


def _fitting(domain: Domain, mask: int, shape: Test) -> dict[str, int]:
    """Return the values that a test may list and still hold for all cells of a set, each with its own.

    A negated test: those that shut out no cell. Any other: those that let in none from outside
    (where that leaves some cell out, the test is of no use, and is passed over).
    """
    negated, absent = operator(shape.operator).negated, _absent(domain)
    fitting: dict[str, int] = {}
    for value in shape.values:
        alone = _alone(domain, replace(shape, values=(value,)), absent)
        if alone is None:
            return {}
        present = alone & ~absent
        if (mask & ~alone == 0) if negated else (present & ~mask == 0 and present):
            fitting[value] = alone
    return fitting


def _alone(domain: Domain, test: Test, absent: int) -> int | None:
    """Return the cells in which a test of one value holds; None where they are not told apart."""
    if test.operator == "Bool":
        return _answers(domain, test)
    for asked in (test, replace(test, if_exists=not test.if_exists)):
        found = domain.masks.get(asked)
        if found is not None:
            return found | absent if condition.when_absent(test) else found & ~absent
    return None


def _answers(domain: Domain, question: Question) -> int:
    """Return the cells in which a question is answered yes.

    A cell without an example counts where the domain asks that very question.
    """
    if question in domain.masks:
        return domain.masks[question]
    found = 0
    for bit, values in enumerate(domain.values):
        if values is None:
            continue
        if isinstance(question, Test):
            answer = condition.check(question)({question.key: values}, COMPLETE)
        else:
            answer = resource.resource_check(question)(values[0], {}, COMPLETE)
        found |= bool(answer) << bit
    return found


def _absent(domain: Domain) -> int:
    return sum(1 << bit for bit, values in enumerate(domain.values) if values == ())
