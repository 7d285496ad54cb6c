"""The disk, as the layout sees it: texts read in bounds, and patterns that cannot leave the fence."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

MAX_BYTES = 16 * 1024 * 1024
MAX_FILES = 10_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Text:
    """A file that was read: the name that messages use, its text, and the hash of its bytes."""

    name: str
    text: str
    sha256: str
    size: int


class UnreadableError(Exception):
    """A file cannot be taken as a text; line and column where there is a place in it."""

    def __init__(self, message: str, hint: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line
        self.column = column


def read_file(path: Path, name: str, most: int = MAX_BYTES) -> Text:
    """Return a file's text, never reading more than `most` bytes; `UnreadableError` says why not."""
    try:
        data = _bytes(path, most)
    except FileNotFoundError:
        raise UnreadableError("There is no such file") from None
    except PermissionError:
        raise UnreadableError("This file may not be read", "Look at its permissions.") from None
    except OSError as error:
        raise UnreadableError(f"This file cannot be read: {error.strerror}") from None
    return Text(name, _decoded(data), hashlib.sha256(data).hexdigest(), len(data))


def _bytes(path: Path, most: int) -> bytes:
    facts = path.stat()
    if stat.S_ISDIR(facts.st_mode):
        raise UnreadableError("This is a directory, not a file")
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableError("This is not a regular file")
    if facts.st_size > most:
        raise _too_large(facts.st_size, most)
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise _too_large(len(data), most)
    return data


def _too_large(size: int, most: int) -> UnreadableError:
    return UnreadableError(
        f"This file is too large: {size:,} bytes, where {most:,} are left",
        f"The files of one layout may hold {MAX_BYTES:,} bytes together.",
    )


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise UnreadableError("This file is UTF-16", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise UnreadableError(
            f"This file is not UTF-8 text: byte 0x{data[error.start]:02x}",
            "Save it as UTF-8.",
            before.count(b"\n") + 1,
            len(before.rpartition(b"\n")[2].decode("utf-8-sig", "replace")) + 1,
        ) from None
    if "\0" in text:
        at = text.index("\0")
        raise UnreadableError(
            "This file is binary: it contains a NUL byte",
            "",
            text.count("\n", 0, at) + 1,
            at - text.rfind("\n", 0, at),
        )
    return text


def shown(path: Path) -> str:
    """Return how messages name a file: relative to the working directory where it is below it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - lexical: a link keeps its own name
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def fence(folder: Path) -> Path:
    """Return how far includes may reach: the repository around the folder, else the folder."""
    real = Path(os.path.realpath(folder))
    for candidate in (real, *real.parents):
        if (candidate / ".git").exists():
            return candidate
    return real


def real(path: Path) -> Path:
    """Return where a path really leads; OSError for a loop of links or nothing there."""
    return Path(os.path.realpath(path, strict=True))


def matching(folder: Path, pattern: str) -> list[Path]:
    """Return the files below a folder that a pattern names, sorted; `**` follows no links.

    At most `MAX_FILES` and one are returned, so that a caller can tell "too many".
    """
    found: dict[Path, None] = {}
    for path in _walk(folder, PurePosixPath(pattern).parts):
        found[path] = None
        if len(found) > MAX_FILES:
            break
    return sorted(found)


def _walk(folder: Path, steps: tuple[str, ...]) -> Iterator[Path]:
    if not steps:
        if not folder.is_dir():
            yield folder
        return
    step, rest = steps[0], steps[1:]
    if step == "**":
        yield from _walk_all(folder, rest)
    elif any(letter in step for letter in "*?["):
        for child in _children(folder):
            if fnmatchcase(child.name, step):
                yield from _walk(child, rest)
    elif os.path.lexists(folder / step):
        yield from _walk(folder / step, rest)


def _walk_all(folder: Path, rest: tuple[str, ...]) -> Iterator[Path]:
    while rest[:1] == ("**",):
        rest = rest[1:]
    yield from _walk(folder, rest or ("*",))
    for child in _children(folder):
        if child.is_dir() and not child.is_symlink():
            yield from _walk_all(child, rest)


def _children(folder: Path) -> list[Path]:
    """Return what is in a folder and not hidden, sorted; nothing where it may not be listed."""
    try:
        return sorted(child for child in folder.iterdir() if not child.name.startswith("."))
    except OSError:
        return []
