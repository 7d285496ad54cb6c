"""`govkit drift`: AWS against the layout, and what somebody changed by hand."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Format, Write
from govkit.cli.say import progress, show
from govkit.errors import Exit


def drift(context: typer.Context, *, format_: Format = "text", write: Write = None) -> int:
    """Show what in AWS is not as the layout wants it; strangers and orphans are listed apart.

    Exits 0 in sync, 2 with drift, and 3 where it could not look everywhere.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.plan import drifted, names
    from govkit.plan.drift import document

    options: Globals = context.obj
    with progress("Reading the layout and the organization"):
        reach = Reach(options)
        store_api = reach.store_api if options.snapshot is None else None
        found = drifted(question(options), reach.live, store_api)
    called = names(found.meeting.live, found.meeting.ids)
    show("drift", document(found), format_, write, names=called)
    if found.incomplete:
        return Exit.NOT_UNDERSTOOD
    return Exit.DIFFERS if found.items else Exit.DONE
