"""The door: runs a command, says what stopped it, and exits with the status that means it."""

import gc
import os
import signal
import sys
from collections.abc import Sequence

from govkit import __version__
from govkit.errors import Exit


def run() -> None:
    """Run the command line of this process."""
    # A state of 10,000 accounts lives to the end: walking it again and again costs a fifth of a plan.
    gc.set_threshold(100_000, 50, 100)
    status = main(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: one more Ctrl-C is just noise
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status."""
    if list(arguments) in (["--version"], ["-V"]):  # said before anything heavy is imported
        sys.stdout.write(f"govkit {__version__}\n")
        return Exit.DONE
    status: int = Exit.FAILED
    try:
        status = _command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # what is left to say goes nowhere, quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _command(arguments: Sequence[str]) -> int:
    from govkit.cli.stop import stopped

    try:
        from govkit.cli.app import call

        return call(arguments)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place that may
        return stopped(error, arguments)
