"""The door: runs a command, says what stopped it, and exits with the status that means it."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from govkit import __version__
from govkit.cli.wake import wake
from govkit.errors import Exit

# The alarm is our own: it brings back what got lost.
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
_A_MOMENT = 0.01


def run() -> None:
    """Run the command line of this process."""
    _heed()
    _open_streams()
    # A state of 10,000 accounts lives to the end: walking it again and again costs a fifth of a plan.
    gc.set_threshold(100_000, 50, 100)
    try:
        status = main(sys.argv[1:])
    except KeyboardInterrupt:  # once more, while the first one was being told
        with suppress(OSError):
            os.write(2, b"Interrupted.\n")
        status = Exit.INTERRUPTED
    for one in _STOPPING:
        signal.signal(one, signal.SIG_IGN)  # all is done: one more Ctrl-C is just noise
    if status == Exit.INTERRUPTED:
        _leave(status)
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status."""
    status: int = Exit.FAILED
    try:
        if list(arguments) in (["--version"], ["-V"]):  # said before anything heavy is imported
            sys.stdout.write(f"govkit {__version__}\n")
            status = Exit.DONE
        else:
            status = _command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # what is left to say goes nowhere, quietly
        _hush()
    except OSError as error:  # of stdout: all else that fails is told where it fails
        with suppress(OSError):
            sys.stderr.write(f"The output cannot be written\n  stdout: {error.strerror}.\n")
        _hush()
        status = status or Exit.FAILED
    return status


def _command(arguments: Sequence[str]) -> int:
    try:
        from govkit.cli.app import call

        return call(arguments)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place that may
        from govkit.cli.stop import stopped

        return stopped(error, arguments)


def _heed() -> None:
    """Let what cancels a pipeline or closes a terminal stop a command as Ctrl-C does."""

    def stop(signum: int, frame: object) -> None:  # noqa: ARG001 - a handler's signature
        wake()
        raise KeyboardInterrupt

    for one in _STOPPING:
        if signal.getsignal(one) is not signal.SIG_IGN:  # under nohup it is to be ignored
            signal.signal(one, stop)
    sys.unraisablehook = _again


def _again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Let a Ctrl-C that came while a destructor ran, where Python drops it, come once more."""
    if unraisable.exc_type is KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, _A_MOMENT)
    else:
        sys.__unraisablehook__(unraisable)


def _leave(status: int) -> None:
    """End at once: a thread whose read AWS does not answer would be waited for, a minute long."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _open_streams() -> None:
    """Give a stream that was closed by who called a place to go, before a file takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def _hush() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
