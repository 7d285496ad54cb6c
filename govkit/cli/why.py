"""`govkit why`: what one request is answered, and the statement that decides it, to its line."""

from typing import Annotated

import typer

from govkit.cli import asking
from govkit.cli.globals import Globals
from govkit.cli.options import TextOrJson
from govkit.cli.say import text_or_json, told


def why(
    context: typer.Context,
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="A key of the layout, ID, e-mail or name.")
    ],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="As in ec2:RunInstances.")],
    *,
    principal: asking.Principal = None,
    resource: asking.Resource = None,
    region: asking.Region = None,
    given: asking.Context = None,
    resource_account: asking.ResourceAccount = None,
    offline: asking.Offline = False,
    format_: TextOrJson = "text",
) -> None:
    """Say whether SCPs (and RCPs) let a request through, and what decides it; reads one chain only.

    What is not told is not known: then the answer names the keys that would decide it. Exits 0
    whatever the answer is.
    """
    text_or_json(format_)
    from govkit.cli.reach import question
    from govkit.flow.why import Asked
    from govkit.flow.why import why as answered
    from govkit.report import why_text

    options: Globals = context.obj
    asked = Asked(
        account, action, principal, resource, region, resource_account, asking.context(given)
    )
    source = asking.source(options, offline=offline)
    told(answered(question(options), asked, source), format_, why_text)
