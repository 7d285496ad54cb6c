"""`govkit explain`: a denied request, from AWS's error message to the statement that denied it."""

import sys
from typing import Annotated

import typer

from govkit.cli import asking
from govkit.cli.globals import Globals
from govkit.cli.options import TextOrJson
from govkit.cli.say import text_or_json, told


def explain(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The error message, or - to read it from stdin.")
    ],
    *,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ACCOUNT", help="Whose request it was.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="ACTION", help="What was denied.")
    ] = None,
    principal: asking.Principal = None,
    resource: asking.Resource = None,
    region: asking.Region = None,
    given: asking.Context = None,
    resource_account: asking.ResourceAccount = None,
    offline: asking.Offline = False,
    format_: TextOrJson = "text",
) -> None:
    """Say which statement denied the request that a pasted AccessDenied message is about.

    Options add what the message does not tell. Exits 0 whatever the answer is, and 64 for a text
    that is no such message.
    """
    text_or_json(format_)
    from govkit.cli.reach import question
    from govkit.flow.explain import explain as explained
    from govkit.flow.why import Asked
    from govkit.report import why_text

    options: Globals = context.obj
    asked = Asked(
        account or "",
        action or "",
        principal,
        resource,
        region,
        resource_account,
        asking.context(given),
    )
    message = sys.stdin.read() if text == "-" else text
    answer = explained(
        question(options), message, asked, lambda: asking.source(options, offline=offline)
    )
    told(answer, format_, why_text)
