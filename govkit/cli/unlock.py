"""`govkit unlock`: whose lock it is, and the way to take it away from a run that is no more."""

import typer

from govkit.cli.ask import confirmed
from govkit.cli.globals import Globals
from govkit.cli.options import Yes
from govkit.cli.say import note
from govkit.errors import Exit


def unlock(context: typer.Context, *, yes: Yes = False) -> int:
    """Say who holds the lock, and, if it has expired, ask and take it away.

    A run that is alive keeps its lock, whatever the options: exits 1.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.apply import now, store_of

    options: Globals = context.obj
    store = store_of(question(options), Reach(options).store_api)
    held = store.held(now())
    if held is None:
        yet = "" if store.exists() else f" There is no store at {store.name} yet."
        note(f"Nobody holds the lock of {store.name}.{yet}")
        return Exit.DONE
    note(f"{held.words(now())}.")
    if not (held.live or yes or confirmed("Take the lock away?", "unlock")):
        note("Nothing was done.")
        return Exit.FAILED
    store.unlock(held)
    note(f"The lock of {store.name} is free. Next: govkit plan")
    return Exit.DONE
