"""Desks to sit at: one with a journey to plan, one where it is done, one to only look at."""

import shutil
from collections.abc import Iterator

import pytest
from journey import LAYOUT, LIVE
from terminal import Desk, build, desk


@pytest.fixture(scope="session")
def template() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        yield found


@pytest.fixture(scope="session")
def finished() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        found.does("apply", "--yes")
        yield found


@pytest.fixture
def table(template: Desk) -> Iterator[Desk]:
    """A desk with everything still to do."""
    with desk() as found:
        shutil.copytree(template.folder, found.folder, dirs_exist_ok=True)
        yield found


@pytest.fixture
def done(finished: Desk) -> Iterator[Desk]:
    """A desk where the layout is applied."""
    with desk() as found:
        shutil.copytree(finished.folder, found.folder, dirs_exist_ok=True)
        yield found


@pytest.fixture
def bare() -> Iterator[Desk]:
    """A desk with neither a layout nor a sandbox."""
    with desk() as found:
        yield found
