"""`govkit show`: what the layout, or AWS, says of a thing."""

from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import data, note, program, text_or_json, told
from govkit.errors import UsageError


def show(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            help="tree, limits, exemptions, or a key, ID, ARN, e-mail, OU path or policy ID."
        ),
    ] = "tree",
    *,
    live: Annotated[bool, typer.Option("--live", help="Ask AWS, not the layout.")] = False,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, or json for limits.")
    ] = "text",
) -> None:
    """Show the tree, the room left under AWS's limits, the exemptions, or one thing."""
    from govkit.cli.reach import Reach, question
    from govkit.flow.about import about
    from govkit.flow.show import exemptions, limits, tree
    from govkit.report import limits_text

    text_or_json(format_)

    if what in ("tree", "exemptions") and format_ != "text":
        raise UsageError("No such format", f"show {what} comes as text alone.")
    options: Globals = context.obj
    asked = question(options)
    bank = Reach(options).live if live or options.snapshot is not None else None
    match what:
        case "tree":
            data(tree(asked, bank))
        case "limits":
            found = {"limits": [one.to_json() for one in limits(asked, bank)]}
            told(found, format_, limits_text)
        case "exemptions":
            data(exemptions(asked, bank))
        case _:
            data(about(asked, bank, what))
    note(f"Next: {program()} plan")
