"""`govkit validate`: layout, templates and limits, every fault at once, without asking AWS."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import FailOn, Format, Write
from govkit.cli.say import show
from govkit.errors import Exit, UsageError
from govkit.model.finding import Severity


def validate(
    context: typer.Context,
    *,
    fail_on: FailOn = "error",
    format_: Format = "text",
    write: Write = None,
) -> int:
    """Check the layout and its templates against everything that can be known without AWS.

    With --snapshot it also says how the layout fits the organization as it was then.
    Exits 3 where the layout cannot be understood, or findings reach --fail-on.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.offline import checked
    from govkit.report import findings

    options: Globals = context.obj
    limit = severity(fail_on)
    bank = Reach(options).live if options.snapshot is not None else None
    found = checked(question(options), bank)
    show("findings", findings("validate", found), format_, write)
    worst = max((finding.severity for finding in found), default=Severity.NOTE)
    return Exit.NOT_UNDERSTOOD if worst >= limit and found else Exit.DONE


def severity(word: str) -> Severity:
    """Return the severity of that name; `UsageError` where there is none."""
    try:
        return Severity[word.upper()]
    except KeyError as error:
        words = ", ".join(severity.word for severity in Severity)
        raise UsageError("No such severity", f"--fail-on {word}: use one of {words}.") from error
