"""Join the statements of one target's documents into as few documents as fit, and prove it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from govkit.access.compare import Documents, chain
from govkit.access.difference import Change, Difference, difference
from govkit.access.merge import Piece, merged, pieces
from govkit.access.verdict import Kind
from govkit.errors import BugError, GovkitError

VERSION = "2012-10-17"
_FRAME = len(json.dumps({"Version": VERSION, "Statement": []}, separators=(",", ":")))


class DoesNotFit(GovkitError):
    """The statements do not fit into the documents that there may be.

    `place` is that of the statement that is too long, among all; None where all together are.
    """

    def __init__(self, summary: str, detail: str, *, place: int | None = None) -> None:
        super().__init__(summary, detail)
        self.place = place


@dataclass(frozen=True, slots=True)
class Packed:
    """`documents` by name; characters count minified text; `proof` compares new with old."""

    documents: dict[str, dict[str, Any]]
    before: int
    after: int
    proof: Difference


def pack(
    documents: Documents, limit: int, *, kind: Kind = Kind.SCP, most: int | None = None
) -> Packed:
    """Return the same rules in the fewest documents of `limit` characters that were found.

    Documents attached to one target are a union, so that it is only statements that count. Each
    stays in the document it comes from where it can, and names stay, so that a small edit touches
    one document. Sids are dropped. `proof` is EQUAL, or UNKNOWN where that was not decided. Raises
    `DoesNotFit` where a statement is longer than a document may be, or where it takes more than
    `most` documents.
    """
    found = merged(pieces(documents))
    for piece in found:
        if _FRAME + len(piece.text) > limit:
            raise DoesNotFit(
                "A statement is too long",
                f"As a document, a statement of {piece.home} takes {_FRAME + len(piece.text)} characters; a document may "
                f"have {limit}.",
                place=piece.place,
            )
    bins = _placed(found, list(documents), limit)
    if most is not None and len(bins) > most:
        raise DoesNotFit(
            "Too many documents",
            f"The statements take {len(bins)} documents of {limit} characters; there may be {most}.",
        )
    packed = {name: _document(content) for name, content in bins.items()}
    proof = difference(chain(documents, kind), chain(packed, kind))
    if proof.change not in (Change.EQUAL, Change.UNKNOWN):
        raise BugError(
            "This is a bug in govkit: packing changed what the documents mean",
            f"The packed documents are not equal to the given ones: {proof.change.value}.",
        )
    return Packed(packed, size(documents), size(packed), proof)


def size(documents: Documents) -> int:
    """Return the characters of documents as they are sent."""
    return sum(
        len(json.dumps(one, separators=(",", ":"), ensure_ascii=False))
        for one in documents.values()
    )


def _document(content: Iterable[Piece]) -> dict[str, Any]:
    ordered = sorted(content, key=lambda piece: piece.place)
    return {"Version": VERSION, "Statement": [piece.statement for piece in ordered]}


def _placed(found: list[Piece], names: list[str], limit: int) -> dict[str, list[Piece]]:
    """Return pieces by document: at home if that takes no more documents than anywhere."""
    room = limit - _FRAME
    ordered = sorted(found, key=lambda piece: (-len(piece.text), piece.place))
    fewest = _first_fit(ordered, room)
    kept = _homes(ordered, names, len(fewest))
    at_home = _first_fit(ordered, room, kept)
    if len(at_home) <= len(fewest):
        free = [name for name in names if name not in kept]
        bins = dict(zip(kept, at_home, strict=False))
        bins |= _christened(at_home[len(kept) :], free, names)
    else:
        bins = _christened(fewest, names, names)
    return {name: bins[name] for name in _in_order(bins, names) if bins[name]}


def _first_fit(ordered: Iterable[Piece], room: int, homes: Iterable[str] = ()) -> list[list[Piece]]:
    """Put each piece, the longest first, at home if it has one here, or where it first fits."""
    places = list(homes)
    bins: list[list[Piece]] = [[] for _ in places]
    for piece in ordered:
        first = [places.index(piece.home)] if piece.home in places else []
        for index in (*first, *range(len(bins))):
            if _length(bins[index]) + len(piece.text) + 1 <= room + 1:
                bins[index].append(piece)
                break
        else:
            bins.append([piece])
    return bins


def _length(content: Iterable[Piece]) -> int:
    return sum(len(piece.text) + 1 for piece in content)  # a comma follows each but the last


def _homes(found: Iterable[Piece], names: Iterable[str], count: int) -> list[str]:
    """Return the documents to keep: those that hold most of what there is."""
    held = dict.fromkeys(names, 0)
    for piece in found:
        held[piece.home] += len(piece.text)
    largest = sorted(held, key=lambda name: -held[name])[:count]
    return [name for name in held if name in largest]


def _christened(
    bins: list[list[Piece]], names: list[str], taken: list[str]
) -> dict[str, list[Piece]]:
    """Give each document the free name that most of its content comes from, or one not taken."""
    free = list(names)
    fresh = (name for number in count(1) if (name := f"packed-{number}") not in taken)
    found: dict[str, list[Piece]] = {}
    for content in bins:
        held = _homes_held(content, free)
        name = max(free, key=lambda one: held.get(one, 0)) if free else next(fresh)
        found[name] = content
        if name in free:
            free.remove(name)
    return found


def _homes_held(content: Iterable[Piece], names: Iterable[str]) -> Mapping[str, int]:
    held = dict.fromkeys(names, 0)
    for piece in content:
        if piece.home in held:
            held[piece.home] += len(piece.text)
    return held


def _in_order(bins: Mapping[str, object], names: list[str]) -> Iterator[str]:
    yield from (name for name in names if name in bins)
    yield from (name for name in bins if name not in names)
