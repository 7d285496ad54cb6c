"""Make one concrete request of a box, and have both judges confirm what it shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from govkit.access import condition, resource
from govkit.access.boxes import Box
from govkit.access.domain import RESOURCE, Domain, Question, Variable
from govkit.access.judge import Judge
from govkit.access.request import Request
from govkit.access.resource import Resources
from govkit.access.variables import COMPLETE, Values, resolve, template, text_of
from govkit.access.verdict import Verdict

_TRIES = 256  # ways to fill in policy variables
_SOME = "x1"


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that two chains answer differently, with both answers."""

    request: Request
    old: Verdict
    new: Verdict


@dataclass(frozen=True, slots=True)
class Judges:
    """The judges of the old and the new chain; `tightened` says which way a change is looked for."""

    old: Judge
    new: Judge

    def witness(self, request: Request, *, tightened: bool) -> Witness | None:
        """Return a request as a witness, if the new chain denies (or allows) what the old did not."""
        old, new = self.old.verdict(request), self.new.verdict(request)
        changed = (old.outcome.permits, new.outcome.permits) == (tightened, not tightened)
        return Witness(request, old, new) if changed else None


def witness(
    box: Box, domains: Mapping[Variable, Domain], action: str, judges: Judges, *, tightened: bool
) -> Witness | None:
    """Return a confirmed request from a box, or None where none was found."""
    opaque = any(not isinstance(of, str) for of in box)
    for request in _requests(box, domains, action):
        found = judges.witness(request, tightened=tightened)
        if found is not None and (not opaque or _inside(box, domains, request)):
            return found
    return None


def _inside(box: Box, domains: Mapping[Variable, Domain], request: Request) -> bool:
    """Tell whether a request, whose keys were filled in anew for its variables, is in a box."""
    for of, mask in box.items():
        asked = domains[of].masks
        answers = {question: _answer(question, request) for question in asked}
        inside = (
            all(bool(asked[question] >> bit & 1) is answer for question, answer in answers.items())
            for bit in range(len(domains[of].values))
            if mask >> bit & 1
        )
        if not any(inside):
            return False
    return True


def _answer(question: Question, request: Request) -> bool:
    if isinstance(question, Resources):
        return bool(resource.resource_check(question)(request.resource, request.context, COMPLETE))
    return bool(condition.check(question)(request.context, COMPLETE))


def _requests(box: Box, domains: Mapping[Variable, Domain], action: str) -> Iterator[Request]:
    fixed: dict[str, Values] = {}
    for of, mask in box.items():
        if isinstance(of, str):
            example = _example(domains[of], mask)
            if example is None:
                return
            fixed[of] = example
    for choice in islice(_choices(box, fixed), _TRIES):
        parts = dict(fixed)
        for filled in choice:
            parts.update(filled)
        place = parts.pop(RESOURCE, ("*",))
        yield Request(
            action.lower(), place[0], {key: values for key, values in parts.items() if values}
        )


def _choices(box: Box, fixed: Mapping[str, Values]) -> Iterator[tuple[dict[str, Values], ...]]:
    """Yield ways to set what opaque questions ask about; each has the last word once."""
    opaque = [of for of in box if not isinstance(of, str)]
    for last in opaque:
        others = [one for one in opaque if one is not last]
        yield from product(*(_options(one, fixed) for one in (*others, last)))
    if not opaque:
        yield ()


def _example(domain: Domain, mask: int) -> Values | None:
    return next(
        (
            values
            for bit, values in enumerate(domain.values)
            if values is not None and mask >> bit & 1
        ),
        None,
    )


def _options(question: Question, fixed: Mapping[str, Values]) -> Iterable[dict[str, Values]]:
    """Return ways to set the keys of a question with policy variables: equal, unequal, absent."""
    if isinstance(question, Resources):
        needs, of, wildcards = resource.needed(question), RESOURCE, True
        texts, unlike = question.patterns, ["*", "arn:aws:iam::111111111111:role/Any"]
    else:
        needs, of = condition.variable_keys(question), question.key
        texts, unlike = question.values, ["other"]
        wildcards = condition.has_wildcards(question)
    filled = {key: fixed.get(key) or (_SOME,) for key in needs}
    absent: dict[str, Values] = dict.fromkeys(needs, ())
    found: list[dict[str, Values]] = []
    for text in texts:
        for context in (filled, absent):
            pattern = resolve(
                template(text, wildcards=wildcards, variables=True), context, complete=True
            )
            if isinstance(pattern, tuple):
                value = text_of(pattern).replace("*", "x").replace("?", "x")
                found.append({**context, of: (value,)})
    found.extend({**context, of: (value,)} for context in (filled, absent) for value in unlike)
    if of != RESOURCE:
        found.extend({**context, of: ()} for context in (filled, absent))
    return found
