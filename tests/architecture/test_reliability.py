"""The figures of docs/reliability.md are those of the campaign: every kind of fault, and none other."""

import re

import pytest
from campaign.faults import FAULTS
from campaign.page import COLUMNS, PAGE, rows_of, section_of, table, with_section

TOLD = section_of(PAGE.read_text(encoding="utf-8"), "campaign")


def test_the_table_has_every_kind_of_fault_with_its_sentence() -> None:
    counted = rows_of(TOLD)
    assert list(counted) == [fault.name for fault in FAULTS]
    assert table(counted) == TOLD


def test_the_table_says_that_thousands_were_survived_and_nothing_was_lost() -> None:
    counted = rows_of(TOLD).values()
    injected, survived, lost, doubled, gaps = (sum(column) for column in zip(*counted, strict=True))
    assert injected == survived > 2000
    assert (lost, doubled, gaps) == (0, 0, 0)


@pytest.mark.parametrize("section", ["two at once", "resume"])
def test_every_figure_is_told(section: str) -> None:
    assert re.search(r"\d", section_of(PAGE.read_text(encoding="utf-8"), section))


def test_a_table_survives_being_read_back() -> None:
    counted = {fault.name: (1200, 1100, 50, 30, 20) for fault in FAULTS[:2]}
    assert rows_of(table(counted)) == counted
    assert all(len(row) == len(COLUMNS) for row in counted.values())
    page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"
    assert section_of(with_section(page, "x", "new\n"), "x") == "new\n"
