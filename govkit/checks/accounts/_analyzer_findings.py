"""What the checks of analyzers' findings have in common: one remark per analyzer, with its figures."""

from collections.abc import Iterator

from govkit.checks.accounts._check import Remark, Seen
from govkit.kinds._access_analyzer import NAMES, Part
from govkit.kinds.analyzer_findings import AnalyzerFindings


def active(seen: Seen, part: Part, kind: str) -> Iterator[Remark]:
    """Yield a remark about each analyzer of a type that has active findings, where its part asks for it.

    Where govkit keeps the analyzers, those of others are theirs to answer for.
    """
    if not getattr(seen.access_analyzer, part):
        return
    what = part.replace("_", " ")
    for one in seen.state.all(AnalyzerFindings):
        theirs = one.analyzer != NAMES[kind] and seen.access_analyzer.managed_by == "govkit"
        if one.type != kind or theirs or not one.active:
            continue
        figures = {"active": one.active, "archived": one.archived, **dict(one.parts)}
        public = {"public": one.public} if one.public else {}
        yield Remark(
            one.account,
            str(one.needs[0]),
            f"{one.analyzer} has {_several(one.active)} of {what}{_said(one)}.",
            {"active": 0},
            {**figures, **public},
            region=one.region,
        )


def _several(count: int) -> str:
    return "1 active finding" if count == 1 else f"{count} active findings"


def _said(one: AnalyzerFindings) -> str:
    parts = [f"{count} {name}" for name, count in one.parts]
    public = [f"{one.public} of them public"] if one.public else []
    listed = ", ".join([*public, *parts])
    return f": {listed}" if listed else ""
