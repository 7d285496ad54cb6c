"""The values that one part of a request can take, as far as the rules can tell them apart."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from govkit.access import condition, resource
from govkit.access.arn import is_anything
from govkit.access.candidates import arns, candidates
from govkit.access.condition import Quantifier, Test, opposite
from govkit.access.minterms import OutOfBudgetError
from govkit.access.operators import Family, operator
from govkit.access.request import is_service_linked
from govkit.access.resource import Resources
from govkit.access.variables import COMPLETE, Values

Question = Test | Resources
RESOURCE = ":resource"  # no context key begins with a colon
Variable = str | Question  # a context key, RESOURCE, or a question with policy variables: opaque

_PRINCIPAL = "aws:principalarn"
_LINKED_NAMES = ("aws-service-role/", "AWSServiceRoleFor")
_LINKED = tuple(f"arn:*:iam::*:role/{name}*" for name in _LINKED_NAMES)
_MOST_GHOSTS = 6  # tests on one key whose every combination is assumed where no theory joins them
_MOST_CELLS = 4_000
_MOST_EACH = 600  # operands, with their opposites, that are told apart one by one


@dataclass(frozen=True, slots=True)
class Domain:
    """Cells of values that every question answers alike; `masks` are the cells it says yes to.

    `values` has an example of each cell: () is an absent key, None a combination of answers that
    is not known to occur. `several` says that a key may have more values than one.
    """

    values: tuple[Values | None, ...]
    masks: dict[Question, int]
    several: bool = False

    @property
    def everything(self) -> int:
        return (1 << len(self.values)) - 1


def is_opaque(question: Question) -> bool:
    """Tell a question that depends on more than one part of the request."""
    if isinstance(question, Resources):
        return bool(resource.needed(question))
    return bool(condition.variable_keys(question))


def variable(question: Question) -> Variable:
    """Return what a question asks about."""
    if is_opaque(question):
        return question
    return RESOURCE if isinstance(question, Resources) else question.key


def domain(
    of: Variable, questions: Iterable[Question], service: str = "iam", *, several: bool = False
) -> Domain:
    """Return the domain of a variable under questions about it, all of which concern it alone.

    A key has `several` values where that is told, or where a question is about each or any of them.
    Raises `OutOfBudgetError` where there are too many cells. `service` makes examples read well.
    """
    if not isinstance(of, str):
        return Domain((None, None), {of: 1})
    if of == RESOURCE:
        asked = frozenset(one for one in questions if isinstance(one, Resources))
        return _resources(asked, service)
    tests = frozenset(one for one in questions if isinstance(one, Test))
    return _key(of, tests, several or any(map(is_of_several, tests)))


def is_of_several(test: Test) -> bool:
    """Tell a test of a key that may have several values."""
    return test.quantifier is not Quantifier.ONE


@lru_cache(maxsize=1024)
def _resources(questions: frozenset[Resources], service: str) -> Domain:
    ordered = sorted(questions, key=str)
    checks = [resource.resource_check(question) for question in ordered]
    patterns = {one for asked in ordered for one in resource.pattern_tokens(asked)}
    usual = ("arn", "aws", service, "eu-west-1", "111111111111", "x")
    texts = arns((one for one in patterns if not is_anything(one)), usual)
    cells: dict[int, Values | None] = {}
    for text in (*texts, "*"):
        cells.setdefault(_vector(check(text, {}, COMPLETE) for check in checks), (text,))
    return _domain(ordered, cells)


@lru_cache(maxsize=8192)
def _key(key: str, tests: frozenset[Test], several: bool) -> Domain:  # noqa: FBT001 -- as cached
    ordered = sorted(tests, key=str)
    checks = [condition.check(test) for test in ordered]
    found = candidates(key, [*ordered, *_exempting(key, ordered)])
    values = [value for value in found.values if key != _PRINCIPAL or not is_service_linked(value)]

    def vector(values: Values) -> int:
        return _vector(check({key: values}, COMPLETE) for check in checks)

    cells: dict[int, Values | None] = {}
    for value in values:
        cells.setdefault(vector((value,)), (value,))
    if several:
        _add_several(cells, vector, _vector(map(is_of_several, ordered)))
    cells.setdefault(vector(()), ())
    if not found.complete:
        _add_ghosts(cells, len(ordered))
    return replace(_domain(ordered, cells), several=several)


def refined(of: str, coarse: Domain, mask: int) -> tuple[Domain, int]:
    """Return a domain that also tells apart what words could say, and a set in it.

    Of very many operands not each: then words can say only what is written, or its opposite.
    """
    whole = [one for asked in coarse.masks for one in _whole(asked)]
    each = [one for asked in whole for one in _each(asked)]
    fine = _fine(of, whole, each, several=coarse.several)
    wanted = {
        tuple(coarse.masks[question] >> bit & 1 for question in coarse.masks)
        for bit in range(len(coarse.values))
        if mask >> bit & 1
    }
    found = (
        tuple(fine.masks[question] >> bit & 1 for question in coarse.masks) in wanted
        for bit in range(len(fine.values))
    )
    return fine, _vector(found)


def _fine(of: str, whole: list[Question], each: list[Question], *, several: bool) -> Domain:
    if of == RESOURCE:  # said by single patterns alone
        return domain(of, [*whole, *each])
    if len(each) <= _MOST_EACH:
        try:
            return domain(of, [*whole, *each], several=several)
        except OutOfBudgetError:
            pass
    return domain(of, whole, several=several)


def _whole(question: Question) -> Iterator[Question]:
    """Yield a question, its opposite, and absence."""
    yield question
    if isinstance(question, Test):
        yield Test("Null", Quantifier.ONE, if_exists=False, key=question.key, values=("true",))
        other = opposite(question)
        if other:
            yield other


def _each(question: Question) -> Iterator[Question]:
    """Yield the questions about the single patterns or operands of one."""
    if isinstance(question, Resources):
        yield from (replace(question, patterns=(one,)) for one in question.patterns)
    elif question.quantifier is Quantifier.ONE and question.operator != "Null":
        yield from (replace(question, values=(value,)) for value in question.values)


def _exempting(key: str, tests: Iterable[Test]) -> Iterator[Test]:
    """Yield what tells service-linked roles, whom no control policy restricts, where it matters."""
    tests = list(tests)
    every = [value for test in tests for value in test.values]
    if key == _PRINCIPAL and any(name in value for value in every for name in _LINKED_NAMES):
        among_arns = any(operator(test.operator).family is Family.ARN for test in tests)
        name = "ArnLike" if among_arns else "StringLike"
        yield Test(name, Quantifier.ONE, if_exists=False, key=key, values=_LINKED)


def _vector(answers: Iterable[bool | None]) -> int:
    return sum(1 << bit for bit, answer in enumerate(answers) if answer)


def _add_several(
    cells: dict[int, Values | None], vector: Callable[[Values], int], about: int
) -> None:
    """Add the lists of values that answer differently from all single values.

    What a list answers follows from what its values answer to the tests that are `about` several:
    values that answer those alike need not be told apart, nor a list of the same answers as
    another one lengthened.
    """
    singles = list({answer & about: values for answer, values in cells.items() if values}.values())
    queue = [one + other for one in singles for other in singles]
    seen: set[int] = set()
    for values in queue:  # grows as it is walked
        answer = vector(values)
        if answer in seen:
            continue
        seen.add(answer)
        cells.setdefault(answer, values)
        queue.extend(values + other for other in singles)
        if len(cells) > _MOST_CELLS:
            raise OutOfBudgetError


def _add_ghosts(cells: dict[int, Values | None], count: int) -> None:
    if count > _MOST_GHOSTS:
        raise OutOfBudgetError
    for answer in range(1 << count):
        cells.setdefault(answer, None)


def _domain(ordered: Iterable[Question], cells: dict[int, Values | None]) -> Domain:
    answers = list(cells)
    masks = {
        question: _vector(answer >> bit & 1 == 1 for answer in answers)
        for bit, question in enumerate(ordered)
    }
    return Domain(tuple(cells.values()), masks)
