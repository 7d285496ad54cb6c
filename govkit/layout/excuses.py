"""Writes exemptions and break-glass principals into a guardrail's document."""

from collections.abc import Mapping
from dataclasses import replace

from govkit.layout.draft import Draft
from govkit.layout.exemptions import Excused, account_ids
from govkit.layout.pieces import Piece
from govkit.layout.sheet import Entry
from govkit.policies.document import Document
from govkit.policies.exempt import exempted, where_it_denies
from govkit.policies.subjects import Exemption, role_arns

EVERY_ACCOUNT = "*"


def break_glass(draft: Draft, partition: str) -> tuple[Excused, ...]:
    """Return the principals that are excused in every deny, as `safety.break_glass` names them."""
    safety = draft.sections.head.safety
    sheet = draft.sections.book.main
    found = []
    for index, one in enumerate(safety.break_glass):
        entry = Entry(f"break_glass[{index}]", one, sheet, "safety", "break_glass")
        ids: list[str] | None = [EVERY_ACCOUNT]
        if one.accounts != [EVERY_ACCOUNT]:
            ids = account_ids(draft, one.accounts, entry, index, "accounts")
        if ids is not None:
            arns = role_arns(ids, [f"role/{one.role}"], partition)
            where = sheet.value_at("safety", "break_glass", index)
            found.append(Excused(f"break-glass {one.role}", Exemption(principals=arns), where))
    return tuple(found)


def excused(
    draft: Draft, piece: Piece, base: Document, widened: Mapping[tuple[int, ...], Document]
) -> Document | None:
    """Return the document with everybody excused who may be; None with a fault.

    Break-glass principals are excused in what denies; exemptions need a guardrail that only denies.
    """
    if all(one.entry is None for one in piece.excused):
        return _where_it_denies(draft, piece, base)
    result = exempted(base, piece.kind, [one.subjects for one in piece.excused], widened)
    if not result.faults:
        return result.document
    for one in piece.excused:
        alone = replace(one.subjects, widens=False)
        for fault in exempted(base, piece.kind, [alone]).faults:
            _complain(draft, piece, one, fault.message)
            return None
    _complain(draft, piece, piece.excused[0], result.faults[0].message)
    return None


def _where_it_denies(draft: Draft, piece: Piece, base: Document) -> Document | None:
    result = where_it_denies(base, piece.kind, [one.subjects for one in piece.excused])
    if result.faults:
        _complain(draft, piece, piece.excused[0], result.faults[0].message)
        return None
    return result.document


def _complain(draft: Draft, piece: Piece, one: Excused, message: str) -> None:
    where = one.where if one.entry is None else one.entry.at("guardrail")
    draft.faults.add(where, f"Guardrail {piece.word} cannot excuse {one.name}: {message}")
