"""A desk on which a small organization lies whose accounts can be entered."""

from collections.abc import Iterator

import pytest
from baselines import organization
from terminal import Desk, desk


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        organization(found)
        yield found
