"""Reads that lag behind writes: which earlier file of a document the next reads are answered from."""

from dataclasses import asdict, dataclass
from pathlib import Path

from govkit.sandbox.disk import read_json, write_json
from govkit.sandbox.refusals import SandboxError

NAME = "lag.json"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A write that `reads` more reads do not see; `file` holds the state before it."""

    document: str
    file: str
    reads: int


def hidden(directory: Path) -> tuple[Hidden, ...]:
    """Return the writes not yet to be seen, the oldest first."""
    path = directory / NAME
    if not path.exists():
        return ()
    try:
        return tuple(Hidden(**entry) for entry in read_json(path, "lag")["writes"])
    except (TypeError, KeyError) as problem:
        raise SandboxError(
            "The sandbox's files are damaged", f"{path} lists no writes."
        ) from problem


def hide(directory: Path, write: Hidden) -> None:
    _write(directory, (*hidden(directory), write))


def passed(directory: Path, document: str) -> None:
    """Count one read of a document: each of its hidden writes comes nearer to being seen."""
    kept = []
    for write in hidden(directory):
        left = write.reads - 1 if write.document == document else write.reads
        if left > 0:
            kept.append(Hidden(write.document, write.file, left))
        else:
            (directory / write.file).unlink(missing_ok=True)
    _write(directory, tuple(kept))


def _write(directory: Path, writes: tuple[Hidden, ...]) -> None:
    if writes:
        write_json(directory / NAME, "lag", "writes", [asdict(write) for write in writes])
    else:
        (directory / NAME).unlink(missing_ok=True)
