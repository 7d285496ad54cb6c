"""Lints policy documents in files, which need no layout: every file is looked at, also behind a bad one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from govkit.checks._check import Targets
from govkit.checks._judge import judged
from govkit.checks._paper import IAM, Paper, Unreadable, paper
from govkit.checks._suppressions import allowed
from govkit.errors import GovkitError, UsageError
from govkit.flow.policy_files import (
    FileFault,
    PolicyFile,
    files_of,
    json_file,
    kind_of,
    policy_file,
)
from govkit.flow.suppress import Placed, Said, found_by, remaining
from govkit.model.finding import Finding, Origin
from govkit.policies.canonical import Grammar
from govkit.policies.document import of
from govkit.policies.policy_type import PolicyType
from govkit.policies.positions import Path as Steps
from govkit.policies.positions import Position, position, walk
from govkit.policies.types import known, policy_types

SIDECAR = ".govkit-lint"


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found. `broken` are files that are no documents, `passed_over` JSON of other kinds."""

    findings: tuple[Finding, ...]
    broken: tuple[str, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file of one of the arguments, ready to be judged; `text` is empty where it is unreadable."""

    file: str
    text: str
    paper: Paper


def linted(paths: Sequence[Path], told: str | None, today: date) -> Linted:
    """Lint files, and folders with those below them, each of files attached to one target.

    `told` is the type of all documents; else each is guessed. Raises `UsageError` where a file
    cannot be read, or there is no such type.
    """
    kind = None if told is None else _told(told)
    passed: list[str] = []
    read: list[_Read] = []
    targets: list[list[int]] = []
    for path in dict.fromkeys(place for given in paths for place in _places(given)):
        found = list(_documents(path, kind, passed))
        targets.append(list(range(len(read), len(read) + len(found))))
        read += found
    if not read:
        raise UsageError("Nothing to lint", "There is no policy document in what was given.")
    findings = remaining(_findings(read, targets), list(_said(read)), today)
    broken = tuple(one.file for one in read if one.paper.unreadable is not None)
    return Linted(findings, broken, tuple(passed))


def types() -> tuple[str, ...]:
    """Return the words that `--type` knows."""
    return (IAM, *(kind.key for kind in policy_types()))


def _told(word: str) -> str:
    kind = known(word.lower()) or known(word.upper())
    if kind is not None:
        return kind.key
    if word.lower() == IAM:
        return IAM
    raise UsageError("No such type", f"--type {word}: use one of {', '.join(types())}.")


def _places(path: Path) -> Iterator[Path]:
    """Yield a file, or a folder and the folders below it, hidden ones and links aside."""
    yield path
    if path.is_dir():
        for below in sorted(path.glob("*")):
            if below.is_dir() and not below.is_symlink() and below.name[0] != ".":
                yield from _places(below)


def _documents(path: Path, kind: str | None, passed: list[str]) -> Iterator[_Read]:
    for file in files_of(path):
        if path.is_dir() and _is_no_document(file):
            passed.append(str(file))
            continue
        try:
            found = policy_file(file)
        except FileFault as fault:
            unreadable = Unreadable(fault.message, fault.at)
            yield _Read(str(file), "", Paper(str(file), kind or IAM, None, unreadable=unreadable))
            continue
        length = len(json.dumps(found.value, separators=(",", ":"), ensure_ascii=False))
        made = paper(str(file), kind or _guessed(found), found.value, length)
        yield _Read(str(file), found.text, made)


def _is_no_document(file: Path) -> bool:
    """Tell JSON that is no object: a list of things that lies beside the documents of a folder."""
    try:
        return not isinstance(json_file(file)[1], dict)
    except GovkitError:
        return False


def _guessed(file: PolicyFile) -> str:
    """Return the type that a document looks like: by its statements, or by its one key."""
    if "Statement" in file.value:
        return kind_of([file], None).value
    closed = (kind for kind in policy_types() if not _top(kind, {"?": {"?": {}}}))
    fitting = (kind.key for kind in closed if _top(kind, file.value))
    return next(fitting, kind_of([file], None).value)


def _top(kind: PolicyType, value: Mapping[str, Any]) -> bool:
    """Tell whether a type knows the keys at the top of a document."""
    found = kind.faults(of(dict(value), Grammar.TREE))
    return bool(value) and not any(len(fault.path) <= 1 for fault in found)


def _findings(read: Sequence[_Read], targets: Targets) -> Iterator[Placed]:
    places: dict[int, Mapping[Steps, Position]] = {}
    for one in judged([each.paper for each in read], targets):
        each = read[one.paper]
        if each.paper.unreadable is not None:
            at = each.paper.unreadable.at
        else:
            if one.paper not in places:
                places[one.paper] = begins(each.text)
            at = _at(places[one.paper], one.remark.path)
        where = Origin(each.file, at.line, at.column)
        yield Placed(found_by(one.check, each.file, one.remark.message, where))


def begins(text: str) -> dict[Steps, Position]:
    """Return where each value of a JSON text begins; within a Condition, where its key does."""
    return {
        path: position(text, key if "Condition" in path else offset)
        for path, offset, key in walk(text)
    }


def _at(places: Mapping[Steps, Position], path: Steps) -> Position:
    while path not in places:
        path = path[:-1]
    return places[path]


def _said(read: Sequence[_Read]) -> Iterator[Said]:
    """Yield what the files `.govkit-lint` beside the documents allow: `FILES: allow …`, a line each."""
    folders = dict.fromkeys(Path(one.file).parent for one in read)
    for folder in folders:
        sidecar = folder / SIDECAR
        if not sidecar.is_file():
            continue
        here = [one.file for one in read if Path(one.file).parent == folder]
        lines = sidecar.read_text(encoding="utf-8", errors="replace").split("\n")
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.lstrip().startswith("#"):
                pattern, _, rest = line.strip().partition(":")
                about = frozenset(one for one in here if fnmatchcase(Path(one).name, pattern))
                yield Said(str(sidecar), allowed(rest.strip(), number, 1), about)
