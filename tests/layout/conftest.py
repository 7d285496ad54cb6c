"""What the layout's tests share: a folder with a layout in it, read on one day."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from govkit.errors import LayoutError
from govkit.layout.faults import Fault
from govkit.layout.read import read
from govkit.model.wanted import Wanted

TODAY = date(2026, 11, 23)
Reads = Callable[..., Wanted]
Complains = Callable[..., list[str]]


def _write(folder: Path, text: str | bytes, files: dict[str, str | bytes]) -> Path:
    for name, content in {"org_layout.yaml": text, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / "org_layout.yaml"


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Return a function that writes a layout and its other files, and reads it."""
    monkeypatch.chdir(tmp_path)

    def run(
        text: str | bytes, files: dict[str, str | bytes] | None = None, **options: object
    ) -> Wanted:
        path = _write(tmp_path, text, files or {})
        return read(path, **{"today": TODAY, **options})  # type: ignore[arg-type]  # as the test says

    return run


@pytest.fixture
def complains(reads: Reads) -> Complains:
    """Return a function that reads a bad layout, and gives `file:line:column message`s."""

    def run(
        text: str | bytes, files: dict[str, str | bytes] | None = None, **options: object
    ) -> list[str]:
        with pytest.raises(LayoutError) as caught:
            reads(text, files, **options)
        found = [fault for fault in caught.value.faults if isinstance(fault, Fault)]
        assert found, "a LayoutError carries its faults"
        return [f"{fault.where} {fault.message}" for fault in found]

    return run
