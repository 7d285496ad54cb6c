"""`govkit exempt`: grants, lists, extends and takes back exemptions, in the layout's files."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import TextOrJson
from govkit.cli.say import data, json_text, note, text_or_json, write_private
from govkit.errors import UsageError

if TYPE_CHECKING:
    from govkit.flow.exempt import Edited

app = typer.Typer(help="Exemptions in the layout's files.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="The exemption's key.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference, and write nothing.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day, as 2027-01-15.")
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=0, max=3650, help="How many days from today."),
]
Ticket = Annotated[str | None, typer.Option("--ticket", help="Where it was decided.")]


@app.callback()
def exempt() -> None:
    """Hold the commands about exemptions."""


@app.command()
def add(
    context: typer.Context,
    key: Key,
    *,
    guardrail: Annotated[
        list[str], typer.Option("--guardrail", help="The way out of which one; repeatable.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it must be.")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")],
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Whom: an account's key; repeatable.")
    ] = None,
    ou: Annotated[
        list[str] | None, typer.Option("--ou", help="Whom: an OU's path; repeatable.")
    ] = None,
    principal: Annotated[
        list[str] | None,
        typer.Option("--principal", help="Only role/NAME or user/NAME of them; repeatable."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="Widen, as 'regions=[us-west-2]'."),
    ] = None,
    ticket: Ticket = None,
    until: Until = None,
    days: Days = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="An included file to write it in.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Grant an exemption: it is checked and proved, shown as a difference, and written."""
    from govkit.cli.reach import question, today
    from govkit.flow.exempt import Grant, added

    options: Globals = context.obj
    grant = Grant(
        key,
        guardrail,
        account or (),
        ou or (),
        principal or (),
        _params(param or ()),
        reason,
        owner,
        ticket,
        today(),
        _last_day(until, days),
    )
    _write(added(question(options), grant, file), dry_run=dry_run)


@app.command("list")
def list_(context: typer.Context, *, format_: TextOrJson = "text") -> None:
    """List the exemptions of the layout: whom, from what, until when, why and by whom."""
    from govkit.cli.reach import question
    from govkit.flow.exempt import granted
    from govkit.report import exemptions, exemptions_text

    options: Globals = context.obj
    text_or_json(format_)
    told = exemptions(granted(question(options)))
    data(json_text(told) if format_ == "json" else exemptions_text(told))


@app.command()
def extend(
    context: typer.Context,
    key: Key,
    *,
    until: Until = None,
    days: Days = None,
    ticket: Ticket = None,
    dry_run: DryRun = False,
) -> None:
    """Grant an exemption anew, from today until a later last day."""
    from govkit.cli.reach import question
    from govkit.flow.exempt import extended

    options: Globals = context.obj
    _write(extended(question(options), key, _last_day(until, days), ticket), dry_run=dry_run)


@app.command()
def remove(context: typer.Context, key: Key, *, dry_run: DryRun = False) -> None:
    """Take an exemption back."""
    from govkit.cli.reach import question
    from govkit.flow.exempt import removed

    options: Globals = context.obj
    _write(removed(question(options), key), dry_run=dry_run)


def _write(edited: "Edited", *, dry_run: bool) -> None:
    data(edited.difference)
    if dry_run:
        note("Nothing was written.")
        return
    write_private(edited.path, edited.text)
    note(f"{edited.path} is written. Next: govkit plan")


def _last_day(until: str | None, days: int | None) -> date:
    from govkit.cli.reach import today

    if (until is None) == (days is None):
        raise UsageError("Until when?", "Give either --until DAY or --days N.")
    if days is not None:
        return today() + timedelta(days=days)
    try:
        return datetime.strptime(until or "", "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise UsageError(
            "No such day", f"--until {until} is not of the form YYYY-MM-DD."
        ) from error


def _params(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals or not value:
            raise UsageError("No such parameter", f"--param {text}: use NAME=VALUE.")
        if name in found:
            raise UsageError("One parameter twice", f"--param {name} is given twice.")
        found[name] = value
    return found
