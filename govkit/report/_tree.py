"""A tree drawn with lines: OUs, and what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from govkit.report._ink import clean


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a tree and what hangs below it."""

    line: str
    below: Sequence["Node"] = ()


def drawn(top: Node) -> str:
    """Return the tree as text."""
    return "\n".join([clean(top.line), *_below(top.below, "")]) + "\n"


def _below(nodes: Sequence[Node], margin: str) -> Iterator[str]:
    for number, node in enumerate(nodes, start=1):
        last = number == len(nodes)
        yield f"{margin}{'└─ ' if last else '├─ '}{clean(node.line)}"
        yield from _below(node.below, margin + ("   " if last else "│  "))
