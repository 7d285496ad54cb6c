"""Sets of requests as boxes, one set of cells per variable, and what is left of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from govkit.access.domain import Domain, Variable
from govkit.access.minterms import OutOfBudgetError

Box = Mapping[Variable, int]  # a variable that is not there may take any value
STEPS = 20_000


@dataclass(slots=True)
class Meter:
    """Counts work, so that a question without a quick answer ends in `OutOfBudgetError`.

    Work counts for `whole`, too, if this is a part of something larger.
    """

    left: int = STEPS
    whole: "Meter | None" = None

    def tick(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OutOfBudgetError
        if self.whole is not None:
            self.whole.tick()


@dataclass(frozen=True, slots=True)
class Region:
    """The requests in `box` that none of `without` covers, and of each of `within` some box does."""

    box: Box
    without: tuple[Box, ...]
    within: tuple[tuple[Box, ...], ...]


def boxes(region: Region, domains: Mapping[Variable, Domain], meter: Meter) -> Iterator[Box]:
    """Yield boxes, no two of which overlap, that make up a region."""
    yield from _within(dict(region.box), region, 0, domains, meter)


def intersection(box: Box, other: Box) -> Box | None:
    """Return what two boxes have in common, or None."""
    found = dict(box)
    for of, mask in other.items():
        common = found.get(of, mask) & mask
        if not common:
            return None
        found[of] = common
    return found


def _within(
    box: Box, region: Region, index: int, domains: Mapping[Variable, Domain], meter: Meter
) -> Iterator[Box]:
    if index == len(region.within):
        yield from _minus(box, region.without, domains, meter)
        return
    earlier: list[Box] = []
    for option in region.within[index]:
        meter.tick()
        common = intersection(box, option)
        if common is not None:
            for part in _minus(common, earlier, domains, meter):
                yield from _within(part, region, index + 1, domains, meter)
        earlier.append(option)


def _minus(
    box: Box, without: Iterable[Box], domains: Mapping[Variable, Domain], meter: Meter
) -> Iterator[Box]:
    todo: list[tuple[Box, list[Box]]] = [(box, list(without))]
    while todo:
        meter.tick()
        left, others = todo.pop()
        touching = _touching(left, others, domains)
        if touching is None:
            continue
        if not touching:
            yield left
            continue
        # The one that cuts least first: most often it leaves a single part.
        least = min(range(len(touching)), key=lambda index: len(touching[index][1]))
        rest = [other for index, (other, _) in enumerate(touching) if index != least]
        todo.extend((part, rest) for part in reversed(list(_parts(left, touching[least][1]))))


def _touching(
    box: Box, others: Iterable[Box], domains: Mapping[Variable, Domain]
) -> list[tuple[Box, list["_Cut"]]] | None:
    """Return the boxes that overlap a box, with where they cut it; None where one covers it."""
    found = []
    for other in others:
        cuts = _cuts(box, other, domains)
        if cuts == []:
            return None
        if cuts is not None:
            found.append((other, cuts))
    return found


_Cut = tuple[Variable, int, int]  # a variable, its cells outside the other box, those inside


def _cuts(box: Box, other: Box, domains: Mapping[Variable, Domain]) -> list[_Cut] | None:
    """Return where another box cuts this one; None where they do not meet, [] where it covers."""
    cuts: list[_Cut] = []
    for of, mask in other.items():
        here = box.get(of)
        if here is None:
            here = domains[of].everything
        inside = here & mask
        if not inside:
            return None
        if inside != here:
            cuts.append((of, here & ~mask, inside))
    return cuts


def _parts(box: Box, cuts: Sequence[_Cut]) -> Iterator[Box]:
    left = dict(box)
    for of, outside, inside in cuts:
        yield {**left, of: outside}
        left[of] = inside


def hull(region: Region, domains: Mapping[Variable, Domain]) -> Box:
    """Return one box around a region: what is left where others cut it in one variable alone."""
    left = dict(region.box)
    while True:
        touching = _touching(left, region.without, domains) or []
        single = next((cuts[0] for _, cuts in touching if len(cuts) == 1), None)
        if single is None:
            return left
        left[single[0]] = single[1]


def merged(found: Iterable[Box]) -> list[Box]:
    """Join boxes that differ in one variable alone."""
    joined: list[Box] = []
    for box in found:
        current = dict(box)
        place = 0
        while place < len(joined):
            union = _union(joined[place], current)
            if union is None:
                place += 1
                continue
            current = dict(union)
            joined.pop(place)
            place = 0
        joined.append(current)
    return joined


def _union(box: Box, other: Box) -> Box | None:
    if box.keys() != other.keys():
        return None
    apart = [of for of, mask in box.items() if other[of] != mask]
    if len(apart) > 1:
        return None
    return {**box, **{of: box[of] | other[of] for of in apart}}
