"""Statements of other documents that hold for the same account already deny all that one denies.

## Why it matters

Two copies drift apart, and both take room. That the statement changes nothing in any account in
which it holds is proved. A copy at another level may be meant to outlive the other, so this is a
note.

## What to do

Keep one, at the highest level at which it shall hold.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from govkit.checks._check import Check, Confidence, Remark, Repeat, Targets
from govkit.checks._paper import Paper
from govkit.checks._shadow import shadows, told
from govkit.model.finding import Severity
from govkit.policies.positions import Path


def _together(papers: Sequence[Paper], targets: Targets) -> Iterator[Repeat]:
    """Yield the statements that add nothing in any account in which they hold."""
    held = Counter(place for target in targets for place in target)
    found: dict[Repeat, int] = {}
    times: Counter[tuple[int, Path]] = Counter()
    for target in targets:
        for repeat in _of_target([papers[place] for place in target], target):
            times[repeat.paper, repeat.remark.path] += 1
            found.setdefault(repeat, repeat.paper)
    said: set[tuple[int, Path]] = set()
    for repeat, place in found.items():
        key = (place, repeat.remark.path)
        if times[key] == held[place] and key not in said:
            said.add(key)
            yield repeat


def _of_target(papers: Sequence[Paper], places: Sequence[int]) -> Iterator[Repeat]:
    for shadow in shadows(papers) if len(papers) > 1 else ():
        if any(one.paper != shadow.of.paper for one in shadow.by):
            remark = Remark(shadow.of.written.path, told(shadow, papers))
            yield Repeat(places[shadow.of.paper], remark)


CHECK = Check(
    code="GK277",
    name="shadowed-across",
    severity=Severity.NOTE,
    confidence=Confidence.CERTAIN,
    fix="Keep one of them, at the highest level at which it shall hold.",
    together=_together,
)
