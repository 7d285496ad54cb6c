"""The layout as Git has it: at an older revision, and which commit it is now."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from govkit.errors import UsageError


@contextmanager
def at_revision(layout: Path, revision: str) -> Iterator[Path]:
    """Give the path of the layout as it was at a revision, with everything beside it, for a while.

    UsageError where the layout is not in a Git repository, or was not there at the revision.
    """
    top = _git(layout, "rev-parse", "--show-toplevel").decode().strip()
    if not top:
        raise UsageError("No Git repository", f"{layout} is not in one, so it has no revisions.")
    inside = layout.resolve().relative_to(Path(top).resolve())
    archive = _git(layout, "archive", "--format=tar", revision, cwd=Path(top))
    if not archive:
        raise UsageError("No such revision", f"{revision} is unknown in {top}.")
    with tempfile.TemporaryDirectory(prefix="govkit-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        older = Path(folder) / inside
        if not older.is_file():
            raise UsageError("No layout at that revision", f"{revision} has no {inside}.")
        yield older


def commit_of(layout: Path) -> str:
    """Return the commit that the layout's repository is at, or nothing outside of one."""
    return _git(layout, "rev-parse", "HEAD").decode().strip()


def _git(layout: Path, *arguments: str, cwd: Path | None = None) -> bytes:
    command: Sequence[str] = ("git", *arguments)
    try:
        return subprocess.run(
            command,
            cwd=cwd or layout.resolve().parent,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""
