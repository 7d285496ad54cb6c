"""`govkit diff`: what differs between two states, by property and by statement."""

from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Format, Write
from govkit.cli.say import progress, show
from govkit.errors import Exit, UsageError


def diff(
    context: typer.Context,
    before: Annotated[
        str | None,
        typer.Argument(metavar="FROM", help="aws, layout, a snapshot's file, or git:REV."),
    ] = None,
    after: Annotated[str | None, typer.Argument(metavar="TO", help="As FROM.")] = None,
    *,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 2 where they differ.")
    ] = False,
    format_: Format = "text",
    write: Write = None,
) -> int:
    """Show what differs between two states: from AWS to the layout, unless told otherwise."""
    from govkit.cli.reach import Reach, question, snapshot_at
    from govkit.flow.diff import differing
    from govkit.report import differences

    options: Globals = context.obj
    if (before is None) != (after is None):
        raise UsageError("Wrong usage", "diff takes both FROM and TO, or neither.")
    source, target = before or "aws", after or "layout"
    with progress("Reading both sides"):
        found = differing(question(options), Reach(options).live, snapshot_at, source, target)
    told = {**differences(found.changes, source, target), "effects": list(found.effects)}
    show("differences", told, format_, write)
    return Exit.DIFFERS if exit_code and told["differences"] else Exit.DONE
