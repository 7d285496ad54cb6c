"""Every check has a code of its own, a page, and a fix that can be read by itself."""

import importlib
import inspect
import re

import pytest

from govkit.checks._check import Check
from govkit.checks._judge import checks


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.code)
def test_a_check_explains_itself(check: Check) -> None:
    module = importlib.import_module(f"govkit.checks.{check.name.replace('-', '_')}")
    page = inspect.getdoc(module) or ""
    assert module.CHECK is check
    assert re.fullmatch(r"GK2\d\d", check.code)
    assert re.search(
        r"^## Why it matters\n\n.+^## What to do\n\n.+", page, re.DOTALL | re.MULTILINE
    )
    assert check.fix.endswith(".")
    assert "\n" not in check.fix


def test_no_two_checks_share_a_code_or_a_name() -> None:
    assert len({check.code for check in checks()}) == len(checks())
    assert len({check.name for check in checks()}) == len(checks())
