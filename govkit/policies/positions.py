"""Where things stand in a JSON text: offsets of every value, and of keys that are given twice."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; line and column count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


def position(text: str, offset: int) -> Position:
    """Return the line and column of an offset."""
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - before.rfind("\n"))


def positions(text: str) -> dict[Path, Position]:
    """Return where each value of a well-formed JSON text begins, by its path."""
    starts = list(_line_starts(text))
    return {path: _place(starts, offset) for path, offset, _ in walk(text)}


def repeated_key(text: str) -> tuple[str, int] | None:
    """Return the first key that an object of a well-formed JSON text has twice, and its offset."""
    seen: set[Path] = set()
    for path, _, key_at in walk(text):
        if path in seen and isinstance(path[-1], str):
            return path[-1], key_at
        seen.add(path)
    return None


def walk(text: str) -> Iterator[tuple[Path, int, int]]:
    """Yield path, offset and offset of its key for every value; never recurses."""
    stack: list[tuple[str, int]] = []
    path: list[str | int] = []
    key_at = 0
    wants_key = False
    for token in _TOKEN.finditer(text):
        mark, at = token.group(), token.start()
        if mark in "]}":
            opened, depth = stack.pop()
            wants_key = False
            del path[depth:]
        elif mark == ",":
            opened, depth = stack[-1]
            wants_key = opened == "{"
            last = path[depth] if len(path) > depth else 0
            del path[depth:]
            if opened == "[" and isinstance(last, int):
                path.append(last + 1)
        elif mark == ":":
            wants_key = False
        elif wants_key:
            path.append(json.loads(mark))
            key_at = at
        else:
            yield tuple(path), at, key_at if path and isinstance(path[-1], str) else at
            if mark in "[{":
                stack.append((mark, len(path)))
                wants_key = mark == "{"
                if mark == "[":
                    path.append(0)


def _line_starts(text: str) -> Iterator[int]:
    yield 0
    for newline in re.finditer("\n", text):
        yield newline.end()


def _place(starts: list[int], offset: int) -> Position:
    line = bisect_right(starts, offset)
    return Position(line, offset - starts[line - 1] + 1)
