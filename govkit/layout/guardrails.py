"""The guardrails of a layout become policies and attachments, one policy per rendering."""

from collections.abc import Mapping, Sequence

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.layout.draft import Draft
from govkit.layout.exemptions import Excused
from govkit.layout.guardrail_model import Guardrail as Written
from govkit.layout.pieces import Piece, pieces
from govkit.layout.renderings import documents
from govkit.layout.sheet import Entry
from govkit.layout.template_files import TemplateFiles
from govkit.model.address import Address
from govkit.model.wanted import Claim, Guardrail
from govkit.policies.document import Document
from govkit.policies.types import known

NAME_LENGTH = 128


def add_guardrails(
    draft: Draft,
    files: TemplateFiles,
    excused: Mapping[str, tuple[Excused, ...]],
    everywhere: tuple[Excused, ...],
) -> list[Piece]:
    """Add every guardrail's policies, attachments and claims; return what they were made of."""
    made: list[Piece] = []
    for entry in draft.sections.guardrails.values():
        draft.origins[Address("guardrail", entry.key)] = entry.where
        _check_former(draft, entry)
        if entry.value.absent:
            _take_away(draft, entry)
        else:
            found = pieces(draft, entry, files, excused, everywhere)
            _describe(draft, entry, found)
            made += found
    _check_names(draft, made)
    for index, document in documents(draft, made, files).items():
        _add(draft, made[index], document)
    return made


def _check_former(draft: Draft, entry: Entry[Written]) -> None:
    was = entry.value.was
    if was is not None and not draft.sections.lacks("guardrails", was):
        message = "was: is its own key" if was == entry.key else f"was: {was} is still listed"
        draft.faults.add(entry.at("was"), message, "was: names the key that the guardrail had.")


def _take_away(draft: Draft, entry: Entry[Written]) -> None:
    """Ask that the policies are not there; those of variants are known by their tags."""
    kind = known(entry.value.type or "scp")
    if kind is None:
        draft.faults.add(entry.at("type"), f'There is no policy type "{entry.value.type}"')
        return
    draft.refuse(policy(kind.key, entry.key), entry.where)
    for to in entry.value.attach:
        if to.variant is not None:
            draft.refuse(policy(kind.key, f"{entry.key}.{to.variant}"), entry.where)
    draft.guardrails[entry.key] = Guardrail(entry.key, kind.key, absent=True)


def _describe(draft: Draft, entry: Entry[Written], found: Sequence[Piece]) -> None:
    given = entry.value
    if not found:
        return
    template = found[0].template
    controls = dict(template.controls) if template else {}
    controls |= {name: tuple(named) for name, named in given.controls.items()}
    draft.guardrails[entry.key] = Guardrail(
        key=entry.key,
        type=found[0].kind.key,
        policies=tuple(piece.address for piece in found),
        preview=given.mode == "preview",
        was=given.was,
        adopt=given.adopt,
        severity=given.severity or (template.severity if template else "medium"),
        controls=controls,
    )
    if given.adopt or given.was:
        for piece in found:
            former = piece.word.replace(entry.key, given.was, 1) if given.was else None
            draft.claims[piece.address] = Claim(was=former, adopt=given.adopt)


def _check_names(draft: Draft, made: Sequence[Piece]) -> None:
    seen: dict[tuple[str, str], Piece] = {}
    for piece in made:
        if len(piece.name) > NAME_LENGTH:
            draft.faults.add(
                piece.entry.where,
                f'The policy name "{piece.name[:60]}…" has more than {NAME_LENGTH} characters',
            )
        first = seen.setdefault((piece.kind.key, piece.name), piece)
        if first is not piece:
            draft.faults.add(
                piece.entry.at("name"),
                f'Two policies of type {piece.kind.key} are called "{piece.name}", '
                f"the other at {first.entry.where}",
            )


def _add(draft: Draft, piece: Piece, document: Document) -> None:
    entry, kind = piece.entry, piece.kind.key
    draft.want(EnabledPolicyType(kind), entry.where)
    resource = Policy(
        address=piece.address,
        type=kind,
        name=piece.name,
        document=document,
        description=entry.value.description,
        layout=draft.sections.head.layout,
        guardrail=piece.word,
    )
    draft.want(resource, entry.where)
    if entry.value.mode == "enforce":
        for target, where in piece.variant.targets.items():
            draft.want(Attachment(piece.address, target), where)
