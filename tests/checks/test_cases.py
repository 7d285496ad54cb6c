"""Every check flags exactly the lines that its file says, and no other."""

from pathlib import Path

import pytest
from written import cases, expected

from govkit.checks._judge import checks

FOLDER = Path(__file__).parent / "cases"
CHECKS = {check.name.replace("-", "_"): check for check in checks()}


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_flags_the_lines_that_say_so_and_no_other(name: str) -> None:
    path = FOLDER / f"{name}.yaml"
    wanted = expected(path.read_text(encoding="utf-8"))
    found = [case.found([CHECKS[name]]) for case in cases(path)]
    assert set().union(*found) == wanted
    assert wanted
    assert not all(found), "no case shows what is well"


def test_every_file_of_cases_is_of_a_check() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CHECKS)


def test_no_check_breaks_on_what_others_speak_of() -> None:
    for path in FOLDER.glob("*.yaml"):
        for case in cases(path):
            case.found()
