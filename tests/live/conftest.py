"""Sandboxes to look at, through the real door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govkit import shelf
from govkit.aws.door import door
from govkit.aws.session import session
from govkit.model.call import Api
from govkit.model.kind import Kind
from govkit.sandbox.making import new
from govkit.sandbox.mount import mount
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.settings import Settings


@pytest.fixture(scope="session")
def kinds() -> tuple[Kind[Any], ...]:
    found = shelf.load("govkit.kinds", "KIND")
    return tuple(kind for kind in found if isinstance(kind, Kind))


@pytest.fixture
def standing(tmp_path: Path) -> Callable[..., tuple[Api, Sandbox]]:
    """A new sandbox: the door to it, and itself with its counts."""

    def make(story: Any, **settings: Any) -> tuple[Api, Sandbox]:
        folder = tmp_path / f"sandbox-{len(list(tmp_path.iterdir()))}"
        new(folder, story, settings=Settings(log_calls=False, **settings))
        mounted: list[Sandbox] = []
        at = session(mount=lambda core: mounted.append(mount(core, folder)))
        return door(at, pace=None), mounted[0]

    return make
