"""`govkit account`: what concerns accounts alone."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import note, progress, write_private

app = typer.Typer(help="What concerns accounts alone.", no_args_is_help=True)


@app.callback()
def account() -> None:
    """Hold the commands about accounts."""


@app.command()
def ids(context: typer.Context) -> None:
    """Write the IDs of accounts that govkit created into the layout, changing nothing else."""
    from govkit.cli.reach import Reach, question
    from govkit.flow.accounts import account_ids

    options: Globals = context.obj
    with progress("Reading the layout and the organization"):
        edits = account_ids(question(options), Reach(options).live)
    if not edits:
        note("Every account that exists has its ID in the layout.")
    for edit in edits:
        write_private(edit.path, edit.text)
        for key, given in edit.ids.items():
            note(f"{edit.path}: {key} is {given}.")
