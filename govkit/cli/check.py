"""`govkit check`: what in the accounts is not as the baseline demands."""

from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import FailOn, Write
from govkit.cli.say import formats_known, progress, show_as
from govkit.cli.severity import reaches, severity
from govkit.errors import Exit


def check(
    context: typer.Context,
    *,
    fail_on: FailOn = "error",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="What stdout shows: text, json, csv, junit or ocsf.",
        ),
    ] = "text",
    write: Write = None,
) -> int:
    """Say what in the accounts is not as the baseline demands: services, settings, credentials.

    Exits 3 where findings reach --fail-on, and where it could not look everywhere.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.check import checked
    from govkit.report import CHECKS
    from govkit.report import check as told

    limit = severity(fail_on)
    formats_known(CHECKS, format_, write)
    options: Globals = context.obj
    with progress("Looking into the accounts"):
        found = checked(question(options), Reach(options).live)
    document = told(
        found.organization, found.as_of, found.lapses, found.tolerated, found.incomplete
    )
    show_as(CHECKS, document, format_, write)
    failed = bool(found.incomplete) or reaches(found.lapses, limit)
    return Exit.NOT_UNDERSTOOD if failed else Exit.DONE
