"""`govkit apply`: plan, ask, do, and verify by reading back."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.again import heard
from govkit.cli.globals import Globals
from govkit.cli.options import Allow, Authority, Expect, Expired, FullVerify, Ticket, Yes
from govkit.cli.say import progress


def apply(
    context: typer.Context,
    plan_file: Annotated[
        Path | None, typer.Argument(help="A reviewed plan: exactly its steps are done.")
    ] = None,
    *,
    yes: Yes = False,
    expect: Expect = None,
    allow: Allow = None,
    expired: Expired = False,
    change: Ticket = "",
    authority: Authority = None,
    full_verify: FullVerify = False,
) -> int:
    """Plan anew, ask, carry out the steps one by one, and read back what was touched.

    Killed or stopped anywhere, the same command finishes. A plan file knows which part it is of.
    """
    from govkit.cli.carry_out import carry_out, evidence
    from govkit.cli.reach import Reach, question
    from govkit.flow.apply import Job, asked_of, new_run, now, remembered, store_of
    from govkit.flow.authority import task
    from govkit.flow.evidence import evidence_for, of_the_same
    from govkit.flow.plan import plan as planned

    options: Globals = context.obj
    share, reviewed = task(authority), evidence(plan_file)
    asked = of_the_same(question(options, allow, expired=expired), reviewed)
    options = replace(options, only=asked.only, baseline=asked.baseline)
    heard(options)
    reach = Reach(options, run_id=new_run())
    reach.require_no_snapshot()
    store = store_of(asked, reach.store_api)
    with store.locked("govkit apply", now()) as lock:
        reach.under(lock)
        with progress("Reading the layout and the organization"):
            made, both = planned(asked, reach.live)
        if expect is not None:
            reviewed = evidence_for(expect, made, reviewed, store)
        part = asked_of(asked, share)
        job = Job(made, both, reviewed, ticket=change, expect=expect, asked=part)
        job = remembered(job, store)
        verify = asked if full_verify else None
        return carry_out(job, reach, store, yes=yes, task=share, verify=verify)
