"""Leads from a place in a rendered text back to the template: file, line and column."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.ext import Extension

from govkit.policies.environment import compiled, environment
from govkit.policies.positions import position
from govkit.policies.template import Template

_PRINTING = {"data": "T", "variable_begin": "E"}
# Private-use characters: nobody writes them into a policy.
_MARK = re.compile("\ue000([TE]):(\\d+):(\\d+):([^\ue001]*)\ue001")


@dataclass(frozen=True, slots=True)
class Trace:
    """A rendered text, and where in the templates each stretch of it was written."""

    text: str
    _starts: tuple[int, ...]
    _stretches: tuple[tuple[str, int, int, str], ...]

    def place(self, offset: int) -> tuple[str, int, int] | None:
        """Return file, line and column of what was printed at an offset of the text."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return None
        kind, line, column, file = self._stretches[index]
        if kind == "E":  # printed by an expression, which stands here
            return file, line, column
        literal = self.text[self._starts[index] : offset]
        newlines = literal.count("\n")
        if newlines:
            return file, line + newlines, len(literal) - literal.rfind("\n")
        return file, line, column + len(literal)


def traced(template: Template, values: Mapping[str, Any], folders: Sequence[Path]) -> Trace:
    """Render a template, which is known to render, and return its text with its origins."""
    made = environment(folders, lambda _path: None)
    made.add_extension(_Marks)
    marked = compiled(made, template.name, template.source, template.file).render(**values)
    clean: list[str] = []
    starts: list[int] = []
    stretches: list[tuple[str, int, int, str]] = []
    length = last = 0
    for mark in _MARK.finditer(marked):
        clean.append(marked[last : mark.start()])
        length += mark.start() - last
        last = mark.end()
        starts.append(length)
        stretches.append((mark[1], int(mark[2]), int(mark[3]), mark[4]))
    clean.append(marked[last:])
    return Trace("".join(clean), tuple(starts), tuple(stretches))


class _Marks(Extension):
    """Writes before each stretch of literal text, and each expression, where it stands."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        pieces: list[str] = []
        done = 0
        for _, kind, value in self.environment.lexer.tokeniter(source, name, filename):
            at = source.find(value, done)
            if at < 0 or not value:
                continue
            pieces.append(source[done:at])
            if kind in _PRINTING:
                pieces.append(_mark(_PRINTING[kind], source, at, filename or ""))
            pieces.append(value)
            done = at + len(value)
        return "".join(pieces) + source[done:]


def _mark(kind: str, source: str, offset: int, file: str) -> str:
    place = position(source, offset)
    return f"\ue000{kind}:{place.line}:{place.column}:{file}\ue001"
