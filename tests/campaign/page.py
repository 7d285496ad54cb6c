"""The figures of docs/reliability.md: a table of faults and what became of them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from campaign.faults import FAULTS
from campaign.verdict import Verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
COLUMNS = ("injected", "survived", "lost", "doubled", "gaps")
Figures = tuple[int, ...]
_HEAD = (
    f"| fault | what it is, and what becomes of it | {' | '.join(COLUMNS)} |",
    f"|---|---|{'--:|' * len(COLUMNS)}",
)


def figures(verdicts: Sequence[Verdict]) -> dict[str, Figures]:
    """Count, for each kind of fault that was tried, what became of it."""
    found = {fault.name: [one for one in verdicts if one.fault == fault.name] for fault in FAULTS}
    return {
        name: (
            sum(one.struck for one in tried),
            sum(one.survived for one in tried),
            sum(bool(one.lost) for one in tried),
            sum(bool(one.doubled) for one in tried),
            sum(bool(one.gaps) for one in tried),
        )
        for name, tried in found.items()
        if tried
    }


def table(counted: Mapping[str, Figures]) -> str:
    """Return the table, a row a kind of fault, and their sum."""
    rows = [
        _row(f"{fault.name} | {fault.means}", counted[fault.name])
        for fault in FAULTS
        if fault.name in counted
    ]
    total = tuple(sum(column) for column in zip(*counted.values(), strict=True))
    return "\n".join([*_HEAD, *rows, _row("**all** |", total)]) + "\n"


def _row(head: str, counted: Figures) -> str:
    return f"| {head} | {' | '.join(f'{figure:,}' for figure in counted)} |"


def rows_of(told: str) -> dict[str, Figures]:
    """Read a table back."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in told.splitlines()
        if line.startswith("| ")
    ]
    return {
        name: tuple(int(cell.replace(",", "")) for cell in counted)
        for name, _, *counted in cells[1:]
        if name != "**all**"
    }


def section_of(page: str, section: str) -> str:
    """Return what stands between a section's two marks."""
    return page.partition(f"<!-- {section} -->\n")[2].partition(f"<!-- end of {section} -->")[0]


def with_section(page: str, section: str, told: str) -> str:
    """Return the page with what stands between a section's two marks replaced."""
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    return re.sub(pattern, lambda _: f"{begin}\n{told}{end}", page, count=1, flags=re.DOTALL)
