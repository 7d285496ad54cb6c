"""What is wrong with a layout, and where: collected, sorted, shown with the line and a caret."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn
from unicodedata import east_asian_width

from govkit.errors import LayoutError
from govkit.model.finding import Origin

SHOWN = 100
WIDTH = 100
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be understood. `source` is the line of the file it stands in."""

    where: Origin
    message: str
    hint: str = ""
    source: str = ""

    def __str__(self) -> str:
        parts = [f"{self.where}  {self.message}"]
        if self.source.strip():
            parts.append(_pointed(self.source, self.where))
        if self.hint:
            parts.append(f"  {self.hint}")
        return "\n".join(parts)


class Faults:
    """Collects faults, so that a reader sees all of them at once."""

    __slots__ = ("_found", "_texts")

    def __init__(self) -> None:
        self._found: dict[tuple[Origin, str], Fault] = {}
        self._texts: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._found)

    def learn(self, file: str, text: str) -> None:
        """Remember a file's text, from which the lines of its faults are shown."""
        self._texts[file] = text

    def add(self, where: Origin, message: str, hint: str = "") -> None:
        """Remember a fault; the same one twice counts once."""
        self._found.setdefault((where, message), Fault(where, message, hint))

    def stop(self) -> None:
        """Raise `LayoutError` with everything found so far, if there is anything."""
        if self._found:
            self.give_up()

    def give_up(self) -> NoReturn:
        """Raise `LayoutError` with everything found so far."""
        raise understood_not(self._found.values(), self._texts)


def understood_not(faults: Iterable[Fault], texts: Mapping[str, str]) -> LayoutError:
    """Return the error that carries the faults, sorted by file, line and column."""
    lines = {file: _BREAK.split(text) for file, text in texts.items()}
    ordered = sorted(
        (replace(fault, source=_line(lines.get(fault.where.file, ()), fault)) for fault in faults),
        key=lambda fault: (fault.where, fault.message),
    )
    shown = [str(fault) for fault in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        shown.append(f"and {len(ordered) - SHOWN} more")
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered)} faults"
    return LayoutError(
        f"The layout cannot be understood: {count}", "\n".join(shown), faults=ordered
    )


def _line(lines: Sequence[str], fault: Fault) -> str:
    number = fault.where.line - 1
    return lines[number] if 0 <= number < len(lines) else ""


def _pointed(source: str, where: Origin) -> str:
    """Return the line with a caret under the column, cut to a window around it."""
    start = max(0, where.column - 1 - WIDTH // 2) if len(source) > WIDTH else 0
    text = "".join(_visible(letter) for letter in source[start : start + WIDTH])
    before = sum(_width(letter) for letter in text[: where.column - 1 - start])
    gutter = " " * len(str(where.line))
    return f"  {where.line} | {text.rstrip()}\n  {gutter} | {' ' * before}^"


def _visible(letter: str) -> str:
    if letter == "\t":
        return " "
    return letter if letter.isprintable() else "\N{MIDDLE DOT}"


def _width(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1
