"""`govkit demo`: a pretend organization with a story, and what to try on it."""

from pathlib import Path

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Fresh
from govkit.cli.sandbox import folder
from govkit.cli.say import data
from govkit.errors import UsageError

STORY = """\
{where} now holds an organization that grew by hand: a dozen accounts, an OU called Dev that the
layout wants to call NonProd, an account that nobody moved out of the root, a closed one among the
living, guardrails written by hand, one of Control Tower's, and an OU that nobody needs any more.
{layout} says how it should be.

Try, in this order:

  {program} validate     does the layout make sense?
  {program} plan         what must AWS be told, and what does that mean for whom?
  {program} apply        tell it, step by step
  {program} drift        is it so?

Then be the colleague with console access, and look again:

  {program} sandbox change detach deny-leave-org /
  {program} sandbox change move payments-prod Sandbox
  {program} drift
  {program} apply
"""


def demo(context: typer.Context, *, fresh: Fresh = False) -> None:
    """Make a pretend organization with a story, and a layout where there is none yet."""
    from govkit.flow.offline import start_layout
    from govkit.sandbox.making import Story, new, remove

    options: Globals = context.obj
    where = folder(options)
    if (where / "sandbox.json").is_file():
        if not fresh:
            raise UsageError(
                "There is a sandbox already",
                f"{where} holds one, and whatever was done in it.",
                "Begin anew: govkit demo --fresh",
            )
        remove(where)
    new(where, Story.DEMO)
    for path in start_layout(options.layout):
        typer.echo(f"Wrote {path}.", err=True)
    program = f"govkit --sandbox {where}"
    if options.layout != Path("org_layout.yaml"):
        program += f" -l {options.layout}"
    data(STORY.format(where=where, layout=options.layout, program=program))
