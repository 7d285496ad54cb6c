"""`govkit doctor`: layout, organization and caller side by side."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import data
from govkit.errors import Exit

_MARKS = {"good": "ok ", "note": "-- ", "bad": "BAD"}


def doctor(context: typer.Context) -> int:
    """Look at the layout, the organization and the caller, and say what would get in the way.

    Exits 0 when nothing would, and 3 when something does.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.doctor import examined

    options: Globals = context.obj
    reach = Reach(options)
    worst = 0
    for remark in examined(question(options), reach.live, reach.door):
        data(f"{_MARKS[remark.verdict]}  {remark.what:<16} {remark.seen}\n")
        worst += remark.verdict == "bad"
    data(f"{worst} in the way. Next: govkit {'validate' if worst else 'plan'}\n")
    return Exit.NOT_UNDERSTOOD if worst else Exit.DONE
