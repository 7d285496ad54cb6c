"""Search for the requests that two sides answer differently."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from govkit.access.action_classes import ActionClass, Formula, action_classes
from govkit.access.action_index import ActionIndex
from govkit.access.boxes import Box, Meter, Region, boxes, hull, merged
from govkit.access.domain import Domain, Question, Variable, domain, variable
from govkit.access.minterms import OutOfBudgetError
from govkit.access.rules import Rule, Side
from govkit.access.witness import Judges, Witness, witness

_MOST_APART = 24  # kinds of actions looked at one by one, where all together are too many
_MOST_STEPS = 200_000  # of one search, over all that it looks at
_MOST_PARTS = 24  # boxes looked at of what one rule changes
_MANY = 12  # services: then the example is of one that people know
_KNOWN = "s3"

Domains = Mapping[Variable, Domain]


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule changes for some actions: `parts` of requests, each with a witness.

    `around` is one box that holds all of them, and more requests, which other rules decide;
    `whole` says that the parts are all there is.
    """

    tightened: bool
    classes: tuple[ActionClass, ...]
    domains: Domains
    around: Box
    parts: tuple[tuple[Box, Witness], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Context:
    """What a search needs beside the two sides.

    `services` are those that the sides name, `lists` the keys of which they ask for several values.
    """

    index: ActionIndex
    judges: Judges
    services: Mapping[str, frozenset[str]]
    lists: frozenset[str]
    meter: Meter = field(default_factory=lambda: Meter(_MOST_STEPS))


def search(old: Side, new: Side, context: Context) -> Iterator[Found | str]:
    """Yield what is found, and in words what could not be decided."""
    try:
        classes = list(action_classes(old, new, context.index))
    except OutOfBudgetError:
        yield "There are too many patterns of actions to tell apart."
        return
    pairs: dict[tuple[Formula, Formula], list[ActionClass]] = {}
    for one in classes:
        pairs.setdefault((one.old, one.new), []).append(one)
    shared = _domains(classes, context.lists)
    if shared is None and len(pairs) > _MOST_APART:
        yield "There are too many patterns of resources and conditions to tell apart."
        return
    for (before, after), found in pairs.items():
        domains = shared if shared is not None else _domains(found, context.lists)
        if domains is None:
            yield f"{example(found, context)}: there are too many patterns to tell apart."
        else:
            yield from _compared(before, after, tuple(found), domains, context)


def example(classes: Iterable[ActionClass], context: Context) -> str:
    """Return an action of the classes: one of today, where there is one."""
    places = [
        ((one.mask & -one.mask).bit_length() - 1, one) for one in classes if one.points.service
    ]
    if not places:
        return _elsewhere(context)
    known = [pair for pair in places if pair[0] < len(pair[1].points.known)]
    if len(known) > _MANY:
        known.sort(key=lambda pair: pair[1].points.service != _KNOWN)
    bit, one = (known or places)[0]
    return f"{one.points.service}:{one.points.name(bit)}"


def _elsewhere(context: Context) -> str:
    """Return an action of a service that neither side names."""
    usual = ("ec2:RunInstances", "s3:GetObject", "lambda:InvokeFunction", "sqs:SendMessage")
    every = (f"{one}:{context.index.names(one)[0]}" for one in context.index.services)
    free = (one for one in (*usual, *every) if one.partition(":")[0] not in context.services)
    return next(free, "another-service:Action")


def _domains(classes: Iterable[ActionClass], lists: frozenset[str]) -> Domains | None:
    """Return the domains of all that the rules for some actions ask about; None if too large."""
    formulas = {formula for one in classes for formula in (one.old, one.new)}
    rules = {rule for one in formulas for rule in one.denies.union(*one.levels)}
    services = {one.points.service for one in classes}
    service = services.pop() if len(services) == 1 else ""
    questions: dict[Variable, set[Question]] = {}
    for rule in rules:
        for question in rule.questions:
            questions.setdefault(variable(question), set()).add(question)
    try:
        return {
            of: domain(of, asked, service or "s3", several=of in lists)
            for of, asked in questions.items()
        }
    except OutOfBudgetError:
        return None


def _compared(
    first: Formula,
    second: Formula,
    classes: tuple[ActionClass, ...],
    domains: Domains,
    context: Context,
) -> Iterator[Found | str]:
    """Yield what changes for the actions for which `first` held, and `second` will."""
    for tightened, old, new in ((True, first, second), (False, second, first)):
        for region in _regions(old, new, domains):
            parts, whole = _parts(region, domains, context.meter)
            if parts:
                around = hull(region, domains)
                found = Found(tightened, classes, domains, around, (), whole)
                yield from _confirmed(found, merged(parts), context)
            elif not whole:
                yield (
                    f"{example(classes, context)}: there are too many combinations of conditions "
                    f"to decide whether anything becomes {_becomes(tightened=tightened)}."
                )


def _parts(region: Region, domains: Domains, meter: Meter) -> tuple[list[Box], bool]:
    """Return the boxes of a region, and whether they are all of them."""
    parts: list[Box] = []
    try:
        for part in boxes(region, domains, Meter(whole=meter)):
            if len(parts) == _MOST_PARTS:
                return parts, False
            parts.append(part)
    except OutOfBudgetError:
        return parts, False
    return parts, True


def _regions(old: Formula, new: Formula, domains: Domains) -> Iterator[Region]:
    """Yield what `new` denies, for each of its reasons, and `old` allows."""
    denies = tuple(_boxes(old.denies, domains))
    within = tuple(tuple(_boxes(level, domains)) for level in old.levels)
    for box in _boxes(new.denies - old.denies, domains):
        yield Region(box, denies, within)
    for level in sorted(new.levels - old.levels, key=str):
        yield Region({}, (*denies, *_boxes(level, domains)), within)


def _boxes(rules: Iterable[Rule], domains: Domains) -> Iterator[Box]:
    for rule in sorted(rules, key=str):
        found: dict[Variable, int] = {}
        for question in rule.questions:
            of = variable(question)
            known = found.get(of, domains[of].everything)
            found[of] = known & domains[of].masks[question]
        if all(found.values()):
            yield found


def _confirmed(found: Found, parts: list[Box], context: Context) -> Iterator[Found | str]:
    """Yield what is found with the parts for which a request confirms it; say what is left."""
    action = example(found.classes, context)
    confirmed: list[tuple[Box, Witness]] = []
    for box in parts:
        one = witness(box, found.domains, action, context.judges, tightened=found.tightened)
        if one is None:
            yield _why(box, action, tightened=found.tightened)
        else:
            confirmed.append((box, one))
    if confirmed:
        yield Found(
            found.tightened,
            found.classes,
            found.domains,
            found.around,
            tuple(confirmed),
            found.whole,
        )


def _why(box: Box, action: str, *, tightened: bool) -> str:
    opaque = sorted(str(of) for of in box if not isinstance(of, str))
    if opaque:
        return (
            f"{action} may become {_becomes(tightened=tightened)}: that depends on policy "
            f"variables ({'; '.join(opaque)}), for which no telling values were found."
        )
    keys = ", ".join(sorted(str(of) for of in box))
    return (
        f"{action} may become {_becomes(tightened=tightened)}: {keys} is compared with too many "
        f"patterns, or in ways that have no theory in common, such as a date as a string."
    )


def _becomes(*, tightened: bool) -> str:
    return "denied" if tightened else "allowed"
