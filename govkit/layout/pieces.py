"""What a guardrail's line comes to before it is rendered: type, template, variants, exemptions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from govkit.kinds.policy import policy
from govkit.layout.draft import Draft
from govkit.layout.exemptions import Excused
from govkit.layout.guardrail_model import Guardrail
from govkit.layout.sheet import Entry
from govkit.layout.template_files import TemplateFiles
from govkit.layout.variants import Variant, variants
from govkit.model.address import Address
from govkit.model.suggest import did_you_mean
from govkit.policies.policy_type import PolicyType
from govkit.policies.template import Template
from govkit.policies.types import known, policy_type, policy_types

_AWS_NAME = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*_POLICY(_[A-Z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """One policy to be: a rendering of a guardrail, and who is excused in it."""

    entry: Entry[Guardrail]
    kind: PolicyType
    variant: Variant
    template: Template | None
    excused: tuple[Excused, ...] = ()

    @property
    def word(self) -> str:
        """The value of the policy's tag: the guardrail's key, or key.variant."""
        name = self.variant.name
        return f"{self.entry.key}.{name}" if name else self.entry.key

    @property
    def name(self) -> str:
        """The policy's name in AWS."""
        given, name = self.entry.value.name or self.entry.key, self.variant.name
        return f"{given}.{name}" if name else given

    @property
    def address(self) -> Address:
        """The policy's address."""
        return policy(self.kind.key, self.word)


def pieces(
    draft: Draft,
    entry: Entry[Guardrail],
    files: TemplateFiles,
    excused: Mapping[str, tuple[Excused, ...]],
    everywhere: tuple[Excused, ...],
) -> list[Piece]:
    """Return the policies that a guardrail asks for; none, with a fault, where it cannot be read.

    `everywhere` are the break-glass principals, which are excused unless the guardrail says not.
    """
    given, template = entry.value, None
    if given.template is not None:
        template = files.get(given.template, entry.at("template"))
        if template is None:
            variants(draft, entry)  # for the faults of its targets
            return []
    kind = _kind(draft, entry, template)
    found = variants(draft, entry)
    if kind is None:
        return []
    who = excused.get(entry.key, ())
    if _breaks_glass(given, template):
        who = (*who, *everywhere)
    return [Piece(entry, kind, variant, template, who) for variant in found]


def _breaks_glass(given: Guardrail, template: Template | None) -> bool:
    if given.break_glass is not None:
        return given.break_glass
    return template is None or template.break_glass


def _kind(draft: Draft, entry: Entry[Guardrail], template: Template | None) -> PolicyType | None:
    """Return the policy type; one that AWS may have added since is taken by AWS's name for it."""
    word = entry.value.type or (template.type if template else "scp")
    if known(word) is None and not _AWS_NAME.fullmatch(word):
        keys = [kind.key for kind in policy_types()]
        hint = did_you_mean(word, keys) or f"The types are {', '.join(keys)}."
        where = entry.at("type") if entry.value.type else entry.at("template")
        draft.faults.add(where, f'There is no policy type "{word}"', hint)
        return None
    return policy_type(word)
