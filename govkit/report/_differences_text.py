"""Differences between two states in words: thing by thing, property by property."""

from govkit.report._difference_lines import signed, told
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._plan_text import effect_section
from govkit.report._words import following, thing

SIGNS = {"create": "+", "delete": "-", "update": "~"}
_DONE = {"create": "added", "update": "changed", "delete": "removed"}


def differences_text(document: Document, style: Style) -> str:
    """Return the differences for a person to read; the last line is the summary."""
    found = cleaned(document)
    lines: list[str] = []
    for each in found["differences"]:
        lines.append(signed(SIGNS[each["action"]], thing(each["address"]), style))
        lines.extend(f"    {line}" for line in told(each, style))
    meant = effect_section(found, style)
    lines += ["", *meant] if meant else []
    if lines:
        lines.append("")
    lines.append(paint(summary(found, style), "bold", style))
    return "\n".join(lines) + "\n"


def summary(document: Document, style: Style) -> str:
    """Return how many things differ in which way, and what is next."""
    way = f"from {document['from']} to {document['to']}"
    if document["equal"]:
        return f"No differences {way}. {following(style, 'plan')}"
    counts = document["summary"]
    said = ", ".join(f"{counts[action]} {word}" for action, word in _DONE.items() if counts[action])
    return f"Differences {way}: {said}. {following(style, 'plan')}"
