"""`govkit simulate`: what SCPs and RCPs answer to requests, case by case."""

import json
from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.options import Out
from govkit.cli.say import lines, note
from govkit.errors import UsageError


def simulate(
    cases: Annotated[
        Path,
        typer.Argument(
            metavar="CASES", help="A JSON list of cases: hierarchy, resource_hierarchy, request."
        ),
    ],
    *,
    out: Out = None,
) -> None:
    """Answer each case with a line of JSON: the verdicts of SCPs and RCPs, and what decided them."""
    from govkit.flow.documents import simulated

    answers = simulated(cases)
    if out is not None and out.exists() and out.samefile(cases):
        raise UsageError("Wrong usage", f"--out {out} would overwrite the cases.")
    lines((json.dumps(answer, allow_nan=False) for answer in answers), out)
    if out is not None:
        note(f"Wrote {out}.")
