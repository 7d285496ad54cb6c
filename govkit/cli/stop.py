"""Says what stopped a command, in words for people, and returns the exit status that means it."""

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from govkit import __version__
from govkit.cli.say import complain
from govkit.errors import Exit, GovkitError, UsageError


def stopped(error: BaseException, arguments: Sequence[str]) -> int:
    """Say why the command ended and return its exit status; never a traceback."""
    match error:
        case GovkitError():
            complain(error, arguments)
            return int(error.exit)
        case typer.Exit():
            return error.exit_code
        case typer.Abort() | KeyboardInterrupt():
            with suppress(OSError):  # the terminal may be what went away
                sys.stderr.write("Interrupted.\n")
            return Exit.INTERRUPTED
        case typer.TyperException() if error.format_message().startswith("Usage: "):
            sys.stderr.write(error.format_message() + "\n")  # a command of commands, named alone
            return Exit.USAGE
        case typer.TyperException():
            complain(_usage(error), arguments)
            return Exit.USAGE
        case BrokenPipeError():
            raise error
        case _:
            complain(_bug(error), arguments)
            return Exit.BUG


def _usage(error: typer.TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    name = context.command_path if context is not None else "govkit"
    return UsageError("Wrong usage", error.format_message(), f"See: {name} --help")


def _bug(error: BaseException) -> GovkitError:
    path = _crash_file(error)
    return GovkitError(
        "This is a bug in govkit",
        f"{type(error).__name__} in {_where(error)}; nothing of yours is to blame.",
        f"Please report it with {path}, which holds no values of yours.",
    )


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _crash_file(error: BaseException) -> str:
    """Write what we will ask for: where it broke, in which version; no values, no arguments."""
    frames = [
        {"file": Path(frame.filename).name, "line": frame.lineno, "function": frame.name}
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    facts = {
        "govkit": __version__,
        "python": sys.version.split()[0],
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "error": type(error).__name__,
        "frames": frames,
    }
    handle, path = tempfile.mkstemp(prefix="govkit-crash-", suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
    return path
