"""Match a text against a pattern with `*` and `?`, in time that grows with the text alone."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum


class Wild(Enum):
    """The two wildcards of IAM: any run of characters, and any one character."""

    STAR = "*"
    ONE = "?"


Token = str | Wild
Predicate = Callable[[str], bool]
_Piece = tuple[str | None, ...]  # one entry per character; None is `?`


def tokens(text: str) -> tuple[Token, ...]:
    """Return the pattern of a text, its literal runs in one token each."""
    found: list[Token] = []
    start = 0
    for position, character in enumerate(text):
        if character in "*?":
            if start < position:
                found.append(text[start:position])
            found.append(Wild(character))
            start = position + 1
    if start < len(text):
        found.append(text[start:])
    return tuple(found)


def glob(pattern: Sequence[Token]) -> Predicate:
    """Return what tells whether a whole text matches; runs of `*` count as one.

    No text makes it slow: literal pieces are found by `str.find` (linear since Python 3.10),
    pieces with `?` by a bit-parallel scan, and no piece is ever looked for twice.
    """
    pieces = _pieces(pattern)
    if len(pieces) == 1:
        return _exactly(pieces[0])
    first, *middle, last = pieces
    finders = [_finder(piece) for piece in middle if piece]
    if not finders and None not in first and None not in last:
        return _between("".join(map(str, first)), "".join(map(str, last)))
    starts, ends = _anchored(first), _anchored(last)
    head, tail = len(first), len(last)

    def matches(text: str) -> bool:
        stop = len(text) - tail
        if stop < head or not starts(text, 0) or not ends(text, stop):
            return False
        position = head
        for find in finders:
            position = find(text, position, stop)
            if position < 0:
                return False
        return True

    return matches


def split(pattern: Iterable[Token], separator: str, limit: int) -> list[list[Token]]:
    """Return a pattern cut at a separator among its literals, into at most `limit` parts."""
    parts: list[list[Token]] = [[]]
    for token in pattern:
        if isinstance(token, Wild):
            parts[-1].append(token)
            continue
        first, *rest = token.split(separator, limit - len(parts))
        if first:
            parts[-1].append(first)
        parts.extend([text] if text else [] for text in rest)
    return parts


def _pieces(pattern: Sequence[Token]) -> list[_Piece]:
    pieces: list[list[str | None]] = [[]]
    for token in pattern:
        match token:
            case Wild.STAR:
                pieces.append([])
            case Wild.ONE:
                pieces[-1].append(None)
            case _:
                pieces[-1].extend(token)
    return [tuple(piece) for piece in pieces]


def _exactly(piece: _Piece) -> Predicate:
    if None not in piece:
        return "".join(map(str, piece)).__eq__
    at, length = _anchored(piece), len(piece)
    return lambda text: len(text) == length and at(text, 0)


def _between(prefix: str, suffix: str) -> Predicate:
    least = len(prefix) + len(suffix)
    if not least:
        return lambda _text: True
    if not suffix:
        return lambda text: text.startswith(prefix)
    return lambda text: len(text) >= least and text.startswith(prefix) and text.endswith(suffix)


def _anchored(piece: _Piece) -> Callable[[str, int], bool]:
    if None not in piece:
        literal = "".join(map(str, piece))
        return lambda text, position: text.startswith(literal, position)
    wanted = [(offset, char) for offset, char in enumerate(piece) if char is not None]
    return lambda text, position: all(text[position + offset] == char for offset, char in wanted)


def _finder(piece: _Piece) -> Callable[[str, int, int], int]:
    """Return what finds a piece within [start, stop) and answers with its end, or -1."""
    if None in piece:
        return _scanner(piece)
    literal = "".join(map(str, piece))
    length = len(literal)

    def find(text: str, start: int, stop: int) -> int:
        position = text.find(literal, start, stop)
        return position if position < 0 else position + length

    return find


def _scanner(piece: _Piece) -> Callable[[str, int, int], int]:
    # Shift-And (Baeza-Yates and Gonnet, 1992): bit i of `state` says that the last i+1
    # characters match the first i+1 of the piece.
    anything = sum(1 << bit for bit, char in enumerate(piece) if char is None)
    masks: dict[str, int] = {}
    for bit, char in enumerate(piece):
        if char is not None:
            masks[char] = masks.get(char, anything) | 1 << bit
    goal = 1 << (len(piece) - 1)

    def find(text: str, start: int, stop: int) -> int:
        state = 0
        for position in range(start, stop):
            state = (state << 1 | 1) & masks.get(text[position], anything)
            if state & goal:
                return position + 1
        return -1

    return find
