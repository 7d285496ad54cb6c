"""`govkit snapshot`: the whole live state in one file, for every reading command to read."""

from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import data, json_text, note, progress, write_private
from govkit.errors import UsageError


def snapshot(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write; stdout without it.")
    ] = None,
) -> None:
    """Write the live organization into one file, to plan and compare against without AWS."""
    from govkit.cli.reach import Reach, question
    from govkit.flow.compare import taken

    options: Globals = context.obj
    if options.redact:
        raise UsageError("Wrong usage", "--redact: a snapshot without its IDs is of no use.")
    with progress("Reading the organization"):
        text = json_text(taken(question(options), Reach(options).live))
    if out is None:
        data(text)
        return
    write_private(out, text)
    note(f"Wrote {out}. Use it: govkit plan --snapshot {out}")
