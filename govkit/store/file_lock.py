"""The operating system's lock on a file: taken, looked at, and free once its holder is gone."""

import fcntl
import os
import struct
import sys
from pathlib import Path

# Linux tells of this sort of lock without taking it, which it does not of the other one (`flock`);
# that one is to be had everywhere, so it is the one that counts, and both are taken together.
# Elsewhere the question has another form, though it may have the same name.
_LINUX = sys.platform == "linux"
_SHOW: int | None = getattr(fcntl, "F_OFD_SETLK", None) if _LINUX else None
_SEE: int | None = getattr(fcntl, "F_OFD_GETLK", None) if _LINUX else None
_WHOLE = struct.Struct("hhqqi4x")  # `struct flock` of Linux: type, whence, start, length, process

_opened: set[int] = set()


def opened(path: Path) -> int:
    """Open a file to be locked, made where there is none; OSError where that cannot be."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _opened.add(handle)
    return handle


def closed(handle: int) -> None:
    """Close the file, and with it let go of its lock."""
    _opened.discard(handle)
    os.close(handle)


def _leave_to_the_parent() -> None:
    """In a forked child, drop what was inherited: a child that outlives its parent would keep the lock."""
    while _opened:
        os.close(_opened.pop())


os.register_at_fork(after_in_child=_leave_to_the_parent)


def take(handle: int) -> bool:
    """Take the lock if nobody has it; OSError where the file system knows no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if _SHOW is not None:
        fcntl.fcntl(handle, _SHOW, _WHOLE.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    return True


def is_taken(path: Path) -> bool | None:
    """Tell whether somebody has the lock, without taking it: that would be in the way of others.

    None where the operating system cannot tell; OSError where the file system knows no locks.
    """
    if _SEE is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        asked = _WHOLE.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        told = _WHOLE.unpack(fcntl.fcntl(handle, _SEE, asked))
        return bool(told[0] != fcntl.F_UNLCK)
    finally:
        os.close(handle)


def stands_at(handle: int, path: Path) -> bool:
    """Tell whether the open file is the one at the path still."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
