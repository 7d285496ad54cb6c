"""Where a layout's store is: beside it, in a folder that it names, or in S3."""

from collections.abc import Callable
from pathlib import Path

from govkit.errors import UsageError
from govkit.model.call import Api
from govkit.store.local import LocalStore
from govkit.store.s3 import S3Store
from govkit.store.store import Store


def in_s3(place: str | None) -> bool:
    """Tell whether a layout's `store:` is one that AWS must be asked for."""
    return place is not None and place.startswith("s3://")


def store_at(place: str | None, layout: Path, api: Callable[[], Api]) -> Store:
    """Return the store that a layout's `store:` names; `.govkit/` beside the layout by default."""
    if place is not None and in_s3(place):
        return S3Store(place, api())
    return LocalStore(folder_of(place, layout))


def folder_of(place: str | None, layout: Path) -> Path:
    """Return the folder that a layout's `store:` names."""
    if place is None:
        return layout.resolve().parent / ".govkit"
    if "://" in place or place[:3].lower() == "s3:":  # one slash too few is no folder either
        raise UsageError(
            "No such store",
            f"store: {place} is neither a folder nor in S3.",
            "Name a folder, or s3://BUCKET/PREFIX, or leave the line out for .govkit/.",
        )
    return (layout.resolve().parent / place).resolve()
