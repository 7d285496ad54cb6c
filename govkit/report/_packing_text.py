"""What packing made of policy documents, in words: each document, and what the proof says."""

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint, table
from govkit.report._requests_text import requests
from govkit.report._words import count

_EQUAL = "Proved equal"
_ADDS = "Proved equal but for the actions to come that are listed"
_NOT_PROVED = "NOT PROVED EQUAL: not everything could be decided"


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
    for key, word in (("newly_denied", "denied"), ("newly_allowed", "allowed")):
        added = found.get("adds", {}).get(key, ())
        lines += [f"Newly {word}, once AWS has such actions: {requests(one)}" for one in added]
    before, after = found["before"], found["after"]
    summary = (
        f"{count(before['documents'], 'document')} of {before['characters']} characters packed into "
        f"{after['documents']} of {after['characters']}. {_proof(found)}."
    )
    ink = "bold" if _proved(found) else "alarm"
    return "\n".join([*lines, "", paint(summary, ink, style)]) + "\n"


def _proved(found: Document) -> bool:
    return bool(found.get("proved", found["verdict"] == "equal"))


def _proof(found: Document) -> str:
    if not _proved(found):
        return _NOT_PROVED
    return _EQUAL if found["verdict"] == "equal" else _ADDS
