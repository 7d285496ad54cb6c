"""Templates of policies: found in folders, with what their headers say of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from govkit.errors import GovkitError
from govkit.policies.header import HeaderError, header
from govkit.policies.parameters import TYPES, Parameter, value_faults
from govkit.policies.positions import Path as JsonPath
from govkit.policies.positions import Position

SEVERITIES = ("low", "medium", "high", "critical")
MAX_TEMPLATE = 256_000

_KEYS = ("title", "description", "type", "severity", "controls", "break_glass", "parameters")
_PARAMETER_KEYS = ("type", "description", "default", "pattern", "choices", "min", "max")
_LIST = re.compile(r"list\[(\w+)\]")


@dataclass(frozen=True, slots=True, order=True)
class TemplateFault:
    """Something wrong in a template; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class TemplateError(GovkitError):
    """A template cannot be used; carries every fault that was found."""

    def __init__(self, faults: Iterable[TemplateFault], hint: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__("Template cannot be used", "\n".join(map(str, self.faults)), hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template and its header. `break_glass` False keeps break-glass principals denied too."""

    name: str
    file: str
    source: str = field(repr=False)
    title: str
    description: str = ""
    type: str = "scp"
    severity: str = "medium"
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    break_glass: bool = True
    parameters: tuple[Parameter, ...] = ()


def names(folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of all templates in the folders; those with `_` in front are shared parts."""
    found = (path for folder in folders for path in folder.glob("**/*.j2"))
    inside = {
        path.relative_to(folder).as_posix()
        for path in found
        for folder in folders
        if path.is_relative_to(folder) and not path.name.startswith("_")
    }
    return tuple(sorted(inside))


def find(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the first file of that name in the folders, or None; never one outside of them."""
    parts = name.split("/")
    if "\\" in name or any(part in ("", ".", "..") for part in parts):
        return None
    for folder in folders:
        path = folder.joinpath(*parts)
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def load(name: str, folders: Sequence[Path]) -> Template:
    """Return the template of that name; `TemplateError` where there is none or its header is wrong."""
    path = find(name, folders)
    if path is None:
        near = get_close_matches(name, names(folders), n=1)
        hint = f'Did you mean "{near[0]}"?' if near else ""
        raise TemplateError([TemplateFault(name, 1, 1, "there is no such template")], hint)
    return parse(name, str(path), text(path))


def text(path: Path) -> str:
    """Return what a template's file says; `TemplateError` where it is too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TEMPLATE + 1)
        if len(content) > MAX_TEMPLATE:
            problem = f"the file has more than {MAX_TEMPLATE} bytes"
            raise TemplateError([TemplateFault(str(path), 1, 1, problem)])
        return content.decode()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise TemplateError([TemplateFault(str(path), 1, 1, problem)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError([TemplateFault(str(path), line, 1, "this is not UTF-8")]) from None


def parse(name: str, file: str, source: str) -> Template:
    """Return the template that a source is; `TemplateError` with every fault of its header."""
    try:
        value, places = header(source)
    except HeaderError as error:
        fault = TemplateFault(file, error.where.line, error.where.column, error.message)
        raise TemplateError([fault]) from None
    reader = _Reader(file, places)
    parameters = tuple(reader.parameter(key, part) for key, part in reader.map(value, "parameters"))
    template = Template(
        name=name,
        file=file,
        source=source,
        title=reader.text(value, "title", required=True),
        description=reader.text(value, "description"),
        type=reader.text(value, "type") or "scp",
        severity=reader.text(value, "severity", choices=SEVERITIES) or "medium",
        controls={key: reader.texts(part, key) for key, part in reader.map(value, "controls")},
        break_glass=reader.flag(value),
        parameters=parameters,
    )
    reader.unknown(value, _KEYS, ())
    if reader.faults:
        raise TemplateError(sorted(reader.faults))
    return template


class _Reader:
    """Takes a header apart and collects what is wrong with it."""

    def __init__(self, file: str, places: Mapping[JsonPath, Position]) -> None:
        self.file = file
        self.places = places
        self.faults: list[TemplateFault] = []

    def fault(self, path: JsonPath, message: str) -> None:
        while path not in self.places:
            path = path[:-1]
        place = self.places[path]
        self.faults.append(TemplateFault(self.file, place.line, place.column, message))

    def unknown(self, value: Mapping[str, Any], known: Sequence[str], path: JsonPath) -> None:
        for key in value:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                asked = f'; did you mean "{near[0]}"?' if near else ""
                self.fault((*path, key), f'unknown key "{key}"{asked}')

    def text(
        self, value: Mapping[str, Any], key: str, *, required: bool = False, choices: Any = ()
    ) -> str:
        part = value.get(key)
        if part is None and not required:
            return ""
        if not isinstance(part, str) or (choices and part not in choices):
            expected = " or ".join(choices) or "a text"
            self.fault((key,), f'"{key}" must be {expected}')
            return ""
        return part.strip()

    def texts(self, part: Any, key: str) -> tuple[str, ...]:
        items = part if isinstance(part, list) else [part]
        if not all(isinstance(item, (str, int)) for item in items):
            self.fault(("controls", key), "controls are lists of texts")
            return ()
        return tuple(str(item) for item in items)

    def flag(self, value: Mapping[str, Any]) -> bool:
        part = value.get("break_glass", True)
        if not isinstance(part, bool):
            self.fault(("break_glass",), '"break_glass" must be true or false')
        return part is not False

    def map(self, value: Mapping[str, Any], key: str) -> Iterable[tuple[str, Any]]:
        part = value.get(key) or {}
        if isinstance(part, dict):
            return part.items()
        self.fault((key,), f'"{key}" must be a map')
        return ()

    def parameter(self, name: str, part: Any) -> Parameter:
        path: JsonPath = ("parameters", name)
        if not isinstance(part, dict):
            self.fault(path, "a parameter is a map with a type")
            return Parameter(name=name)
        self.unknown(part, _PARAMETER_KEYS, path)
        if not name.isidentifier():
            self.fault(path, f'"{name}" is no name: letters, digits and _')
        listed = _LIST.fullmatch(str(part.get("type")))
        kind = listed.group(1) if listed else part.get("type")
        if kind not in TYPES:
            self.fault((*path, "type"), f"the type must be one of {', '.join(TYPES)} or a list[…]")
            kind = "string"
        parameter = self._parameter(name, str(kind), listed is not None, part)
        if "default" in part and part["default"] is not None:
            for wrong in value_faults((parameter,), {name: part["default"]}):
                self.fault((*path, "default", *wrong.path[2:]), str(wrong))
        return parameter

    def _parameter(self, name: str, kind: str, many: bool, part: dict[str, Any]) -> Parameter:  # noqa: FBT001 - private, called once
        path: JsonPath = ("parameters", name)
        choices = part.get("choices") or []
        pattern = part.get("pattern")
        bounds = {bound: part.get(bound) for bound in ("min", "max")}
        for bound, figure in bounds.items():
            if figure is not None and type(figure) is not int:
                self.fault((*path, bound), f'"{bound}" must be a whole number')
                bounds[bound] = None
        if not isinstance(choices, list):
            self.fault((*path, "choices"), '"choices" must be a list')
            choices = []
        if pattern is not None and not _is_pattern(pattern):
            self.fault((*path, "pattern"), '"pattern" must be a regular expression')
            pattern = None
        return Parameter(
            name=name,
            type=kind,
            many=many,
            description=str(part.get("description") or "").strip(),
            required="default" not in part,
            default=part.get("default"),
            pattern=pattern,
            choices=tuple(choices),
            min=bounds["min"],
            max=bounds["max"],
        )


def _is_pattern(pattern: Any) -> bool:
    try:
        re.compile(pattern)
    except (re.error, TypeError, RecursionError):
        return False
    return True
