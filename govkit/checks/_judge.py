"""Asks every check on the shelf about documents, alone and together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from govkit import shelf
from govkit.checks._check import Check, Remark, Targets
from govkit.checks._paper import Paper


@dataclass(frozen=True, slots=True)
class Judged:
    """What a check remarks on one of the documents, by its place among them."""

    check: Check
    paper: int
    remark: Remark


@cache
def checks() -> tuple[Check, ...]:
    """Return every check on the shelf, by code."""
    found = cast("tuple[Check, ...]", shelf.load("govkit.checks", "CHECK"))
    return tuple(sorted(found, key=lambda check: check.code))


def judged(
    papers: Sequence[Paper],
    targets: Targets,
    by: Iterable[Check] | None = None,
) -> Iterator[Judged]:
    """Yield what checks (default: all) remark on documents.

    `targets` are the documents, by their places, that hold for one account; the same remark on
    the same document is made once.
    """
    asked = checks() if by is None else tuple(by)
    for index, one in enumerate(papers):
        for check in asked:
            for remark in check.look(one):
                yield Judged(check, index, remark)
    for check in asked:
        for found in dict.fromkeys(check.together(papers, targets)):
            yield Judged(check, found.paper, found.remark)
