"""`govkit release`: the fine brake."""

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Yes
from govkit.cli.say import data, note
from govkit.cli.span import span
from govkit.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govkit.apply.events import Event
    from govkit.flow.release import Freeing

# As much as the key of a tag, which has 128 characters at most, can hold beside the account.
_PRINCIPAL = re.compile(r"(role|user)/[\w+=.@/-]{1,95}")
_STS_SECONDS = 5.0


def release(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(help="A guardrail's key, a policy's name or ID, an error message, or -."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; others will read it.")],
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ACCOUNT", help="Whom: an ID, e-mail address or name."),
    ] = None,
    principal: Annotated[
        str | None,
        typer.Option("--principal", metavar="role/NAME", help="Only this principal of it."),
    ] = None,
    for_: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="How long: 30m, 4h, at most 24h.")
    ] = "4h",
    yes: Yes = False,
) -> int:
    """Let one account, or one principal, out of one policy at once, and let nothing undo it for a while.

    Needs no layout, no store and no lock, and reads that account's chain alone.
    """
    from govkit.cli.ask import confirmed
    from govkit.cli.reach import Reach, moment
    from govkit.flow.brake import caller
    from govkit.flow.release import Asked, freed, prepared

    options: Globals = context.obj
    until = moment() + span("--for", for_)
    _check(reason, principal)
    told = sys.stdin.read() if what == "-" else what
    reach = Reach(options)
    quick = Reach(replace(options, timeout=min(options.timeout, _STS_SECONDS)))
    asked = Asked(told.strip(), account, principal, until, caller(quick.api), reason)
    freeing = prepared(reach.api, asked)
    question = f"Release {freeing.words}, until {freeing.release.until}?"
    if not (yes or confirmed(question, "release")):
        note("Nothing was done.")
        return Exit.FAILED
    _done(freeing, freed(reach.api, freeing, reach.patience(0)))
    return Exit.DONE


def _done(freeing: "Freeing", events: "Iterator[Event]") -> None:
    from govkit.apply.events import Done

    for event in events:
        if isinstance(event, Done):
            note(f"{event.step.verb}: {'already so' if event.already else 'done'}")
    data(
        f"Released {freeing.words}, until {freeing.release.until}: {freeing.release.reason}\n"
        "After that it is drift, and the next apply holds it to the policy again. "
        "Next: govkit drift\n"
    )


def _check(reason: str, principal: str | None) -> None:
    if not re.search(r"\w", reason):
        raise UsageError("No reason given", "--reason is empty: say why, for those who come after.")
    if principal is not None and not _PRINCIPAL.fullmatch(principal):
        raise UsageError(
            "No such principal", f"--principal {principal}: use role/NAME or user/NAME."
        )
