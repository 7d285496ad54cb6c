"""The Jinja2 environment of templates: sandboxed, strict, and safe against its own parameters.

Whatever an expression prints is escaped for the inside of a JSON string; `tojson` (and everything
that is not a text) prints a whole JSON value. So no parameter can break out of its string.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from govkit.policies.template import find, text

_NOT_HERE = frozenset(
    {"safe", "e", "escape", "forceescape", "urlize", "xmlattr", "pprint", "random"}
)
_GLOBALS = ("range", "dict", "namespace")


def environment(folders: Sequence[Path], opened: Callable[[Path], None]) -> Any:
    """Return an environment that includes and imports from the folders alone, the first first.

    `opened` is told of each file that is read.
    """

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = find(name, folders)
        if path is None:
            return None
        opened(path)
        return text(path), str(path), lambda: True

    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=True,  # marks what macros and blocks print as finished; `_printed` does the rest
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=1_000,
    )
    made.filters = {key: do for key, do in made.filters.items() if key not in _NOT_HERE}
    made.filters["tojson"] = _json
    made.globals = {key: made.globals[key] for key in _GLOBALS}
    return made


def compiled(made: Any, name: str, source: str, file: str) -> Any:
    """Return a template of the environment from its source, compiled once."""
    code = made.compile(source, name, file)
    return made.template_class.from_code(made, code, made.make_globals(None))


@pass_context  # so that Jinja does not print constants by itself, while compiling
def _printed(_context: Context, value: Any) -> Markup:
    if isinstance(value, Markup):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises, and names what is not defined
    if isinstance(value, str):
        return Markup(json.dumps(value, ensure_ascii=False)[1:-1])  # noqa: S704 - escaped for JSON
    return _json(value)


def _json(value: Any) -> Markup:
    if isinstance(value, Undefined):
        str(value)
    try:
        written = json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_listed
        )
    except (TypeError, ValueError) as error:
        raise TypeError(f"this cannot be written as JSON: {error}") from None
    return Markup(written)  # noqa: S704 - JSON it is


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "__next__"):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no value")
