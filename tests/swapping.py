"""An organization in which accounts swap OUs while those swap policies: it takes temporary policies."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from terminal import Desk, build, desk

STORY = Path(__file__).parent / "golden" / "swap-of-everything"
WRITES = 14
LEFT = 6  # writes after which both temporary policies are attached


@contextmanager
def swapping() -> Iterator[Desk]:
    """Yield a desk at which the swap is what the layout asks for, and nothing of it is done."""
    with desk() as found:
        shutil.copytree(STORY, found.folder, dirs_exist_ok=True)
        build(yaml.safe_load((STORY / "story.yaml").read_text())["live"], found.sandbox)
        found.does("-l", "before.yaml", "apply", "--yes")
        yield found


def temporary(table: Desk) -> set[str]:
    """Return the names of the temporary policies that are there."""
    words = table.content().decode().split('"')
    return {word for word in words if word.startswith("govkit-temporary-")}
