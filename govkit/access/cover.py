"""Name a set by the sets that already have names."""

from collections.abc import Sequence
from dataclasses import dataclass

Named = tuple[str, int]  # a name and the set it stands for, as a bit mask

_TRIED = 4  # wider sets tried, the smallest first


@dataclass(frozen=True, slots=True)
class Cover:
    """All that `names` stand for, but for what `but` stand for."""

    names: tuple[str, ...]
    but: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return len(self.names) + len(self.but)


def cover(target: int, vocabulary: Sequence[Named]) -> Cover | None:
    """Return the shortest name that was found for a set; None where the vocabulary has none."""
    found = []
    union, left = chosen(target, ~target, vocabulary)
    if not left:
        found.append(Cover(union))
    for name, mask in _around(target, vocabulary)[:_TRIED]:
        hole, left = chosen(mask & ~target, target, vocabulary)
        if not left:
            found.append(Cover((name,), hole))
    if not found and (several := _several(target, vocabulary)) is not None:
        found.append(several)
    return min(found, key=lambda one: one.length, default=None)


def _several(target: int, vocabulary: Sequence[Named]) -> Cover | None:
    """Return names that only together are around a set, but for what can be taken out of them."""
    outside = 0
    for _, mask in vocabulary:
        outside |= 0 if mask & target else mask
    usable = [one for one in vocabulary if not one[1] & ~target & ~outside]
    names, left = chosen(target, 0, usable)
    if left:
        return None
    masks, union = dict(usable), 0
    for name in names:
        union |= masks[name]
    return Cover(names, chosen(union & ~target, target, vocabulary)[0])


def wider(target: int, vocabulary: Sequence[Named]) -> Cover:
    """Return the least named set around a target, but for what the vocabulary can take out of it.

    Some set of the vocabulary has to be around it.
    """
    name, mask = _around(target, vocabulary)[0]
    return Cover((name,), chosen(mask & ~target, target, vocabulary)[0])


def _around(target: int, vocabulary: Sequence[Named]) -> list[Named]:
    around = [one for one in vocabulary if not target & ~one[1]]
    return sorted(around, key=lambda one: (one[1].bit_count(), one[0]))


def chosen(wanted: int, shunned: int, vocabulary: Sequence[Named]) -> tuple[tuple[str, ...], int]:
    """Return sets that cover what is wanted and touch nothing shunned, and what they leave out.

    The widest come first, and none without need.
    """
    usable = [one for one in vocabulary if one[1] & wanted and not one[1] & shunned]
    names: list[str] = []
    left = wanted
    for name, mask in sorted(usable, key=lambda one: (-(one[1] & wanted).bit_count(), one[0])):
        if mask & left:
            names.append(name)
            left &= ~mask
    return tuple(sorted(names)), left
