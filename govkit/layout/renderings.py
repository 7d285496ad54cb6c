"""Renders every policy of a layout in one bounded run, exemptions' second renderings included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govkit.access.freed import Freed
from govkit.layout.draft import Draft
from govkit.layout.excuses import excused
from govkit.layout.pieces import Piece
from govkit.layout.scalars import numbers
from govkit.layout.template_files import TemplateFiles
from govkit.layout.written import locator, nearest, template_places
from govkit.model.finding import Origin
from govkit.policies import document
from govkit.policies.bounded import Job, Rendering, render_all
from govkit.policies.document import Document, DocumentError
from govkit.policies.exempt import needed
from govkit.policies.parameters import ParameterFault, widened
from govkit.policies.policy_type import pointer
from govkit.policies.template import Template, TemplateFault

Chosen = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """What one reading renders with."""

    draft: Draft
    files: TemplateFiles
    accounts: Mapping[str, str]


def documents(
    draft: Draft, pieces: Sequence[Piece], files: TemplateFiles
) -> Mapping[int, Document]:
    """Return the final document of each piece, by index; a piece with faults has none."""
    ids = {entry.key: entry.value.id for entry in draft.sections.accounts.values()}
    run = _Run(draft, files, {key: given for key, given in ids.items() if given is not None})
    rendered = _rendered(run, pieces)
    finished: dict[int, Document] = {}
    for index, piece in enumerate(pieces):
        found = {chosen: rendering for (at, chosen), rendering in rendered.items() if at == index}
        base = (
            _inline(run, piece) if piece.template is None else _document(run, piece, (), found[()])
        )
        if base is None or _has_faults(run, piece, base):
            continue
        wide = {chosen: _document(run, piece, chosen, found[chosen]) for chosen in found if chosen}
        whole = {chosen: wider for chosen, wider in wide.items() if wider is not None}
        if len(whole) == len(wide):
            final = excused(draft, piece, base, whole)
            if final is not None:
                finished[index] = final
                _remember(draft, piece, base, whole, final)
                draft.places[piece.address] = locator(piece, files, run.accounts, (base, final))
    return finished


def _remember(
    draft: Draft, piece: Piece, base: Document, whole: Mapping[Chosen, Document], final: Document
) -> None:
    """Keep what can be proved of the exemptions, and the document as it would be without them."""
    if not piece.excused or not piece.kind.exemptible:
        return
    named = tuple(one.subjects for one in piece.excused)
    draft.freed[piece.address] = Freed(piece.kind, base, final, named, whole)
    glass = tuple(one for one in piece.excused if one.entry is None)
    if len(glass) < len(piece.excused):
        plain = excused(draft, replace(piece, excused=glass), base, {})
        draft.unexempted[piece.address] = base if plain is None else plain


def _rendered(run: _Run, pieces: Sequence[Piece]) -> dict[tuple[int, Chosen], Rendering]:
    """Render every templated piece, plainly and once for each set of exemptions that widen."""
    order = [
        (index, chosen, _job(piece.template, piece, chosen))
        for index, piece in enumerate(pieces)
        if piece.template is not None
        for chosen in _wanted(piece)
    ]
    if not order:
        return {}
    result = render_all([job for _, _, job in order], run.files.folders, run.accounts)
    run.files.used |= dict.fromkeys(result.files)
    return {
        (index, chosen): rendering
        for (index, chosen, _), rendering in zip(order, result.renderings, strict=True)
    }


def _wanted(piece: Piece) -> list[Chosen]:
    if not piece.kind.exemptible:
        return [()]
    return [(), *needed(piece.kind, [one.subjects for one in piece.excused])]


def _job(template: Template, piece: Piece, chosen: Chosen) -> Job:
    params: Mapping[str, Any] = piece.variant.params
    for index in chosen:
        params = widened(template.parameters, params, piece.excused[index].params or {})
    return Job(template, params, piece.kind.key)


def _inline(run: _Run, piece: Piece) -> Document | None:
    entry = piece.entry
    for one in piece.excused:
        if one.subjects.widens and one.entry is not None:
            run.draft.faults.add(
                one.entry.at("params"),
                f"Guardrail {entry.key} is written inline and has no params to widen",
                "Drop params: to lift the guardrail, or make it a template.",
            )
    if any(one.subjects.widens for one in piece.excused):
        return None
    try:
        return document.of(numbers(entry.value.policy or {}), piece.kind.grammar)
    except DocumentError as error:
        run.draft.faults.add(entry.at("policy"), f"In this policy, {error.message}")
        return None


def _document(run: _Run, piece: Piece, chosen: Chosen, rendering: Rendering) -> Document | None:
    for fault in rendering.faults:
        if isinstance(fault, TemplateFault):
            run.files.complain(fault)
        else:
            where = _parameter_place(piece, chosen, fault)
            hint = f'Did you mean "{fault.nearest}"?' if fault.nearest else ""
            run.draft.faults.add(where, f"Expected {fault.expected}, found {fault.found}", hint)
    return rendering.document


def _parameter_place(piece: Piece, chosen: Chosen, fault: ParameterFault) -> Origin:
    """Return where a parameter is given: in the exemption, the variant or the guardrail."""
    entry, steps = piece.entry, fault.path[1:]
    for index in chosen:
        own = piece.excused[index].entry
        if own is not None and steps and steps[0] in (own.value.params or {}):
            return own.at("params", *steps)
    inside = entry.sheet.value(entry.section, entry.name, *piece.variant.steps)
    if steps and isinstance(inside, dict) and steps[0] in inside:
        return entry.at(*piece.variant.steps, *steps)
    if entry.value.params:
        return entry.at("params", *steps) if steps else entry.key_at("params")
    return entry.at("template")


def _has_faults(run: _Run, piece: Piece, base: Document) -> bool:
    """Add what the type's grammar refuses, at the line of the inline policy or of the template."""
    found = piece.kind.faults(base)
    for fault in found:
        message = f"{fault.message[:1].upper()}{fault.message[1:]}"
        if piece.template is None:
            run.draft.faults.add(piece.entry.at("policy", *fault.path), message)
        else:
            at = f" at {pointer(fault.path)}" if fault.path else ""
            where = nearest(template_places(piece, run.files, run.accounts), fault.path)
            told = f"{message}{at}; for guardrail {piece.word}"
            run.files.complain(TemplateFault(*where, told))
    return bool(found)
