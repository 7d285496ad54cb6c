"""What pydantic found wrong, said in the layout's words, at the layout's lines."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from govkit.layout.faults import Faults
from govkit.layout.scalars import Number
from govkit.layout.sheet import Sheet
from govkit.model.suggest import did_you_mean

Said = tuple[str, str]
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_MISSING = frozenset({"missing", "missing_argument"})


def complain(error: ValidationError, model: type[BaseModel], sheet: Sheet, faults: Faults) -> None:
    """Add a fault for each thing that the model refuses in a file."""
    for detail in _of_one_branch(error.errors(include_url=False), sheet):
        steps, kind = detail["loc"], detail["type"]
        if kind in _UNKNOWN:
            faults.add(sheet.key_at(*steps), *_unknown_key(steps, model, sheet))
        elif kind in _MISSING:
            faults.add(sheet.key_at(*steps[:-1]), f'The key "{steps[-1]}" is missing here')
        else:
            at = sheet.key_at if steps and steps[-1] == "[key]" else sheet.value_at
            faults.add(at(*steps), *_said(detail, sheet.value(*steps)))


def _of_one_branch(details: Iterable[Any], sheet: Sheet) -> Iterator[Any]:
    """Yield the complaints; of a union's, only those of the branch whose shape the value has."""
    unions: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for detail in details:
        at = _branch_at(detail, sheet)
        if at is None:
            yield detail
        else:
            unions[detail["loc"][:at]].append(detail)
    for place, complaints in unions.items():
        inside = [one for one in complaints if len(one["loc"]) > len(place) + 1]
        yield from inside or complaints[:1]


def _branch_at(detail: Any, sheet: Sheet) -> int | None:
    """Return which step of a complaint names a union's branch: it stands nowhere in the file."""
    steps = detail["loc"]
    last = len(steps) - 1 if detail["type"] in _MISSING else len(steps)
    for at in range(last):
        if steps[at] == "[key]":
            return None
        if not sheet.has(*steps[: at + 1]):
            return at
    return None


def _said(detail: Any, value: object) -> Said:
    kind, facts = detail["type"], detail.get("ctx", {})
    say = _WORDS.get(kind)
    if say is not None:
        return say(facts, value)
    text = re.sub(r"^(Input|Value) should be", "Expected", detail["msg"])
    return text.removeprefix("Value error, "), ""


def _unknown_key(steps: tuple[str | int, ...], model: type[BaseModel], sheet: Sheet) -> Said:
    key = str(steps[-1])
    known = _keys(model, steps[:-1], sheet)
    hint = did_you_mean(key, known)
    if not hint and known:
        hint = f"Known here: {', '.join(sorted(known))}."
    return f'The key "{key}" is not known here', hint


def _keys(model: type[BaseModel], steps: Iterable[str | int], sheet: Sheet) -> Collection[str]:
    """Return the keys that the model knows at a place, by walking its annotations."""
    here: list[Any] = [model]
    taken: tuple[str | int, ...] = ()
    for step in steps:
        if sheet.has(*taken, step):
            taken = (*taken, step)
            here = [part for known in here for part in _below(known, step)]
    return {name for known in here for name in _names(known)}


def _names(known: Any) -> Iterator[str]:
    if isinstance(known, type) and issubclass(known, BaseModel):
        yield from (field.alias or name for name, field in known.model_fields.items())
    elif isinstance(known, type) and is_dataclass(known):
        yield from (field.name for field in fields(known))


def _below(known: Any, step: str | int) -> list[Any]:
    if isinstance(known, type) and issubclass(known, BaseModel):
        for name, field in known.model_fields.items():
            if step in (name, field.alias):
                return _alternatives(field.annotation)
        return []
    arguments = get_args(known)
    return _alternatives(arguments[-1]) if arguments else []


def _alternatives(annotation: Any) -> list[Any]:
    """Return the types that an annotation allows, unions and `Annotated` taken apart."""
    if hasattr(annotation, "__metadata__"):
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [part for option in get_args(annotation) for part in _alternatives(option)]
    return [annotation]


def found(value: object) -> str:
    """Return how a value of the layout is named in a message."""
    match value:
        case Number():
            return f"the number {value[:60]}"
        case str():
            return f'"{value[:60]}"'
        case bool():
            return "true" if value else "false"
        case None:
            return "nothing"
        case _:
            return "a mapping" if isinstance(value, Mapping) else "a list"


def _expected(what: str, hint: str = "") -> Callable[[Mapping[str, Any], object], Said]:
    return lambda _, value: (f"Expected {what}, found {found(value)}", hint)


def _flag(_: Mapping[str, Any], value: object) -> Said:
    return f"Expected true or false, found {found(value)}", "Write true or false, without quotes."


def _choice(facts: Mapping[str, Any], value: object) -> Said:
    choices = re.findall(r"'([^']*)'", str(facts.get("expected", "")))
    hint = did_you_mean(value, choices) if isinstance(value, str) else ""
    listed = f"one of {', '.join(choices)}" if len(choices) > 1 else "".join(choices)
    return f"Expected {listed}, found {found(value)}", hint


def _text(_: Mapping[str, Any], value: object) -> Said:
    hint = "Quote it, if it is meant as a text." if isinstance(value, bool) else ""
    return f"Expected a text, found {found(value)}", hint


_WORDS: dict[str, Callable[[Mapping[str, Any], object], Said]] = {
    "layout": lambda facts, _: (str(facts["message"]), ""),
    "string_type": _text,
    "bool_type": _flag,
    "bool_parsing": _flag,
    "literal_error": _choice,
    "int_type": _expected("a whole number"),
    "int_parsing": _expected("a whole number"),
    "float_type": _expected("a number"),
    "float_parsing": _expected("a number"),
    "dict_type": _expected("a mapping"),
    "model_type": _expected("a mapping"),
    "model_attributes_type": _expected("a mapping"),
    "dataclass_type": _expected("a mapping"),
    "list_type": _expected("a list", "Write [a, b], or one item a line after a dash."),
    "tuple_type": _expected("a list"),
    "set_type": _expected("a list"),
    "frozen_set_type": _expected("a list"),
    "string_pattern_mismatch": lambda facts, value: (
        f"{found(value)[:1].upper()}{found(value)[1:]} does not have the form that belongs here",
        f"The form is {facts.get('pattern', '')}",
    ),
    "string_too_short": lambda _, value: (f"This is too short: {found(value)}", ""),
    "string_too_long": lambda facts, _: (
        f"This is longer than {facts.get('max_length')} characters",
        "",
    ),
    "too_short": lambda facts, _: (
        f"At least {facts.get('min_length')} of these must be listed",
        "",
    ),
    "greater_than_equal": lambda facts, _: (f"This must be {facts.get('ge')} or more", ""),
}
