"""Files that are whole or absent, and one turn at a time between processes."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from govkit.sandbox.refusals import SandboxError

FORMAT = "govkit-sandbox"
VERSION = 1
Stamp = tuple[int, int, int]


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the folder's lock; another process waits. The lock dies with its holder."""
    try:
        handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise no_sandbox(directory) from problem
    except OSError as problem:
        raise SandboxError(
            "The sandbox cannot be written", f"{directory}: {problem.strerror}."
        ) from problem
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def head(name: str) -> str:
    """Return the members every file of a sandbox begins with."""
    return f'"format": "{FORMAT} {name}",\n"version": {VERSION}'


def write_whole(path: Path, text: str) -> None:
    """Replace a file so that a reader, also after a power cut, finds the old or the new one whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, name: str, member: str, value: object) -> None:
    """Write a small file that is rarely changed, for eyes first."""
    body = json.dumps({member: value}, indent=2, ensure_ascii=False)[2:-2]
    write_whole(path, "{\n" + head(name) + ",\n" + body + "\n}\n")


def read_json(path: Path, name: str) -> dict[str, Any]:
    """Read a file of this sandbox's format, or say in one error why it cannot be."""
    return read_text(path, name)[0]


def read_text(path: Path, name: str) -> tuple[dict[str, Any], str]:
    """Read a file as `read_json` does, and give its text too."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
    except FileNotFoundError as problem:
        raise no_sandbox(path.parent) from problem
    except (ValueError, RecursionError) as problem:
        raise SandboxError(
            "The sandbox's files are damaged", f"{path} is not JSON: {problem}."
        ) from problem
    except OSError as problem:
        raise SandboxError(
            "The sandbox cannot be read", f"{path}: {problem.strerror}."
        ) from problem
    if not isinstance(data, dict) or data.get("format") != f"{FORMAT} {name}":
        raise SandboxError("Not a sandbox's file", f"{path} was not written by govkit's sandbox.")
    if data.get("version") != VERSION:
        raise SandboxError(
            "The sandbox is of another version",
            f"{path} has format version {data.get('version')!r}; this govkit reads {VERSION}.",
            "Make a new sandbox, or use the govkit that made this one.",
        )
    return data, text


def stamp(path: Path) -> Stamp | None:
    """Return what changes whenever a file is replaced, or nothing if it is absent."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def no_sandbox(directory: Path) -> SandboxError:
    return SandboxError(
        "No sandbox here", f"{directory} holds no sandbox.", "Make one: govkit sandbox new"
    )
