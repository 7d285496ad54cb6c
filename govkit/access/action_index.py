"""The actions that AWS has, by the date of the list: patterns become sets of them, as bit masks."""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from govkit.access.action import is_every_action
from govkit.access.glob import glob, tokens

DATA = Path(__file__).parent / "data"
_AFTER = chr(0x10FFFF)


class ActionIndex:
    """A fixed list of actions in order; a set of them is an integer with a bit for each.

    Services and names are found in any case. Names of a service are read when first asked for.
    """

    def __init__(self, text: str) -> None:
        """Read the text that `scripts/build_action_index.py` writes."""
        self.date, reached, *lines = text.split("\n")
        self.rcp_services = frozenset(reached.split(" "))
        self._lines: dict[str, tuple[int, int, str]] = {}
        offset = 0
        for line in lines:
            service, _, names = line.partition(" ")
            count = names.count(" ") + 1
            self._lines[service] = (offset, count, names)
            offset += count
        self.size = offset
        self._lowered: dict[str, list[str]] = {}
        self._texts: dict[str, str] = {}
        self._starts: dict[str, list[int]] = {}
        self._masks: dict[str, int] = {}

    @property
    def services(self) -> tuple[str, ...]:
        """The services that have actions, in order."""
        return tuple(self._lines)

    def names(self, service: str) -> list[str]:
        """Return the names of a service's actions as AWS spells them, in order of lower case."""
        return self._lines[service][2].split() if service in self._lines else []

    def mask(self, pattern: str) -> int:
        """Return the actions that an action pattern matches."""
        pattern = pattern.lower()
        found = self._masks.get(pattern)
        if found is None:
            found = self._masks[pattern] = self._found(pattern)
        return found

    def name_mask(self, service: str, name: str) -> int:
        """Return which of a service's actions, by their place in it, a lower-case name matches."""
        return self._of_service(service, name)

    def actions(self, mask: int) -> Iterator[str]:
        """Yield the actions of a set, as AWS spells them."""
        for service, (offset, count, _) in self._lines.items():
            part = mask >> offset & (1 << count) - 1
            if part:
                names = self.names(service)
                yield from (f"{service}:{names[bit]}" for bit in range(count) if part >> bit & 1)

    def spelled(self, action: str) -> str | None:
        """Return an action as AWS spells it, or None where the list does not have it."""
        mask = self.mask(action) if "*" not in action and "?" not in action else 0
        return next(self.actions(mask), None)

    def _found(self, pattern: str) -> int:
        if is_every_action(pattern):
            return (1 << self.size) - 1
        service, _, name = pattern.partition(":")
        if not name or service not in self._lines:
            return 0
        offset, count, _ = self._lines[service]
        if not name.strip("*"):
            return (1 << count) - 1 << offset
        return self._of_service(service, name) << offset

    def _of_service(self, service: str, name: str) -> int:
        lower = self._lower(service)
        prefix = name.partition("*")[0].partition("?")[0]
        first = bisect_left(lower, prefix)
        if prefix == name:
            return 1 << first if lower[first : first + 1] == [name] else 0
        last = bisect_left(lower, prefix + _AFTER)
        if name == f"{prefix}*":
            return (1 << last) - (1 << first)
        needle = max(name.replace("?", "*").split("*"), key=len)
        matches = glob(tokens(name))
        hopeful = self._holding(service, needle)
        return sum(1 << bit for bit in hopeful if first <= bit < last and matches(lower[bit]))

    def _holding(self, service: str, needle: str) -> Iterator[int]:
        """Yield the places of the names that hold a text, found in all of them at once."""
        text = self._texts[service]
        starts = self._starts.get(service)
        if starts is None:
            lengths = (len(name) + 1 for name in self._lower(service))
            starts = self._starts[service] = list(accumulate(lengths, initial=0))
        position = text.find(needle)
        while position >= 0:
            bit = bisect_right(starts, position) - 1
            yield bit
            position = text.find(needle, starts[bit + 1])

    def _lower(self, service: str) -> list[str]:
        found = self._lowered.get(service)
        if found is None:
            text = self._lines[service][2].lower() if service in self._lines else ""
            self._texts[service] = text
            found = self._lowered[service] = text.split()
        return found


@lru_cache(maxsize=1)
def action_index() -> ActionIndex:
    """Return the index that came with this release."""
    return ActionIndex(zlib.decompress((DATA / "actions.z").read_bytes()).decode())
