"""What of the live things a layout names, and what nobody named."""

from collections.abc import Iterable
from typing import ClassVar


class Listed:
    """Names and IDs of a layout; leading slashes and letter case of e-mails do not matter."""

    FEW: ClassVar[int] = 20

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(_plain(word) for word in words)

    def has(self, *names: str | None) -> bool:
        """Tell whether the layout names a thing by any of these."""
        return any(name is not None and _plain(name) in self._words for name in names)


def _plain(word: str) -> str:
    return word.lower() if "@" in word else word.strip("/")
