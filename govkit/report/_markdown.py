"""Markdown that hostile names cannot break out of, in no more characters than GitHub takes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LIMIT = 65_536  # characters of a comment on GitHub
_LONGEST_LINE = 2_000

_SPECIAL = re.compile(r"([\\`*_\[\]<>&$|~]|^[-+=#]|(?<=^[0-9])[.)]|(?<=^[0-9]{2})[.)])")
_LINKING = re.compile(r"[@#](?=\S)|(?<=:)//|(?i:(?<=www)\.|(?<=GH)-)")
_TICKS = re.compile("`+")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under a heading of our own words. With a `fence` they are shown as they are.

    `share` is how much of a comment it may fill where not everything fits.
    """

    heading: str
    lines: tuple[str, ...]
    fence: str | None = None
    share: float = 0.15


def escaped(text: str) -> str:
    """Return clean text that Markdown shows as it is: no markup, no mention, no link."""
    parted = _LINKING.sub(lambda found: _parted(found[0]), _clipped(text.strip()))
    return _SPECIAL.sub(r"\\\1", parted).replace(_MARK, "&#8203;")


def code(text: str) -> str:
    """Return clean text as a code span."""
    ticks = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{_clipped(text)}{space}{ticks}"


def fitted(head: Sequence[str], blocks: Iterable[Block], whole: str) -> str:
    """Return a comment that fits: blocks are cut where needed, and `whole` says where all of it is."""
    given = [block for block in blocks if block.lines]
    text = _joined(head, [_block(block, len(block.lines)) for block in given])
    if size(text) <= LIMIT:
        return text
    room = LIMIT - size(_joined(head, [])) - size(whole) - 2
    shown: list[str] = []
    for block in given:
        part = _cut(block, min(room, int(LIMIT * block.share)))
        room -= size(part) + 2
        shown += [part] if part else []
    return _joined(head, [*shown, whole])


def size(text: str) -> int:
    """Return how many characters GitHub counts: UTF-16 units, so that no count of its is larger."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_MARK = "\ue000"  # stands for the invisible space until the rest is escaped; never in clean text


def _parted(found: str) -> str:
    return f"{found}{_MARK}" if found in "@#" else f"{_MARK}{found}"


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"


def _joined(head: Sequence[str], parts: Sequence[str]) -> str:
    return "\n\n".join((*head, *parts)) + "\n"


def _block(block: Block, kept: int) -> str:
    """Return a block with its first lines, and with how many more there are."""
    lines = [_clipped(line) for line in block.lines]
    left_out = len(lines) - kept
    note = ["", f"_and {left_out} more lines_"] if left_out else []
    heading = f"**{block.heading}**"
    if block.fence is None:
        return "\n".join((heading, "", *lines[:kept], *note))
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join((heading, "", f"{ticks}{block.fence}", *lines[:kept], ticks, *note))


def _cut(block: Block, room: int) -> str:
    """Return as much of a block as there is room for, or nothing."""
    kept = 0
    used = size(_block(block, 0)) + 1
    for line in block.lines:
        used += size(_clipped(line)) + 1
        if used > room:
            break
        kept += 1
    return _block(block, kept) if kept else ""
