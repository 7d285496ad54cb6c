"""Leads from a statement of a rendered policy back to where it is written: template or layout, and line."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from govkit.layout.draft import Draft
from govkit.layout.faults import Faults
from govkit.layout.files import shown
from govkit.layout.pieces import Piece, pieces
from govkit.layout.read import all_kinds
from govkit.layout.sections import Sections, read_sections
from govkit.layout.template_files import TemplateFiles, template_folders
from govkit.model.finding import Origin
from govkit.policies.document import json_value
from govkit.policies.parameters import arguments
from govkit.policies.positions import walk
from govkit.policies.template import Template
from govkit.policies.trace import Trace, traced

_WIDENED = re.compile(r"Widened\d*$")


def statement_place(path: Path, word: str, sid: str, index: int, today: date) -> Origin | None:
    """Return where a statement of the rendering `key` or `key.variant` is written, or None.

    It is known by its Sid, else by its place; an exemption that widens makes a second statement
    of one, whose Sid ends in `Widened…`.
    """
    faults = Faults()
    files = TemplateFiles(template_folders(path, None), faults)
    kinds = [kind.section for kind in all_kinds() if kind.section]
    sections = read_sections(path, kinds, faults)
    entry = sections.guardrails.get(word.partition(".")[0])
    if entry is None:
        return None
    made = pieces(Draft(sections, faults, today), entry, files, {}, ())
    piece = next((one for one in made if one.word == word), None)
    if piece is None:
        return None
    if piece.template is None:
        found = _place(_listed((entry.value.policy or {}).get("Statement")), sid, index)
        return entry.at("policy", "Statement", found)
    trace = _traced(piece, piece.template, files, sections)
    document = cast("dict[str, Any]", json_value(trace.text))
    found = _place(_listed(document.get("Statement")), sid, index)
    offsets = {at: offset for at, offset, _ in walk(trace.text)}
    written = trace.place(offsets.get(("Statement", found), offsets.get(("Statement",), 0)))
    return None if written is None else Origin(shown(Path(written[0])), *written[1:])


def _traced(piece: Piece, template: Template, files: TemplateFiles, sections: Sections) -> Trace:
    accounts = {one.key: one.value.id for one in sections.accounts.values() if one.value.id}
    values = arguments(template.parameters, piece.variant.params, accounts).values
    return traced(template, values, files.folders)


def _place(statements: Sequence[Any], sid: str, index: int) -> int:
    wanted = _WIDENED.sub("", sid)
    for place, one in enumerate(statements):
        if wanted and isinstance(one, dict) and one.get("Sid") == wanted:
            return place
    return min(index, max(len(statements) - 1, 0))


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]
