"""New ids, in AWS's forms: the same ones in the same order for the same seed."""

import hashlib

from govkit.sandbox.organizations.rows import Book

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(book: Book, seed: str, prefix: str, length: int) -> str:
    """Return `prefix` and `length` fresh characters of a-z and 0-9."""
    number = _number(book, seed)
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 36)
        text += _DIGITS[digit]
    return prefix + text


def new_account_id(book: Book, seed: str) -> str:
    """Return twelve digits that no account has; they may begin with zeros, as AWS's do."""
    while True:
        found = f"{_number(book, seed) % 10**12:012d}"
        if found not in book.accounts and found not in book.outside:
            return found


def ou_id(book: Book, seed: str) -> str:
    return new_id(book, seed, f"ou-{book.root.removeprefix('r-')}-", 8)


def _number(book: Book, seed: str) -> int:
    serial = book.counters.get("ids") or {"Value": 0}
    book.counters.put("ids", {"Value": serial["Value"] + 1})
    return int.from_bytes(hashlib.sha256(f"{seed}:{serial['Value']}".encode()).digest())
