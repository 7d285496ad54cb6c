"""Reads a template's header: the leading Jinja comment that says in YAML what the template is."""

import re
from collections.abc import Iterator
from typing import Any

from govkit.policies.positions import Path, Position, position

MAX_HEADER = 20_000
MAX_DEPTH = 8
_TOO_DEEP = f"this is nested more than {MAX_DEPTH} levels deep"

_COMMENT = re.compile(r"\s*\{#[-+]?(.*?)[-+]?#\}", re.DOTALL)
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


class HeaderError(Exception):
    """The header cannot be read; where in the template, and why."""

    def __init__(self, where: Position, message: str) -> None:
        super().__init__(message)
        self.where = where
        self.message = message


def header(source: str) -> tuple[dict[str, Any], dict[Path, Position]]:
    """Return a template's header and where in the source each of its values stands.

    Raises `HeaderError` where there is none or it is not a plain YAML map: anchors and aliases,
    tags, several documents and deep nesting have no place in it. Scalars are read as YAML 1.2.
    """
    found = _COMMENT.match(source)
    if not found:
        raise HeaderError(Position(1, 1), "the header is missing: a comment {# title: … #} first")
    if len(found.group(1)) > MAX_HEADER:
        raise HeaderError(Position(1, 1), f"the header has more than {MAX_HEADER} characters")
    blank = re.sub(r"[^\n]", " ", source[: found.start(1)])
    places: dict[Path, Position] = {}
    value = _parsed(blank + found.group(1), places)
    if not isinstance(value, dict):
        raise HeaderError(position(source, found.start(1)), "the header is not a map")
    return value, places


def _parsed(text: str, places: dict[Path, Position]) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = yaml.parse(text, Loader=loader)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                return _node(next(events), events, (), places)
    except yaml.MarkedYAMLError as error:
        raise HeaderError(_mark(error.problem_mark), _words(error.problem or "")) from None
    except yaml.YAMLError as error:
        raise HeaderError(Position(1, 1), f"not YAML: {str(error).splitlines()[0]}") from None
    return None


def _words(problem: str) -> str:
    if "nesting depth" in problem:  # libyaml reads ahead, and stops at a depth of its own
        return _TOO_DEEP
    return f"not YAML: {problem}"


def _node(event: Any, events: Iterator[Any], path: Path, places: dict[Path, Position]) -> Any:
    import yaml

    here = _mark(event.start_mark)
    places.setdefault(path, here)
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise HeaderError(here, "anchors and aliases have no place in a header")
    if event.tag is not None:
        raise HeaderError(here, f"the tag {event.tag} has no place in a header")
    if len(path) > MAX_DEPTH:
        raise HeaderError(here, _TOO_DEEP)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event.value) if event.implicit[0] else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        return _list(events, path, places, yaml.SequenceEndEvent)
    return _map(events, path, places, yaml.MappingEndEvent)


def _list(
    events: Iterator[Any], path: Path, places: dict[Path, Position], end: type[Any]
) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, end):
            break
        items.append(_node(event, events, (*path, len(items)), places))
    return items


def _map(
    events: Iterator[Any], path: Path, places: dict[Path, Position], end: type[Any]
) -> dict[str, Any]:
    items: dict[str, Any] = {}
    for event in events:
        if isinstance(event, end):
            break
        here = _mark(event.start_mark)
        key = getattr(event, "value", None)
        if not isinstance(key, str):
            raise HeaderError(here, "a key is a text")
        if key in items:
            raise HeaderError(here, f'the key "{key}" is given twice')
        places[(*path, key)] = here
        items[key] = _node(next(events), events, (*path, key), places)
    return items


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def _mark(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
