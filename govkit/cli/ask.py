"""Asks the person at the terminal, and never where there is none."""

import sys

import typer

from govkit.cli.again import again
from govkit.errors import UsageError


def interactive() -> bool:
    """Tell whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(question: str, command: str) -> bool:
    """Return what the person answers; UsageError where nobody is there to be asked."""
    require_somebody(command)
    return typer.confirm(question, err=True)


def typed(question: str, path: str, command: str) -> bool:
    """Tell whether the person typed the path of what is severe."""
    require_somebody(command)
    told: str = typer.prompt(f"{question} Type {path} to go on", err=True)
    return told.strip() == path


def require_somebody(command: str) -> None:
    """Raise UsageError where there is no terminal to ask at."""
    if not interactive():
        raise UsageError(
            "Nobody to ask",
            f"{command} asks before it writes, and there is no terminal to ask at.",
            f"Review the plan, and say so: govkit {again('--yes')}",
        )
