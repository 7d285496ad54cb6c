"""Say sets of resources and of values of a key in the words of policies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
    """Return tests that together hold for a set of values, and whether for no others."""
    known = _known(domain)
    mask &= known
    atoms = {test: found for test, found in _atoms(domain, mask) if not mask & ~found}
    ordered = sorted(
        atoms,
        key=lambda test: (atoms[test].bit_count(), len(test.values), test.if_exists, str(test)),
    )
    left, chosen = known, list[Test]()
    for test in ordered:
        if left & ~atoms[test]:
            chosen.append(test)
            left &= atoms[test]
        if left == mask:
            break
    return tuple(_needed(chosen, atoms, left, known)), left == mask


def opaque(question: Question, *, holds: bool) -> tuple[tuple[Test, ...], bool]:
    """Return a test with policy variables that holds, and whether that says it exactly.

    Where it does not hold there are no words: a variable without a value fails its opposite, too.
    Nor are there for resources with variables.
    """
    if isinstance(question, Resources) or not holds:
        return (), False
    return (question,), True


def _needed(chosen: list[Test], atoms: dict[Test, int], goal: int, known: int) -> Iterator[Test]:
    """Drop the tests that the others make needless."""
    kept = list(chosen)
    for test in chosen:
        rest = known
        for other in kept:
            rest &= atoms[other] if other is not test else known
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
                    found = replace(shape, values=fitting)
                    yield found, _answers(domain, found)


def _alike(tests: Sequence[Test]) -> Iterator[Test]:
    """Yield one test for each operator and quantifier, with the values of all of them."""
    values: dict[tuple[str, Quantifier], set[str]] = {}
    models: dict[tuple[str, Quantifier], Test] = {}
    for test in tests:
        if operator(test.operator).family is not Family.NULL:
            names = sorted(filter(None, (test.operator, opposite_name(test))))
            kind = names[0], test.quantifier
            models.setdefault(kind, test)
            values.setdefault(kind, set()).update(test.values)
    for kind, test in models.items():
        either = ("false", "true") if test.operator == "Bool" else sorted(values[kind])
        yield replace(test, values=tuple(either))


def _fitting(domain: Domain, mask: int, shape: Test) -> tuple[str, ...]:
    """Return the values that a test may list and still hold for all cells of a set.

    A negated test: those that shut out no cell. Any other: those that let in none from outside
    (where that leaves some cell out, the test is of no use, and is passed over).
    """
    negated = operator(shape.operator).negated
    fitting = []
    for value in shape.values:
        alone = _answers(domain, replace(shape, values=(value,)))
        present = alone & ~_absent(domain)
        if (mask & ~alone == 0) if negated else (present & ~mask == 0 and present):
            fitting.append(value)
    return tuple(fitting)


def _answers(domain: Domain, question: Question) -> int:
    """Return the cells in which a question is answered yes; a cell without an example does not count."""
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


def _known(domain: Domain) -> int:
    return sum(1 << bit for bit, values in enumerate(domain.values) if values is not None)
