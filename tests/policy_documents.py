"""Short ways to write policy documents, and bad ones that every command must refuse."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"

# What is wrong, where it is said to be wrong, and in which words.
BAD = {
    "no JSON": (b'{"Version": "2012-10-17",\n "Statement": [}', "2:16", "not JSON"),
    "twice": (b'{"Version": "2012-10-17",\n "Version": "2012-10-17"}', "2:2", "twice"),
    "no text": (b'{"Version":\n "\xff"}', "2:3", "not UTF-8"),
    "empty": (b"", "1:1", "not JSON"),
    "two": (b"{}\n{}", "2:1", "after the end"),
    "deep": (b"[" * 100_000, "1:1", "nested"),
    "infinite": (b'{"Statement":\n 1e999}', "2:2", "too large"),
}


def deny(actions: Any, resources: Any = "*", **rest: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **rest}


def written(path: Path, *statements: Any) -> str:
    """Write a document, indented, and return its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2))
    return path.name


def reference(name: str) -> Path:
    """Return a file of the reference data; skip, aloud, where it is not beside the checkout."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"reference data is absent: {path}")
    return path


def bad(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Write the bad files; yield the name of each, the place of the fault, and words about it."""
    for index, (content, place, words) in enumerate(BAD.values()):
        name = f"bad-{index}.json"
        (folder / name).write_bytes(content)
        yield name, f"{name}:{place}: ", words
