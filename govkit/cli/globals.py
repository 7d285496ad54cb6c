"""The options of every command, accepted before and after its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SANDBOX = "GOVKIT_SANDBOX"  # the variable
_WITH_VALUE = (
    "-l",
    "--layout",
    "--profile",
    "--sandbox",
    "--snapshot",
    "--only",
    "--pace",
    "--timeout",
    "--color",
)
_FLAGS = ("--baseline", "--redact", "-v", "--verbose")


@dataclass(frozen=True, slots=True)
class Globals:
    """What every command was told. `pace` is a percentage, None for `off`; `timeout` in seconds.

    `command` is the command itself as it was typed, with its own options and arguments.
    """

    layout: Path
    profile: str | None = None
    sandbox: Path | None = None
    snapshot: Path | None = None
    only: tuple[str, ...] = ()
    pace: float | None = 80.0
    timeout: float = 300.0
    baseline: bool = False
    redact: bool = False
    color: str = "auto"
    verbose: int = 0
    command: tuple[str, ...] = ()


def apart(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the global options, and the command with the rest; what follows `--` stays put."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        name = argument.partition("=")[0]
        if argument == "--":
            rest += [argument, *waiting]
            break
        if argument in _WITH_VALUE and waiting:
            front += [argument, waiting.pop(0)]
        elif (
            (name in _WITH_VALUE and "=" in argument)
            or argument in _FLAGS
            or (argument.startswith("-l") and argument[:2] != "--" and argument != "-l")
        ):
            front.append(argument)
        else:
            rest.append(argument)
    return front, rest
