"""Writes commands to be typed next: the one that was typed, once more, and how govkit was called."""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from govkit.cli.globals import SANDBOX, Globals
from govkit.cli.say import Voice, command, speak


def heard(options: Globals) -> None:
    """Speak from now on as these options ask, and name commands as they call govkit."""
    writer = _program(replace(options, snapshot=None))
    speak(Voice(options.redact, options.color, _program(options), writer, options.command))


def again(*more: str) -> str:
    """Return the command that was typed, with more options: what stands behind `govkit`.

    The global options are not in it (they are how govkit is called), nor is what was agreed to:
    `--yes`, and the overrides of rails, which whoever needs them names anew.
    """
    typed = command()
    stop = typed.index("--") if "--" in typed else len(typed)
    return shlex.join([*_without_consent(typed[:stop]), *more, *typed[stop:]])


def _without_consent(typed: Sequence[str]) -> Iterator[str]:
    waiting = iter(typed)
    for word in waiting:
        if word == "--allow":
            next(waiting, None)
        elif not word.startswith("--allow=") and word not in {"--yes", "-y"}:
            yield word


def _program(options: Globals) -> str:
    """Return the command as its user calls it, so that what we name next can be copied."""
    told = ["govkit"]
    if options.layout != Path("org_layout.yaml"):
        told += ["-l", str(options.layout)]
    if options.profile is not None:
        told += ["--profile", options.profile]
    if options.sandbox is not None and os.environ.get(SANDBOX) != str(options.sandbox):
        told += ["--sandbox", str(options.sandbox)]
    if options.snapshot is not None:
        told += ["--snapshot", str(options.snapshot)]
    if options.baseline and "baseline" not in options.only:
        told += ["--baseline"]
    for selector in options.only:
        told += ["--only", selector]
    return shlex.join(told)
