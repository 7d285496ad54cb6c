"""Policy documents in files: one, or a folder of those attached to one target, read strictly."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govkit.access.validity import Fault, faults
from govkit.access.verdict import Kind
from govkit.errors import GovkitError, UsageError
from govkit.policies.document import DocumentError, json_value, read
from govkit.policies.policy_type import pointer
from govkit.policies.positions import Position, position, positions

_HALVES = re.compile(r"[\ud800-\udfff]")
_PRINCIPAL = ("Principal", "NotPrincipal")


class FileFault(GovkitError):
    """A file is no policy document; `message`, and where in it that shows."""

    def __init__(self, summary: str, path: Path, at: Position, message: str) -> None:
        super().__init__(summary, f"{path}:{at}: {message}")
        self.path = path
        self.at = at
        self.message = message


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A document and the file that it is from."""

    path: Path
    text: str = field(repr=False)
    value: dict[str, Any] = field(repr=False)

    @property
    def statements(self) -> list[Any]:
        """Its statements, whether it lists them or has but one."""
        given = self.value.get("Statement", [])
        return given if isinstance(given, list) else [given]


def policy_files(path: Path) -> tuple[PolicyFile, ...]:
    """Return the document of a file, or those of the `*.json` files of a folder, by name.

    Raises `UsageError` where there is no such file, and `GovkitError` with `file:line:column`
    where one is not JSON.
    """
    return tuple(policy_file(one) for one in files_of(path))


def files_of(path: Path) -> tuple[Path, ...]:
    """Return a file, or the `*.json` files of a folder, by name."""
    if not path.is_dir():
        return (path,)
    found = (one for one in path.glob("*.json") if one.is_file() and one.name[0] != ".")
    return tuple(sorted(found))


def policy_file(path: Path) -> PolicyFile:
    """Return the document of a file; `FileFault` where it is none."""
    text = _text(path)
    try:
        value = read(text)
    except DocumentError as error:
        at = Position(error.line, error.column)
        raise FileFault(error.summary, path, at, error.message) from None
    if "\\u" in text:
        _whole_letters(path, text, value)
    return PolicyFile(path, text, value)


def json_file(path: Path) -> tuple[str, Any]:
    """Return the text of a file and the JSON value that it is; errors as for `policy_files`."""
    text = _text(path)
    try:
        return text, json_value(text)
    except DocumentError as error:
        message = f"{path}:{error.line}:{error.column}: {error.message}"
        raise GovkitError("The file is not JSON", message) from None


def kind_of(files: Iterable[PolicyFile], told: str | None) -> Kind:
    """Return the type that was told; else RCP where every statement has a Principal, and SCP."""
    if told is not None:
        try:
            return Kind(told.lower())
        except ValueError:
            raise UsageError("No such type", f"--type {told}: use scp or rcp.") from None
    statements = [statement for file in files for statement in file.statements]
    named = [isinstance(one, dict) and not one.keys().isdisjoint(_PRINCIPAL) for one in statements]
    return Kind.RCP if named and all(named) else Kind.SCP


def check(files: Iterable[PolicyFile], kind: Kind) -> None:
    """Raise `GovkitError` with every place where a document's meaning would have to be guessed.

    That is more than the grammar for an SCP, and less for an RCP: AWS's own RCPFullAWSAccess is
    let through, and so is an action `*`, of which AWS's pages say two things.
    """
    found = list(dict.fromkeys(line for file in files for line in _complaints(file, kind)))
    if found:
        hint = "Are these RCPs? --type rcp" if _all_principals(found, kind) else ""
        raise GovkitError(f"Not understood as {kind.name}s", "\n".join(found), hint)


def statement_at(files: Sequence[PolicyFile], place: int) -> str:
    """Return `file:line:column` of a statement by its place among all those of some files."""
    everywhere = [(file, index) for file in files for index in range(len(file.statements))]
    file, index = everywhere[place]
    listed = isinstance(file.value["Statement"], list)
    at = positions(file.text)[("Statement", index) if listed else ("Statement",)]
    return f"{file.path}:{at}"


def _whole_letters(path: Path, text: str, value: Any) -> None:
    """Refuse escapes that are half of a surrogate pair, which nobody could write down again."""
    for steps, at in positions(text).items():
        here = value
        for step in steps:
            here = here[step]
        if any(isinstance(one, str) and _HALVES.search(one) for one in (here, *steps[-1:])):
            message = "this has half of a surrogate pair, which is no character"
            raise FileFault("Not a policy document", path, at, message)


def _text(path: Path) -> str:
    """Return the text of a file, without a byte order mark."""
    try:
        given = path.read_bytes()
    except OSError as error:
        raise UsageError("The file cannot be read", f"{path}: {error.strerror}.") from None
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = given[: error.start].decode("utf-8-sig", "replace")
        at = position(before, len(before))
        raise FileFault("The file is not text", path, at, "this is not UTF-8") from None


def _complaints(file: PolicyFile, kind: Kind) -> Iterator[str]:
    begins = {pointer(path): at for path, at in positions(file.text).items()}
    found = {*faults(file.value), *_of_kind(file, kind)}
    told = sorted((_place(begins, fault.path), fault.message) for fault in found)
    for at, message in told:
        yield f"{file.path}:{at}: {message}"


def _place(begins: Mapping[str, Position], place: str) -> Position:
    """Return where `Statement[0].Action` begins, or what should hold it."""
    while place not in begins:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return begins[place]


def _of_kind(file: PolicyFile, kind: Kind) -> Iterator[Fault]:
    for fault in faults(file.value, kind):
        if kind is Kind.SCP or fault.path.rpartition(".")[2] in _PRINCIPAL:
            yield fault


def _all_principals(found: Sequence[str], kind: Kind) -> bool:
    return kind is Kind.SCP and all("an SCP has no " in line for line in found)
