"""A policy document: the text that is sent, and equality by what it means."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from govkit.errors import GovkitError
from govkit.policies.canonical import Grammar, canonical, canonical_statement, dense
from govkit.policies.positions import position, repeated_key

MAX_DEPTH = 64
_DIGITS = 308  # of an integer: as a fraction, more are infinite


class DocumentError(GovkitError):
    """A text is not a policy document; `message`, and `line` and `column` (from 1) in that text."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__("Not a policy document", f"{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document. Two are equal when AWS treats them as equal, whatever their spelling.

    `text` is minified, with the keys in the order in which they were written. `value` is the
    parsed JSON: for reading only.
    """

    canonical: str
    text: str = field(compare=False)
    value: dict[str, Any] = field(compare=False, repr=False)
    grammar: Grammar = field(compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON that a person can read."""
        return self.value

    def __len__(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an IAM document; equal by meaning. `str()` is its canonical JSON."""

    canonical: str
    index: int = field(compare=False)
    value: Any = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.canonical

    @property
    def sid(self) -> str | None:
        """Its Sid, where it has one."""
        sid = self.value.get("Sid") if isinstance(self.value, dict) else None
        return sid if isinstance(sid, str) else None


def parse(text: str, grammar: Grammar = Grammar.IAM) -> Document:
    """Return the document that a text is.

    Raises `DocumentError`, with line and column, for anything but one JSON object: also for keys
    that are given twice, NaN and infinities, text after the object, and nesting without end.
    """
    return of(read(text), grammar)


def of(value: dict[str, Any], grammar: Grammar = Grammar.IAM) -> Document:
    """Return the document that a JSON object is; `DocumentError` where it is not JSON."""
    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode()
        return Document(canonical(value, grammar), text, value, grammar)
    except RecursionError:
        raise DocumentError("this is nested too deeply") from None
    except UnicodeEncodeError:
        raise DocumentError("this has half of a surrogate pair, which is no character") from None
    except (TypeError, ValueError) as error:
        raise DocumentError(f"this is not JSON: {error}") from None


def read(text: str) -> dict[str, Any]:
    """Return the JSON object that a text is, as strictly as `parse`."""
    value = json_value(text)
    if not isinstance(value, dict):
        raise DocumentError("a policy document is a JSON object")
    return value


def json_value(text: str) -> Any:
    """Return the JSON value that a text is, as strictly as `parse`."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise DocumentError(_complaint(error), error.lineno, error.colno) from None
    except _RepeatedKeyError:
        raise _twice(text) from None
    except RecursionError:
        raise DocumentError("this is nested too deeply") from None
    except ValueError as error:
        raise _at(text, str(error)) from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise DocumentError(f"this is nested more than {MAX_DEPTH} levels deep")
    return value


def statements(document: Document) -> tuple[Statement, ...]:
    """Return the statements of an IAM document in their order; other documents have none."""
    if document.grammar is not Grammar.IAM:
        return ()
    given = document.value.get("Statement", [])
    listed = given if isinstance(given, list) else [given]
    return tuple(
        Statement(dense(canonical_statement(value)), index, value)
        for index, value in enumerate(listed)
    )


class _RepeatedKeyError(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _RepeatedKeyError
    return value


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"{text[:40]} and so on is too large a number")
    return int(text)


def _complaint(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "there is text after the end of the document"
    return f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"


def _twice(text: str) -> DocumentError:
    key, offset = repeated_key(text) or ("", 0)
    place = position(text, offset)
    return DocumentError(f'the key "{key}" is given twice', place.line, place.column)


def _at(text: str, message: str) -> DocumentError:
    word = message.partition(" ")[0]
    place = position(text, max(text.find(word), 0))
    return DocumentError(message, place.line, place.column)


def _depth(value: Any) -> int:
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        level = [part for whole in level for part in _parts(whole)]
    return depth


def _parts(whole: Any) -> Iterator[Any]:
    match whole:
        case dict():
            yield from whole.values()
        case list():
            yield from whole
        case _:
            pass
