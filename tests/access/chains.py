"""Short ways to write chains and documents in tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from govkit.access.chain import Chain
from govkit.access.statement import level
from govkit.access.verdict import Kind

DATA = Path(__file__).parents[3] / "shared" / "data"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def deny(actions: Any = "*", resources: Any = "*", **condition: Any) -> dict[str, Any]:
    found = {"Effect": "Deny", "Action": actions, "Resource": resources}
    return {**found, "Condition": condition} if condition else found


def allow(actions: Any = "*", resources: Any = "*", **condition: Any) -> dict[str, Any]:
    return {**deny(actions, resources, **condition), "Effect": "Allow"}


def scps(*levels: list[dict[str, Any]]) -> Chain:
    """Return a chain of one document per level, each of some statements."""
    names = ("root", "ou", "account", "deep")
    return Chain(
        Kind.SCP,
        tuple(
            level(name, {f"{name}-scp": document(*statements)})
            for name, statements in zip(names, levels, strict=False)
        ),
    )


def guarded(*statements: dict[str, Any]) -> Chain:
    """Return a chain of one level that allows all but what the statements deny."""
    return scps([ALLOW_ALL, *statements])


def reference(name: str) -> Any:
    """Return a file of the reference data; skip, aloud, where it is not beside the checkout."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"reference data is absent: {path}")
    return json.loads(path.read_text("utf-8"))
