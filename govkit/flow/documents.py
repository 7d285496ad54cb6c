"""What needs neither a layout nor AWS: policy documents compared, packed, and asked about requests."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govkit.access import compare, pack, simulate
from govkit.access.action_index import action_index
from govkit.access.compare import Documents
from govkit.access.difference import Change
from govkit.access.merge import CannotJoin
from govkit.access.shorten import pack_shortened
from govkit.access.verdict import Kind
from govkit.errors import GovkitError, UsageError
from govkit.flow.policy_files import (
    PolicyFile,
    check,
    json_file,
    kind_of,
    policy_files,
    statement_at,
)
from govkit.policies.positions import positions
from govkit.policies.types import policy_type


def compared(old: Path, new: Path, told: str | None) -> dict[str, Any]:
    """Return what the new documents of one target do to the old ones, as plain data.

    Each side is a file or a folder; an empty folder is a target with nothing attached.
    """
    sides = policy_files(old), policy_files(new)
    if not any(sides):
        raise UsageError("Nothing to compare", f"Neither {old} nor {new} holds a *.json document.")
    kind = _checked([*sides[0], *sides[1]], told)
    before, after = ({one.path.name: one.value for one in side} for side in sides)
    return {
        **compare.compare(before, after, kind),
        "type": kind.value,
        "old": {"path": str(old), "documents": len(before)},
        "new": {"path": str(new), "documents": len(after)},
    }


def simulated(path: Path) -> Iterator[dict[str, Any]]:
    """Read a list of cases, and return their answers, each made when it is asked for."""
    text, cases = json_file(path)
    if not isinstance(cases, list):
        raise UsageError("Not a list of cases", f"{path}:1:1: the file is not a JSON list.")
    return _answers(path, text, cases)


@dataclass(frozen=True, slots=True)
class Packing:
    """Packed documents as text, minified, by name; and the report on them.

    `proved` says that they differ from the given ones in nothing but what was allowed to differ.
    """

    texts: dict[str, str]
    report: dict[str, Any]
    proved: bool


@dataclass(frozen=True, slots=True)
class Room:
    """How packed documents may be: their characters (AWS's own figure if none is told), how many.

    `future` lets lists of actions become wildcards, which match actions that are yet to come.
    """

    characters: int | None = None
    documents: int | None = None
    future: bool = False


def packed(paths: Iterable[Path], told: str | None, room: Room) -> Packing:
    """Join the documents of files and folders, attached to one target, into as few as fit."""
    files = [file for path in paths for file in policy_files(path)]
    if not files:
        raise UsageError("Nothing to pack", "There is no *.json document in what was given.")
    kind = _checked(files, told)
    own = policy_type(kind.value).limits.characters
    limit = own if room.characters is None else room.characters
    try:
        found, added, proved = _pack(_by_stem(files), limit, kind, room)
    except (CannotJoin, pack.DoesNotFit) as error:
        at = "" if error.place is None else f"{statement_at(files, error.place)}: "
        raise GovkitError(error.summary, f"{at}{error.detail}", error.hint) from None
    return Packing(
        {name: _minified(one) for name, one in found.documents.items()},
        {**_report(found, kind, limit, files), **added},
        proved,
    )


def _pack(
    documents: Documents, limit: int, kind: Kind, room: Room
) -> tuple[pack.Packed, dict[str, Any], bool]:
    """Return packed documents, what is to be reported of what they add, and whether that was allowed."""
    if not room.future:
        found = pack.pack(documents, limit, kind=kind, most=room.documents)
        return found, {}, found.proof.change is Change.EQUAL
    short = pack_shortened(documents, limit, kind=kind, most=room.documents, index=action_index())
    told = compare.described(short.added)
    adds = {name: told[name] for name in ("newly_denied", "newly_allowed")}
    unknown = list(dict.fromkeys([*short.packed.proof.unknown, *short.added.unknown]))
    more = {"verdict": told["verdict"], "unknown": unknown, "adds": adds, "proved": short.today}
    return short.packed, more, short.today


def _checked(files: Sequence[PolicyFile], told: str | None) -> Kind:
    kind = kind_of(files, told)
    check(files, kind)
    return kind


def _answers(path: Path, text: str, cases: list[Any]) -> Iterator[dict[str, Any]]:
    done = 0
    try:
        for answer in simulate.simulate(cases):
            yield answer
            done += 1
    except UsageError as error:
        at = positions(text)[done,]
        raise UsageError(error.summary, f"{path}:{at}: {error.detail}") from None


def _by_stem(files: Iterable[PolicyFile]) -> Documents:
    found: dict[str, PolicyFile] = {}
    for file in files:
        other = found.setdefault(file.path.stem, file)
        if other is not file:
            raise UsageError(
                "Two documents of one name",
                f"{other.path} and {file.path} would both be packed into {file.path.stem}.json.",
            )
    return {name: file.value for name, file in found.items()}


def _report(
    found: pack.Packed, kind: Kind, limit: int, files: Sequence[PolicyFile]
) -> dict[str, Any]:
    return {
        "verdict": found.proof.change.value,
        "unknown": list(found.proof.unknown),
        "type": kind.value,
        "limit": limit,
        "before": {"documents": len(files), "characters": found.before},
        "after": {"documents": len(found.documents), "characters": found.after},
        "documents": [
            {"name": name, "characters": len(_minified(one)), "statements": len(one["Statement"])}
            for name, one in found.documents.items()
        ],
    }


def _minified(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
