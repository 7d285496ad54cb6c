"""`govkit history`: the runs that wrote to AWS from here."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Format, Write
from govkit.cli.say import show
from govkit.errors import Exit


def history(
    context: typer.Context,
    *,
    format_: Format = "text",
    write: Write = None,
) -> int:
    """List the runs that wrote to AWS, as their journals tell them.

    Exits 1 where a journal does not hang together any more.
    """
    from govkit.cli.reach import question
    from govkit.flow.apply import runs_of, store_of
    from govkit.report import history as history_of

    options: Globals = context.obj
    store = store_of(question(options))
    past = runs_of(store)
    told = history_of(past)
    show("history", told, format_, write)
    return Exit.FAILED if any(one.broken for one in past) else Exit.DONE
