"""OUs in documents: the token that stands for an OU's path of IDs, which AWS gives only later.

`${govkit:path:/Workloads/Prod}` stands for `o-…/r-…/ou-…/ou-…`, without a trailing slash, so that
`<token>/*` in a condition on an `OrgPaths` key means the accounts in that OU and below it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from govkit.policies.document import Document, of

_OPENING = "${govkit:path:"
_TOKEN = re.compile(r"\$\{govkit:path:([^}]*)\}")
_REAL = re.compile(r"o-[a-z0-9]{10,32}/r-[0-9a-z]{4,32}(?:/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*")


def token(path: str) -> str:
    """Return the token of the OU at a path from the root; `/` is the root."""
    steps = path.strip("/").replace("%", "%25").replace("}", "%7D")
    return f"{_OPENING}/{steps}}}"


def tokens(document: Document) -> frozenset[str]:
    """Return the paths of all OUs that stand in the document as tokens."""
    if _OPENING not in document.text:
        return frozenset()
    found: set[str] = set()

    def note(text: str) -> str:
        found.update(_path(match) for match in _TOKEN.finditer(text))
        return text

    _mapped(document.value, note)
    return frozenset(found)


def with_paths(document: Document, paths: Mapping[str, str]) -> Document:
    """Return the document with tokens replaced by the paths of IDs that are known."""
    if _OPENING not in document.text:
        return document
    return _replaced(document, _TOKEN, lambda match: paths.get(_path(match), match.group()))


def with_tokens(document: Document, paths: Mapping[str, str]) -> Document:
    """Return the document with known paths of IDs replaced by tokens: the way back.

    `paths` leads from `o-…/r-…/ou-…` to `/Workloads/Prod`. A path that is not known stays.
    """
    if "o-" not in document.text:
        return document

    def named(match: re.Match[str]) -> str:
        path = paths.get(match.group())
        return match.group() if path is None else token(path)

    return _replaced(document, _REAL, named)


def _path(match: re.Match[str]) -> str:
    return match.group(1).replace("%7D", "}").replace("%25", "%")


def _replaced(
    document: Document, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]
) -> Document:
    value = _mapped(document.value, lambda text: pattern.sub(by, text))
    return document if value == document.value else of(value, document.grammar)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [_mapped(part, change) for part in value]
        case dict():
            return {key: _mapped(part, change) for key, part in value.items()}
        case _:
            return value
