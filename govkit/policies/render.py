"""Renders a template with its parameters: the pure step, unbounded; see `bounded` for the run."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import TemplateNotFound, TemplateSyntaxError

from govkit.policies.document import DocumentError, read
from govkit.policies.environment import compiled, environment
from govkit.policies.template import Template, TemplateError, TemplateFault
from govkit.policies.trace import traced

MAX_OUTPUT = 1_000_000

Render = Callable[[Template, Mapping[str, Any]], str]


def renderer(
    folders: Sequence[Path],
    opened: Callable[[Path], None] = lambda _path: None,
    most: int = MAX_OUTPUT,
) -> Render:
    """Return a function that renders templates, compiling each of them once.

    What it returns is one JSON object as `document.parse` takes it, of at most `most` characters.
    Raises `TemplateError` with file, line and column for everything else. `opened` is told of
    each file that is included or imported.
    """
    made = environment(folders, opened)
    ready: dict[tuple[str, str], Any] = {}

    def render(template: Template, values: Mapping[str, Any]) -> str:
        key = (template.file, template.source)
        try:
            if key not in ready:
                ready[key] = compiled(made, template.name, template.source, template.file)
            written = _limited(ready[key], values, most)
        except TemplateError:
            raise
        except MemoryError:
            raise TemplateError([_at_top(template, "this takes too much memory")]) from None
        except RecursionError:
            raise TemplateError([_at_top(template, "this calls itself without end")]) from None
        except Exception as error:  # noqa: BLE001 - a template is a program, and may raise anything
            raise TemplateError([_fault(template, error)]) from None
        _check(template, values, folders, written)
        return written

    return render


class _TooMuchError(ValueError):
    pass


def _limited(ready: Any, values: Mapping[str, Any], most: int) -> str:
    pieces: list[str] = []
    length = 0
    for piece in ready.generate(**values):
        length += len(piece)
        if length > most:
            raise _TooMuchError(f"this prints more than {most:,} characters")
        pieces.append(piece)
    return "".join(pieces)


def _check(
    template: Template, values: Mapping[str, Any], folders: Sequence[Path], written: str
) -> None:
    try:
        read(written)
    except DocumentError:
        trace = traced(template, values, folders)
        try:
            read(trace.text)
        except DocumentError as error:
            offset = _offset(trace.text, error.line, error.column)
            file, line, column = trace.place(offset) or (template.file, 1, 1)
            message = f"what is printed here is no policy: {error.message}"
            raise TemplateError([TemplateFault(file, line, column, message)]) from None
        raise


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def _fault(template: Template, error: Exception) -> TemplateFault:
    message = re.sub(r"\s+", " ", str(getattr(error, "message", None) or error)) or repr(error)
    if isinstance(error, TemplateNotFound):
        message = f'there is no template "{error.name}" in the template folders'
    if isinstance(error, TemplateSyntaxError):
        file = error.filename or template.file
        return TemplateFault(file, error.lineno, 1, message)
    file, line = _last_line(error.__traceback__) or (template.file, 1)
    return TemplateFault(file, line, 1, message)


def _last_line(trace: TracebackType | None) -> tuple[str, int] | None:
    """Return the innermost template and line; Jinja writes them into the traceback."""
    found = None
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def _at_top(template: Template, message: str) -> TemplateFault:
    return TemplateFault(template.file, 1, 1, message)
