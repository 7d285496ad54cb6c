"""`govkit detach`: the emergency brake."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Yes
from govkit.cli.say import data, note
from govkit.cli.span import span
from govkit.errors import Exit, UsageError

if TYPE_CHECKING:
    from govkit.flow.brake import Grip

_STS_SECONDS = 5.0


def detach(
    context: typer.Context,
    guardrail: Annotated[str, typer.Argument(help="A guardrail's key, or a policy's name or ID.")],
    *,
    target: Annotated[
        str,
        typer.Option(
            "--from", metavar="TARGET", help="/, an OU's path, an account's ID, e-mail or name."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; others will read it.")],
    pin: Annotated[
        str,
        typer.Option(
            "--pin", metavar="SPAN", help="How long no apply puts it back: 30m, 4h, at most 24h."
        ),
    ] = "4h",
    yes: Yes = False,
) -> int:
    """Take one policy off one target at once, and let nothing put it back for a while.

    Needs no layout, no store and no lock, and reads that target alone. Where the policy is pinned off
    there already, the pin is renewed: a new end, counted from now, and a new reason.
    """
    from govkit.apply.events import Done
    from govkit.cli.ask import confirmed
    from govkit.cli.reach import Reach, moment
    from govkit.flow.brake import caller, gripped, pulled

    options: Globals = context.obj
    until = moment() + span("--pin", pin)
    if not re.search(r"\w", reason):
        raise UsageError("No reason given", "--reason is empty: say why, for those who come after.")
    reach = Reach(options)
    quick = Reach(replace(options, timeout=min(options.timeout, _STS_SECONDS)))
    grip = gripped(reach.api, guardrail, target, until=until, who=caller(quick.api), reason=reason)
    if grip.renewed is not None:
        note(f"It is off already, pinned until {grip.renewed.until}: {grip.renewed.reason}")
    if not (yes or confirmed(_question(grip), "detach")):
        note("Nothing was done.")
        return Exit.FAILED
    for event in pulled(reach.api, grip, reach.patience(0)):
        if isinstance(event, Done):
            note(f"{event.step.verb}: {'already so' if event.already else 'done'}")
    verb = "Detached" if grip.renewed is None else "Kept off:"
    data(
        f"{verb} {grip.words}, pinned off until {grip.pin.until}: {grip.pin.reason}\n"
        "After that it is drift, and the next apply attaches it again. Next: govkit drift\n"
    )
    return Exit.DONE


def _question(grip: "Grip") -> str:
    if grip.renewed is not None:
        return f"Keep {grip.words} off until {grip.pin.until}?"
    return f"Detach {grip.words}, and pin it off until {grip.pin.until}?"
