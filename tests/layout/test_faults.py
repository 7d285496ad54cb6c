"""Every fault that a layout can have: one file each in `faults/`, with the message beside the line."""

import re
from datetime import date
from pathlib import Path

import pytest

from govkit.errors import LayoutError
from govkit.layout.faults import Fault
from govkit.layout.read import read

HERE = Path(__file__).parent
FILES = sorted((HERE / "faults").glob("*.yaml"))
TODAY = date(2026, 11, 23)
EXPECT = re.compile(r"# expect: (?:(\d+):)?(\d+) (.*)")


def expected(path: Path) -> list[tuple[int, int, str]]:
    """Return line, column and `message => hint` of what a file says of itself."""
    found = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if said := EXPECT.search(line):
            found.append((int(said[1] or number), int(said[2]), said[3]))
    return sorted(found)


def told(fault: Fault) -> tuple[int, int, str]:
    hint = f" => {fault.hint}" if fault.hint else ""
    return fault.where.line, fault.where.column, f"{fault.message}{hint}"


def test_there_is_a_file_for_each_of_many_faults() -> None:
    assert len(FILES) >= 150


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_layout_is_told_all_that_is_wrong_and_where(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(LayoutError) as caught:
        read(Path(path.name), today=TODAY, templates=Path("../whole/scp_templates"))
    faults = [fault for fault in caught.value.faults if isinstance(fault, Fault)]
    assert [told(fault) for fault in faults] == expected(path)
    assert {fault.where.file for fault in faults} == {path.name}
    for fault in faults:
        assert f"{path.name}:{fault.where.line}:{fault.where.column}  " in str(caught.value)
