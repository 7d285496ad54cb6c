"""The square: apply and look equals apply in memory; and a second plan has nothing to say."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import ACCOUNTS, KEYS, layouts, pairs
from walk import Walk, sandbox_api

from govkit.sandbox.builder import Builder
from govkit.sandbox.settings import Settings

HALF = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
FAST_DISK = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - memory, where there is one


@contextmanager
def organization() -> Iterator[Walk]:
    """Give a walk through a sandbox with a handful of accounts under the root."""
    folder = Path(tempfile.mkdtemp(dir=FAST_DISK, prefix="govkit-test-"))
    try:
        builder = Builder(Settings(log_calls=False), now=0.0)
        root = builder.organization()
        builder.enable()
        for key, ident in zip(KEYS, ACCOUNTS, strict=True):
            builder.account(root, key, f"{key}@example.com", ident)
        builder.write(folder / "sandbox")
        yield Walk(sandbox_api(folder / "sandbox"), folder)
    finally:
        shutil.rmtree(folder)


def _cross(walk: Walk, layout: dict[str, Any]) -> None:
    """Apply a layout, then check that AWS shows what memory has, and that nothing is left."""
    made = walk.apply(layout)
    again, looked = walk.plan(layout)
    in_memory = made.ours.after(step.change for step in made.steps)
    assert looked.meeting.ours == in_memory
    assert again.steps == ()


@pytest.mark.parametrize("half", range(2))  # so that two workers share the 200 pairs
@HALF
@given(pairs())
def test_apply_and_look_equals_apply_in_memory(
    half: int, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    with organization() as walk:
        for layout in pair:
            _cross(walk, layout)


@pytest.mark.nightly
@MANY
@given(pairs())
def test_apply_and_look_equals_apply_in_memory_thousands_of_times(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    with organization() as walk:
        for layout in pair:
            _cross(walk, layout)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(layouts())
def test_two_plans_of_one_moment_are_the_same_bytes(layout: dict[str, Any]) -> None:
    from govkit.plan.document import document

    with organization() as walk:
        first, _ = walk.plan(layout)
        second, _ = walk.plan(layout)
        assert repr(document(first)) == repr(document(second))
