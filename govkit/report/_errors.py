"""What stopped a command, in words: a summary that never varies, the detail, a hint to copy."""

import re
from textwrap import dedent

from govkit.errors import GovkitError
from govkit.report._format import Style
from govkit.report._ink import clean, paint

_COMMAND = re.compile(r"^(?:(?P<before>.*\S):\s+)?(?P<command>(?:govkit\b|--)\s?.*)$")


def error_text(error: GovkitError, style: Style) -> str:
    """Return the error as people read it on a terminal; ends with a newline."""
    lines = [paint(clean(error.summary), "alarm", style)]
    lines += [f"  {clean(line)}".rstrip() for line in dedent(error.detail).splitlines()]
    for line in dedent(error.hint).splitlines():
        lines.extend(_hinted(clean(line), style))
    return "\n".join(lines) + "\n"


def _hinted(line: str, style: Style) -> list[str]:
    """Return a hint, a command in it on a line of its own, as the reader calls govkit."""
    found = _COMMAND.match(line)
    if found is None:
        return [f"  {line}".rstrip()]
    whole = found["command"].startswith("govkit snapshot")  # no snapshot is made from one
    caller = (style.writer if whole else None) or style.program
    command = re.sub(r"^govkit\b", lambda _: caller, found["command"])
    sentence = [f"  {found['before']}:"] if found["before"] else []
    return [*sentence, f"      {paint(command, 'cyan', style)}"]
