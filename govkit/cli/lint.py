"""`govkit lint`: what is wrong with policy documents, in files or as the layout renders them."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import FailOn, LintFormat, Write
from govkit.cli.say import note, show
from govkit.cli.severity import reaches, severity
from govkit.errors import Exit


def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="Documents, or folders of *.json documents, each attached to one target; "
            "without any, the layout's.",
        ),
    ] = None,
    *,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="scp, rcp, iam or another type; without it, each document's is guessed.",
        ),
    ] = None,
    fail_on: FailOn = "error",
    format_: LintFormat = "text",
    write: Write = None,
) -> int:
    """Say what is wrong with policy documents: what AWS refuses, and what does not do what it says.

    Exits 3 where findings reach --fail-on, and 1 where a file is no JSON document.
    """
    from govkit.cli.reach import question, today
    from govkit.flow.lint_files import linted
    from govkit.flow.lint_layout import linted_layout
    from govkit.report import findings

    limit = severity(fail_on)
    options: Globals = context.obj
    if not paths:
        found, broken = linted_layout(question(options), type_), False
    else:
        result = linted(paths, type_, today())
        for file in result.passed_over:
            note(f"{file} is no policy document, and passed over.")
        found, broken = result.findings, bool(result.broken)
    again = shlex.join(["lint", *map(str, paths)]) if paths else None
    show("findings", findings("lint", found), format_, write, command=again)
    if broken:
        return Exit.FAILED
    return Exit.NOT_UNDERSTOOD if reaches(found, limit) else Exit.DONE
