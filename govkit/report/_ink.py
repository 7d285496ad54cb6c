"""What reaches a terminal: no control character of others, colours of our own, columns that line up."""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from govkit.report._format import Style

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "alarm": "1;31",
}


def paint(text: str, ink: str, style: Style) -> str:
    """Return the text in an ink of the palette, where the style has colour."""
    return f"\x1b[{_CODES[ink]}m{text}\x1b[0m" if style.color and text else text


def clean(text: str) -> str:
    """Return the text with everything that a terminal would act upon made visible, as escapes.

    Also newlines, invisible characters, and those that turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _visible(letter) for letter in text)


def cleaned(value: Any) -> Any:
    """Return a JSON value in which every string, keys too, is clean."""
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {clean(str(key)): cleaned(item) for key, item in value.items()}
        case list() | tuple():
            return [cleaned(item) for item in value]
        case _:
            return value


def columns(text: str) -> int:
    """Return how many columns of a terminal a clean text without colour takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(letter) for letter in text)


def padded(text: str, width: int) -> str:
    """Return the text filled up with spaces to so many columns."""
    return text + " " * max(0, width - columns(text))


def table(rows: Sequence[Sequence[str]], gap: str = "  ") -> list[str]:
    """Return rows as lines whose columns line up; the last column is not filled up."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return [
        gap.join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def with_tail(head: str, tail: str, style: Style, indent: str) -> list[str]:
    """Return head and tail as one line, or the tail beneath where a terminal has no room for both."""
    if not tail:
        return [head.rstrip()]
    dim = paint(tail, "dim", style)
    if style.width is not None and columns(_bare(head)) + 2 + columns(tail) > style.width:
        return [head.rstrip(), f"{indent}{dim}"]
    return [f"{head}  {dim}"]


def _visible(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _columns(letter: str) -> int:
    if combining(letter):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def _bare(text: str) -> str:
    """Return a painted line without our own colours."""
    for code in _CODES.values():
        text = text.replace(f"\x1b[{code}m", "")
    return text.replace("\x1b[0m", "")
