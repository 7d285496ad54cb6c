"""The figures of docs/reliability.md: a table of faults and what became of them."""

import re
from collections.abc import Sequence
from pathlib import Path

from campaign.faults import FAULTS
from campaign.verdict import Verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
_HEAD = (
    "| fault | what it is, and what becomes of it | injected | survived | lost | doubled | gaps |",
    "|---|---|--:|--:|--:|--:|--:|",
)


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the table, a row a kind of fault that was tried, and their sum."""
    rows = [
        _row(f"{fault.name} | {fault.means}", found)
        for fault in FAULTS
        if (found := [one for one in verdicts if one.fault == fault.name])
    ]
    return "\n".join([*_HEAD, *rows, _row("**all** | ", verdicts)]) + "\n"


def _row(head: str, found: Sequence[Verdict]) -> str:
    figures = (
        len(found),
        sum(one.survived for one in found),
        sum(bool(one.lost) for one in found),
        sum(bool(one.doubled) for one in found),
        sum(bool(one.gaps) for one in found),
    )
    return f"| {head} | {' | '.join(f'{figure:,}' for figure in figures)} |"


def updated(page: str, section: str, told: str) -> str:
    """Return the page with what stands between a section's two marks replaced."""
    marks = f"<!-- {section} -->", f"<!-- end of {section} -->"
    pattern = f"{re.escape(marks[0])}.*?{re.escape(marks[1])}"
    return re.sub(
        pattern, lambda _: f"{marks[0]}\n{told}{marks[1]}", page, count=1, flags=re.DOTALL
    )


def section_of(page: str, section: str) -> str:
    """Return what stands between a section's two marks."""
    return page.partition(f"<!-- {section} -->\n")[2].partition(f"<!-- end of {section} -->")[0]
