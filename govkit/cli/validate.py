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

    Exits 3 where the layout cannot be understood, or findings reach --fail-on.
    """
    from govkit.cli.reach import question
    from govkit.flow.offline import validated
    from govkit.report import findings

    options: Globals = context.obj
    limit = severity(fail_on)
    asked = validated(question(options))
    show("findings", findings("validate", asked.findings), format_, write)
    worst = max((finding.severity for finding in asked.findings), default=Severity.NOTE)
    return Exit.NOT_UNDERSTOOD if worst >= limit and asked.findings else Exit.DONE


def severity(word: str) -> Severity:
    """Return the severity of that name; `UsageError` where there is none."""
    try:
        return Severity[word.upper()]
    except KeyError as error:
        words = ", ".join(severity.word for severity in Severity)
        raise UsageError("No such severity", f"--fail-on {word}: use one of {words}.") from error
