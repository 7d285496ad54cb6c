"""Findings in words: severity, code, place, message, hint."""

from collections import Counter
from collections.abc import Iterable, Iterator

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._limits_text import budget_lines
from govkit.report._words import count, following, origin

_INKS = {"error": "red", "warning": "yellow", "note": "cyan"}


def findings_text(document: Document, style: Style) -> str:
    """Return the findings of a command, each in a paragraph; the last line is the summary."""
    found = cleaned(document)
    told = [line for finding in found["findings"] for line in (*finding_lines(finding, style), "")]
    held = [f"  {line}" for line in budget_lines(found.get("budget", ()), style)]
    told += [paint("What targets hold", "bold", style), *held, ""] if held else []
    told.append(paint(summary(found, style), "bold", style))
    return "\n".join(told) + "\n"


def finding_lines(finding: Document, style: Style) -> Iterator[str]:
    """Yield a clean finding's lines: place, severity, code and message; the hint beneath."""
    where = origin(finding["origin"])
    severity = paint(f"{finding['severity']} {finding['code']}", _INKS[finding["severity"]], style)
    yield f"{f'{where}  ' if where else ''}{severity}  {finding['message']}"
    if finding["hint"]:
        yield f"    {finding['hint']}"


def summary(document: Document, style: Style) -> str:
    """Return how many findings of each severity there are, and what is next.

    What was asked without a layout (`style.command`) is asked again, or nothing is next.
    """
    command = document["command"]
    after = following(style, _after(command)) if style.command is None else ""
    if not document["findings"]:
        return f"{command}: no findings. {after}".rstrip()
    errors = any(finding["severity"] == "error" for finding in document["findings"])
    again = following(style, style.command or command) if errors else after
    return f"{command}: {by_severity(document['findings'])}. {again}".rstrip()


def by_severity(findings: Iterable[Document]) -> str:
    """Return `2 errors, 1 warning`."""
    counts = Counter(str(finding["severity"]) for finding in findings)
    return ", ".join(count(counts[word], word) for word in _INKS if counts[word])


def _after(command: str) -> str:
    return "drift" if command in {"check", "doctor"} else "plan"
