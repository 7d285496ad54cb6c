"""Reads a layout: from the path of its file to what it wants, or to every fault in it."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, cast

from govkit import shelf
from govkit.layout.desired import desired
from govkit.layout.draft import Draft
from govkit.layout.faults import Faults
from govkit.layout.sections import read_sections
from govkit.layout.template_files import TemplateFiles, template_folders
from govkit.model.kind import Kind
from govkit.model.wanted import Wanted


def read(
    path: Path,
    *,
    today: date,
    templates: Path | None = None,
    kinds: Sequence[Kind[Any]] | None = None,
    without_expired: bool = False,
    prove: Callable[[Draft], None] | None = None,
    instead: Mapping[str, str] | None = None,
) -> Wanted:
    """Return what a layout wants on a day (UTC). Raises `LayoutError` with every fault at once.

    `prove` looks at the draft before it becomes what is wanted: see `proofs.prove_exemptions`.
    `instead` are texts, by the names of files, to be read instead of what the files hold.

    Templates are found in the given folder (default: `scp_templates` beside the layout), then in
    the library. `kinds` default to the shelf.
    """
    shelved = all_kinds() if kinds is None else tuple(kinds)
    faults = Faults()
    files = TemplateFiles(template_folders(path, templates), faults, path.parent)
    with _uncollected():
        owned = [kind.section for kind in shelved if kind.section]
        sections = read_sections(path, owned, faults, instead)
        return desired(
            sections,
            faults,
            today=today,
            files=files,
            kinds=shelved,
            without_expired=without_expired,
            **({} if prove is None else {"prove": prove}),
        )


def all_kinds() -> tuple[Kind[Any], ...]:
    """Return every kind on the shelf."""
    return cast("tuple[Kind[Any], ...]", shelf.load("govkit.kinds", "KIND"))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, a tree that only grows.

    Reading 10,000 accounts takes twice as long with it; the tree has no cycles to be collected.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
