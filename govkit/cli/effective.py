"""`govkit effective`: what holds for an account, folded over all levels above it."""

from typing import Annotated

import typer

from govkit.cli import asking
from govkit.cli.globals import Globals
from govkit.cli.options import TextOrJson
from govkit.cli.say import text_or_json, told


def effective(
    context: typer.Context,
    *,
    account: Annotated[
        str,
        typer.Option(
            "--account", metavar="ACCOUNT", help="A key, ID, e-mail or name; or the path of an OU."
        ),
    ],
    offline: asking.Offline = False,
    format_: TextOrJson = "text",
) -> None:
    """Show what SCPs and RCPs deny and allow for an account, or for whoever is in an OU."""
    text_or_json(format_)
    from govkit.flow.effective import effective as folded
    from govkit.report import effective_text

    options: Globals = context.obj
    told(folded(asking.source(options, offline=offline), account), format_, effective_text)
