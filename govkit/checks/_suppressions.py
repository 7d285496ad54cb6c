"""Comments that keep a check quiet at one place, until a day, for a reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

WHOLE_FILE = 10**9  # as the last line that a comment is about
SYNTAX = "# govkit: allow GKnnn until 2027-01-31 by jane because AWS renamed the action"

_MARK = re.compile(r"#[ \t]*govkit:[ \t]*allow\b(?P<rest>[^\n]*)")
_REST = re.compile(
    r"\s+(?P<codes>GK\d{3}(?:\s*,\s*GK\d{3})*)\s+until\s+(?P<until>\S+)"
    r"(?:\s+by\s+(?P<by>\S+))?\s+because\s+(?P<because>\S.*)"
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """What is allowed from line `first` to `last`, through the day `until` (UTC).

    `line` and `column` are where it is written; `by` is empty where nobody is named.
    """

    codes: frozenset[str]
    until: date
    because: str
    by: str
    line: int
    column: int
    first: int = 1
    last: int = WHOLE_FILE


@dataclass(frozen=True, slots=True)
class Misread:
    """A comment that begins like one and is not understood."""

    line: int
    column: int
    why: str


def in_template(text: str) -> Iterator[Suppression | Misread]:
    """Yield the suppressions of a template: each holds for all that is printed by it."""
    for line, column, rest in _marks(text):
        yield _read(rest, line, column, 1, WHOLE_FILE)


def in_yaml(text: str) -> Iterator[Suppression | Misread]:
    """Yield the suppressions of a layout's file.

    One at the end of a line holds for the entry that begins there, one on a line of its own for
    the entry that begins next: that line, and those below that are indented more deeply.
    """
    lines = text.split("\n")
    for line, column, rest in _marks(text):
        own = lines[line - 1][: column - 1].strip(" \t#") == ""
        first = _next_entry(lines, line) if own else line
        yield _read(rest, line, column, first, _end(lines, first))


def allowed(given: str, line: int, column: int) -> Suppression | Misread:
    """Return the suppression that `allow …` is, where no comment is needed around it."""
    found = _MARK.match(f"# govkit: {given}")
    if found is None:
        return Misread(line, column, "it does not begin with allow")
    return _read(found["rest"], line, column, 1, WHOLE_FILE)


def _marks(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _MARK.finditer(text):
        before = text[: found.start()]
        rest = re.sub(r"\s*[-+]?#\}.*", "", found["rest"])
        yield before.count("\n") + 1, found.start() - before.rfind("\n"), rest


def _read(rest: str, line: int, column: int, first: int, last: int) -> Suppression | Misread:
    found = _REST.fullmatch(rest.rstrip())
    if found is None:
        return Misread(line, column, "it needs codes, a day and a reason")
    try:
        until = date.fromisoformat(found["until"])
    except ValueError:
        return Misread(line, column, f"{found['until']} is no day of the form YYYY-MM-DD")
    codes = frozenset(re.findall(r"GK\d{3}", found["codes"]))
    by = found["by"] or ""
    return Suppression(codes, until, found["because"], by, line, column, first, last)


def _next_entry(lines: list[str], line: int) -> int:
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            return number
    return line


def _end(lines: list[str], first: int) -> int:
    """Return the last line of the entry that begins at a line."""
    depth, last = _depth(lines[first - 1]), first
    for number in range(first + 1, len(lines) + 1):
        text = lines[number - 1]
        if text.strip() and not text.strip().startswith("#"):
            if _depth(text) <= depth:
                break
            last = number
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
