"""What packing made of policy documents, in words: each document, and what the proof says."""

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint, table
from govkit.report._words import count

_PROOFS = {
    "equal": "Proved equal",
    "unknown": "NOT PROVED EQUAL: not everything could be decided",
}


def packing_text(document: Document, style: Style) -> str:
    """Return a packing for a person to read; the last line is the summary."""
    found = cleaned(document)
    rows = [
        (
            one["file"],
            count(one["statements"], "statement"),
            f"{one['characters']} of {found['limit']} characters",
        )
        for one in found["documents"]
    ]
    lines = [*(table(rows) if rows else ()), *(f"Not decided: {why}" for why in found["unknown"])]
    before, after = found["before"], found["after"]
    summary = (
        f"{count(before['documents'], 'document')} of {before['characters']} characters packed into "
        f"{after['documents']} of {after['characters']}. {_PROOFS[found['verdict']]}."
    )
    ink = "bold" if found["verdict"] == "equal" else "alarm"
    return "\n".join([*lines, "", paint(summary, ink, style)]) + "\n"
