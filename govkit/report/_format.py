"""What a report format is, and in what style a report is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from govkit import shelf
from govkit.errors import UsageError

Document: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Style:
    """How to tell it, and to whom.

    `width` is the terminal's columns, None off a terminal: then no line is ever folded.
    `program` is the command as the reader calls it, global options included, so that the commands
    named next can be copied (`govkit --sandbox demo`); `writer` the same for a command that writes,
    where that is another (a snapshot cannot be written to). `allowed` are the rails' overrides already
    given; `plan_file` is where the plan was saved; `calls` asks for the calls of each step;
    `names` are the names of accounts by ID. `command` is what would carry the plan out, where that
    is not `apply` (`rollback RUN`); `again` is the command that was typed, without `--yes` and
    overrides of rails; `after` is what to run where nothing is to be done; `left` is how many steps
    there are that are not for this command, of another's share or not reviewed.
    """

    color: bool = False
    width: int | None = None
    program: str = "govkit"
    writer: str | None = None
    allowed: Mapping[str, int] = field(default_factory=dict)
    plan_file: str | None = None
    calls: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    command: str | None = None
    again: str | None = None
    after: str = "drift"
    left: int = 0


PLAIN = Style()

Teller: TypeAlias = Callable[[Document, Style], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format on the shelf: for each document, how it is told. Every text ends with a newline.

    The documents are plain JSON values: `plan` and `drift` as DESIGN.md has them, `differences`,
    `findings`, `run` and `history` as `govkit.report` makes them.
    """

    name: str
    plan: Teller
    drift: Teller
    differences: Teller
    findings: Teller
    run: Teller
    history: Teller


def formats() -> Mapping[str, Format]:
    """Return every format on the shelf by its name."""
    found = cast("tuple[Format, ...]", shelf.load("govkit.report", "FORMAT"))
    return {format_.name: format_ for format_ in found}


def format_named(name: str) -> Format:
    """Return the format of this name; `UsageError` where there is none."""
    known = formats()
    if name not in known:
        raise UsageError(
            f'Unknown format "{name}"', f"The formats are {', '.join(known)}.", "--format text"
        )
    return known[name]
