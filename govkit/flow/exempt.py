"""The stories of `govkit exempt`: an exemption is granted, extended or taken back in the layout's files."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from govkit.errors import UsageError
from govkit.flow.compare import Question
from govkit.layout.edit_exemptions import (
    Written,
    is_value,
    with_exemption,
    with_facts,
    without_exemption,
)
from govkit.layout.files import shown
from govkit.layout.proofs import prove_exemptions
from govkit.layout.read import read
from govkit.model.suggest import did_you_mean
from govkit.model.wanted import Wanted, Way


@dataclass(frozen=True, slots=True)
class Edited:
    """A file of the layout, its new text, the difference, and what the layout wants then."""

    path: Path
    text: str
    difference: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Grant:
    """What an exemption is to say; `params` are names with values as YAML."""

    key: str
    guardrails: Sequence[str]
    accounts: Sequence[str]
    ous: Sequence[str]
    principals: Sequence[str]
    params: Mapping[str, str]
    reason: str
    owner: str
    ticket: str | None
    granted: date
    expires: date


def added(question: Question, grant: Grant, file: Path | None) -> Edited:
    """Return the edit that grants an exemption, in the layout's own file or in an included one."""
    for name, value in grant.params.items():
        if not is_value(value):
            raise UsageError(
                "No such parameter",
                f"--param {name}={value}: {value} is not one value in YAML.",
                "As in: --param 'regions=[us-west-2]'",
            )
    if grant.key in {one.key for one in granted(question).exemptions}:
        raise UsageError(
            "It is there already",
            f"{question.layout} has an exemption {grant.key}.",
            f"To let it last longer: govkit exempt extend {grant.key}",
        )
    told: dict[str, str | Sequence[str] | Mapping[str, str]] = {
        "guardrail": grant.guardrails[0] if len(grant.guardrails) == 1 else grant.guardrails,
        "accounts": grant.accounts,
        "ous": grant.ous,
        "principals": grant.principals,
        "params": grant.params,
        "reason": grant.reason,
        "owner": grant.owner,
        "ticket": grant.ticket or "",
        "granted": grant.granted.isoformat(),
        "expires": grant.expires.isoformat(),
    }
    entry: Written = {name: value for name, value in told.items() if value}
    path = file or question.layout
    edited = _edited(question, path, lambda text: with_exemption(text, grant.key, entry))
    if grant.key not in {one.key for one in edited.wanted.exemptions}:
        raise UsageError(
            "Not a file of this layout",
            f"{question.layout} does not include {path}: the exemption would mean nothing there.",
            "Name the file under include: first.",
        )
    return edited


def extended(question: Question, key: str, until: date, ticket: str | None) -> Edited:
    """Return the edit that grants an exemption anew, from today until another last day."""
    way = _way(question, key)
    if until <= way.expires:
        raise UsageError(
            "Not an extension",
            f"Exemption {key} lasts until {way.expires}, and {until} is no later.",
        )
    facts = {"granted": question.today.isoformat(), "expires": until.isoformat()}
    if ticket is not None:
        facts["ticket"] = ticket
    return _edited(question, _file(way, question), lambda text: with_facts(text, key, facts))


def removed(question: Question, key: str) -> Edited:
    """Return the edit that takes an exemption back."""
    way = _way(question, key)
    return _edited(question, _file(way, question), lambda text: without_exemption(text, key))


def granted(question: Question) -> Wanted:
    """Return the layout with its exemptions."""
    return read(question.layout, today=question.today)


def _way(question: Question, key: str) -> Way:
    ways = {one.key: one for one in granted(question).exemptions}
    if key not in ways:
        raise UsageError(
            "No such exemption",
            f"{question.layout} has no exemption {key}.",
            did_you_mean(key, list(ways)) or "See: govkit exempt list",
        )
    return ways[key]


def _file(way: Way, question: Question) -> Path:
    return question.layout if way.where is None else Path(way.where.file)


def _edited(question: Question, path: Path, edit: Callable[[str], str]) -> Edited:
    """Edit a file and read the layout as it will be, exemptions proved, before anything is written."""
    try:
        before = path.read_bytes().decode()  # as it is: line ends and byte order mark stay
    except OSError as error:
        raise UsageError("The file cannot be read", f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError("The file cannot be read", f"{path}: this is not UTF-8.") from None
    after = edit(before)
    name = shown(path)
    seen = after.removeprefix("\ufeff")
    wanted = read(
        question.layout, today=question.today, prove=prove_exemptions, instead={name: seen}
    )
    difference = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, name
    )
    return Edited(path, after, "".join(map(_whole_line, difference)), wanted)


def _whole_line(line: str) -> str:
    return f"{line.rstrip(chr(10)).rstrip(chr(13))}\n"
