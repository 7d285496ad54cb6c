"""Where a place in a policy was written: the line of its template, or of the layout."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as File

from govkit.layout.files import shown
from govkit.layout.pieces import Piece
from govkit.layout.template_files import TemplateFiles
from govkit.model.finding import Origin
from govkit.policies.document import Document, statements
from govkit.policies.parameters import arguments
from govkit.policies.positions import Path, walk
from govkit.policies.trace import traced

Place = tuple[str, int, int]


def locator(
    piece: Piece,
    files: TemplateFiles,
    accounts: Mapping[str, str],
    documents: tuple[Document, Document],
) -> Callable[[Path], Origin]:
    """Return what leads from a path in a policy to the line that says it; nothing is done before.

    `documents` are the policy before and after exemptions were written into it. Where these add
    statements, paths lead to the template, or to the guardrail, as a whole.
    """
    known: list[Mapping[Path, Place]] = []
    before, after = (len(statements(one)) for one in documents)

    def at(path: Path) -> Origin:
        steps = path if before == after else ()
        if piece.template is None:
            return piece.entry.at("policy", *steps)
        if not known:
            known.append(template_places(piece, files, accounts))
        file, line, column = nearest(known[0], steps)
        return Origin(shown(File(file)), line, column)

    return at


def template_places(
    piece: Piece, files: TemplateFiles, accounts: Mapping[str, str]
) -> Mapping[Path, Place]:
    """Return file, line and column of the template that print each part of a policy.

    Within a condition that is where the key stands.
    """
    template = piece.template
    if template is None:
        return {}
    values = arguments(template.parameters, piece.variant.params, accounts).values
    trace = traced(template, values, files.folders)
    return {
        path: trace.place(key if "Condition" in path else offset) or (template.file, 1, 1)
        for path, offset, key in walk(trace.text)
    }


def nearest(places: Mapping[Path, Place], path: Sequence[str | int]) -> Place:
    """Return the place of a path, or of what should hold it."""
    steps = tuple(path)
    while steps not in places:
        steps = steps[:-1]
    return places[steps]
