"""Says things: data on stdout, everything else on stderr, redacted and coloured as it was asked."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from govkit.errors import GovkitError, PlanRefused, UsageError


@dataclass(frozen=True, slots=True)
class Voice:
    """How this process speaks; set once the global options are known."""

    redact: bool = False
    color: str = "auto"
    program: str = "govkit"
    writer: str | None = None
    command: tuple[str, ...] = ()


_HALVES = re.compile("[\ud800-\udfff]")  # what of a file's name is no UTF-8
_TEXT_OR_JSON = ("json", "text")
_voice = [Voice()]
_redactor: list[Any] = []


def speak(voice: Voice) -> None:
    """Speak like this from now on."""
    _voice[0] = voice


def data(text: str) -> None:
    """Put data on stdout; GovkitError where it cannot be written (a full disk, say)."""
    try:
        sys.stdout.write(_told(text))
        sys.stdout.flush()
    except BrokenPipeError:  # who read it has seen enough
        raise
    except OSError as error:
        raise GovkitError("The output cannot be written", f"stdout: {error.strerror}.") from error


def note(text: str) -> None:
    """Say something to the person, beside the data."""
    from govkit.report import clean

    aside("\n".join(map(clean, text.split("\n"))) + "\n")


def program() -> str:
    """Return how govkit was called, with the options that the next command needs too."""
    return _voice[0].program


def command() -> tuple[str, ...]:
    """Return the command that was typed, with its own options and arguments."""
    return _voice[0].command


def told_once(refusal: PlanRefused) -> PlanRefused:
    """Return the refusal of a plan that was shown, without what is to be read right above it.

    Who reads stdout and stderr apart, or only one of them, is told all of it in each.
    """
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        return refusal
    return PlanRefused(refusal.summary, "What stands in its way is told above.", refusal.hint)


def complain(error: GovkitError, arguments: Sequence[str]) -> None:
    """Say what stopped the command."""
    from govkit.report import error_text

    if "--redact" in arguments:
        speak(replace(_voice[0], redact=True))
    aside(error_text(error, style(sys.stderr)))


def aside(text: str) -> None:
    """Say something beside the data; that nobody listens any more stops no apply halfway."""
    with suppress(OSError):
        sys.stderr.write(_told(text))
        sys.stderr.flush()


def _told(text: str) -> str:
    if not _voice[0].redact:
        return text
    if not _redactor:
        from govkit.report import Redactor

        _redactor.append(Redactor())
    return str(_redactor[0].text(text))


def style(stream: TextIO, **facts: Any) -> Any:
    """Return the style in which a stream is written to."""
    from govkit.report import Style

    terminal = stream.isatty()
    color = {"always": True, "never": False}.get(
        _voice[0].color, terminal and "NO_COLOR" not in os.environ
    )
    width = os.get_terminal_size(stream.fileno()).columns if terminal else None
    return Style(
        color=color,
        width=width,
        program=_voice[0].program,
        writer=_voice[0].writer,
        **facts,
    )


def show(
    kind: str,
    document: Mapping[str, Any],
    format_: str,
    write: list[str] | None,
    **facts: Any,
) -> None:
    """Put a report on stdout in one format, and into files in others."""
    from govkit.report import formats

    tellers = {name: getattr(found, kind) for name, found in formats().items()}
    show_as(tellers, document, format_, write, **facts)


def formats_known(tellers: Iterable[str], format_: str, write: Sequence[str] | None) -> None:
    """Raise `UsageError` where a format is asked for that a report does not come in."""
    for name in (format_, *(text.partition("=")[0] for text in write or ())):
        _known(tellers, name)


def show_as(
    tellers: Mapping[str, Callable[..., str]],
    document: Mapping[str, Any],
    format_: str,
    write: list[str] | None,
    **facts: Any,
) -> None:
    """Put a report on stdout in one of the formats that it comes in, and into files in others."""
    _known(tellers, format_)
    targets = [_target(tellers, text) for text in write or ()]
    data(tellers[format_](document, style(sys.stdout, **facts)))
    for name, path in targets:
        plain = replace(style(sys.stdout, **facts), color=False, width=None)
        write_private(path, _told(tellers[name](document, plain)))


def _known(tellers: Iterable[str], name: str) -> None:
    if name not in tellers:
        raise UsageError("No such format", f"{name} is none of {', '.join(sorted(tellers))}.")


def _target(tellers: Mapping[str, Callable[..., str]], text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError("Wrong usage", f"--write {text}: use FORMAT=PATH.")
    _known(tellers, name)
    return name, Path(path)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say that something long goes on, on a terminal and only there."""
    live = sys.stderr.isatty()
    if live:
        aside(f"{what} …")
    try:
        yield
    finally:
        if live:
            aside("\r\x1b[K")


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all; an existing file keeps its mode."""
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.is_file() else 0o600
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise GovkitError("The file cannot be written", f"{path}: {error.strerror}.") from error


def folder_made(path: Path) -> Path:
    """Return a folder to write into, made where there was none; GovkitError where it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GovkitError("The folder cannot be made", f"{path}: {error.strerror}.") from error
    return path


def lines(given: Iterable[str], out: Path | None) -> None:
    """Put lines on stdout, or into a file for its owner alone, each as soon as it is there."""
    if out is None:
        for line in given:
            data(line + "\n")
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="", buffering=1) as file:
            for line in given:
                file.write(_told(line) + "\n")
    except OSError as error:
        raise GovkitError("The file cannot be written", f"{out}: {error.strerror}.") from error


def text_or_json(format_: str) -> None:
    """Raise `UsageError` for any other format."""
    if format_ not in _TEXT_OR_JSON:
        raise UsageError("No such format", f"{format_} is none of {', '.join(_TEXT_OR_JSON)}.")


def told(document: Mapping[str, Any], format_: str, text: Callable[..., str]) -> None:
    """Put a report that comes as text or JSON, and in no other format, on stdout."""
    data(json_text(document) if format_ == "json" else text(document, style(sys.stdout)))


def json_text(value: Mapping[str, Any]) -> str:
    """Return JSON text as govkit writes it: indented, in the order given, with a last newline."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return _HALVES.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def step_line(event: Any, steps: Sequence[Any]) -> None:
    """Say how a run goes on."""
    from govkit.apply.events import Done, Failed, Waiting
    from govkit.report import step_line as told
    from govkit.report import waiting_line

    match event:
        case Done(step, _, already):
            number = next(n for n, one in enumerate(steps, 1) if one is step)
            result = "already so" if already else "done"
            said = told(number, len(steps), step, result, style(sys.stderr))
        case Failed(step, reason):
            number = next(n for n, one in enumerate(steps, 1) if one is step)
            said = told(number, len(steps), step, f"failed: {reason}", style(sys.stderr))
        case Waiting(_, reason):
            said = waiting_line(reason, style(sys.stderr))
        case _:
            return
    aside(said + "\n")
