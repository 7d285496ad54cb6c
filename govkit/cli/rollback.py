"""`govkit rollback`: the way back from a run, as a plan of its own."""

from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Allow, Authority, Expect, Ticket, Yes
from govkit.cli.say import progress


def rollback(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The run to go back from; see `govkit history`.")],
    *,
    allow: Allow = None,
    yes: Yes = False,
    expect: Expect = None,
    change: Ticket = "",
    authority: Authority = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")
    ] = False,
) -> int:
    """Plan and carry out the way back to how things were before a run.

    The layout still asks for what the run did: change it too, or the next apply does it again.
    """
    from govkit.cli.carry_out import carry_out
    from govkit.cli.reach import Reach, question
    from govkit.flow.apply import Job, asked_of, new_run, now, remembered, store_of
    from govkit.flow.authority import task
    from govkit.flow.evidence import evidence_for
    from govkit.flow.plan import way_back
    from govkit.store.history import known
    from govkit.store.history import run as recorded

    options: Globals = context.obj
    asked, share = question(options, allow), task(authority)
    reach = Reach(options, run_id=new_run())
    store = store_of(asked, reach.store_api)
    known(store, run)
    with store.locked(f"govkit rollback {run}", now()) as lock:
        reach.under(lock)
        with progress("Reading the layout and the organization"):
            made, both = way_back(asked, reach.live, recorded(store, run))
        seen = None if expect is None else evidence_for(expect, made, None, store)
        part = asked_of(asked, share)
        job = Job(made, both, seen, f"rollback {run}", ticket=change, expect=expect, asked=part)
        job = remembered(job, store)
        return carry_out(job, reach, store, yes=yes, dry_run=dry_run, task=share)
