"""The parameters of a template: what they are, and whether the values given for them fit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from govkit.policies.paths import token
from govkit.policies.positions import Path

TYPES = ("string", "integer", "boolean", "account", "arn", "region", "ou", "map")
MAX_TEXT = 4_096

_ACCOUNT = re.compile(r"\d{12}")
_FORMS = {
    "arn": re.compile(r"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:\S+"),
    "region": re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+"),
}
_EXPECTED = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "account": "an account: its key or its ID of 12 digits",
    "arn": "an ARN, such as arn:aws:iam::*:role/Name",
    "region": "a Region, such as eu-west-1",
    "ou": "the path of an OU, such as Workloads/Prod",
    "map": "a map",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter, as a template's header declares it.

    `type` is that of a single value; `many` says that the parameter is a list of them. `min` and
    `max` bound a number, the length of a text, or the length of a list.
    """

    name: str
    type: str = "string"
    many: bool = False
    description: str = ""
    required: bool = True
    default: Any = None
    pattern: str | None = None
    choices: tuple[Any, ...] = ()
    min: int | None = None
    max: int | None = None

    @property
    def written(self) -> str:
        """The type as a header writes it."""
        return f"list[{self.type}]" if self.many else self.type


@dataclass(frozen=True, slots=True)
class ParameterFault:
    """A value that does not fit: where below `params`, what was expected, what was found."""

    path: Path
    expected: str
    found: str
    nearest: str | None = None

    def __str__(self) -> str:
        asked = f' Did you mean "{self.nearest}"?' if self.nearest else ""
        return f"Expected {self.expected}, found {self.found}.{asked}"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values that a template is rendered with: complete, checked and in their final form."""

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[ParameterFault, ...] = ()


def arguments(
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    accounts: Mapping[str, str] | None = None,
) -> Arguments:
    """Return the given values with defaults filled in, and every fault.

    `accounts` leads from the layout's keys of accounts to IDs; without it only IDs are taken. An
    OU's path becomes its token (see `paths`).
    """
    known = {parameter.name: parameter for parameter in parameters}
    faults = list(value_faults(parameters, given, accounts))
    faults += [
        ParameterFault(("params",), f'the parameter "{name}", {_described(parameter)}', "nothing")
        for name, parameter in known.items()
        if parameter.required and name not in given
    ]
    whole = {name: given.get(name, parameter.default) for name, parameter in known.items()}
    if faults:
        return Arguments({}, tuple(faults))
    return Arguments({name: _final(known[name], value, accounts) for name, value in whole.items()})


def value_faults(
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    accounts: Mapping[str, str] | None = None,
) -> Iterator[ParameterFault]:
    """Yield what is wrong with the values that are given; what is missing is not asked."""
    known = {parameter.name: parameter for parameter in parameters}
    for name, value in given.items():
        if name in known:
            yield from _value(known[name], value, accounts)
        else:
            near = get_close_matches(str(name), list(known), n=1)
            names = ", ".join(known) or "none: this template has no parameters"
            yield ParameterFault(
                ("params", name),
                f"one of the template's parameters ({names})",
                f'"{name}"',
                near[0] if near else None,
            )


def widened(
    parameters: Sequence[Parameter], given: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of an exemption that widens: lists are added, the rest replaced."""
    lists = {parameter.name: parameter for parameter in parameters if parameter.many}
    result = dict(given)
    for name, value in more.items():
        base = given.get(name, lists[name].default if name in lists else None)
        if name in lists and isinstance(value, list) and isinstance(base or [], list):
            result[name] = [*(base or []), *(item for item in value if item not in (base or []))]
        else:
            result[name] = value
    return result


def _described(parameter: Parameter) -> str:
    return f"{parameter.written}: {parameter.description}".removesuffix(": ")


def _value(
    parameter: Parameter, value: Any, accounts: Mapping[str, str] | None
) -> Iterator[ParameterFault]:
    path: Path = ("params", parameter.name)
    if not parameter.many:
        yield from _single(parameter, value, path, accounts)
    elif not isinstance(value, list):
        yield ParameterFault(path, f"a list ({parameter.written})", _shown(value))
    else:
        yield from _bounds(parameter, len(value), "entries", path)
        for index, item in enumerate(value):
            yield from _single(parameter, item, (*path, index), accounts)


def _single(
    parameter: Parameter, value: Any, path: Path, accounts: Mapping[str, str] | None
) -> Iterator[ParameterFault]:
    if not _fits(parameter.type, value, accounts or {}):
        near = get_close_matches(str(value), list(accounts or {}), n=1)
        is_account = parameter.type == "account" and near
        yield ParameterFault(
            path, _EXPECTED[parameter.type], _shown(value), near[0] if is_account else None
        )
        return
    if parameter.choices and value not in parameter.choices:
        near = get_close_matches(str(value), [str(choice) for choice in parameter.choices], n=1)
        expected = "one of " + ", ".join(str(choice) for choice in parameter.choices)
        yield ParameterFault(path, expected, _shown(value), near[0] if near else None)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        yield ParameterFault(path, f"at most {MAX_TEXT} characters", f"{len(value)} characters")
    elif parameter.pattern and not re.fullmatch(parameter.pattern, str(value)):
        yield ParameterFault(path, f"a text like {parameter.pattern}", _shown(value))
    if not parameter.many and isinstance(value, (str, int)) and not isinstance(value, bool):
        size, unit = (len(value), "characters") if isinstance(value, str) else (value, "")
        yield from _bounds(parameter, size, unit, path)


def _bounds(parameter: Parameter, size: int, unit: str, path: Path) -> Iterator[ParameterFault]:
    found = f"{size} {unit}".strip()
    if parameter.min is not None and size < parameter.min:
        yield ParameterFault(path, f"at least {parameter.min} {unit}".strip(), found)
    if parameter.max is not None and size > parameter.max:
        yield ParameterFault(path, f"at most {parameter.max} {unit}".strip(), found)


def _fits(kind: str, value: Any, accounts: Mapping[str, str]) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return _is_whole(value)
        case "map":
            return isinstance(value, dict) and all(isinstance(key, str) for key in value)
        case "account":
            whole = isinstance(value, str) or _is_whole(value)
            return whole and (str(value) in accounts or bool(_ACCOUNT.fullmatch(str(value))))
        case _:
            form = _FORMS.get(kind)
            return isinstance(value, str) and (form is None or bool(form.fullmatch(value)))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _final(parameter: Parameter, value: Any, accounts: Mapping[str, str] | None) -> Any:
    if isinstance(value, list) and parameter.many:
        return [_final_item(parameter.type, item, accounts) for item in value]
    return value if value is None else _final_item(parameter.type, value, accounts)


def _final_item(kind: str, value: Any, accounts: Mapping[str, str] | None) -> Any:
    match kind:
        case "account":
            return (accounts or {}).get(str(value), str(value))
        case "ou":
            return token(value)
        case _:
            return value


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value[:80]}"'
        case list():
            return "a list"
        case dict():
            return "a map"
        case _:
            return str(value)[:80]
