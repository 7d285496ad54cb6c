"""`govkit validate`: layout, templates, limits and lint, every fault at once, without asking AWS."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import FailOn, Format, Write
from govkit.cli.say import show
from govkit.cli.severity import reaches, severity
from govkit.errors import Exit


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
    from govkit.flow.lint_layout import validated
    from govkit.report import findings

    options: Globals = context.obj
    limit = severity(fail_on)
    bank = Reach(options).live if options.snapshot is not None else None
    found = validated(question(options), bank)
    budget = [one.to_json() for one in found.budget]
    told = {**findings("validate", found.findings), "budget": budget}
    show("findings", told, format_, write)
    return Exit.NOT_UNDERSTOOD if reaches(found.findings, limit) else Exit.DONE
