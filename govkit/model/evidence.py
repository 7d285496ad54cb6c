"""What was reviewed: steps known by what they do, and the fingerprint over them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.model.plan import Asked, Step


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What identifies a step between plans: address, verb, before and after (canonical JSON)."""

    address: str
    action: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Stated:
    """How a thing was when a step was reviewed that relies on it: some facts, as canonical JSON."""

    address: str
    facts: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan that somebody looked at: which steps, relying on what, for which organization.

    `asked` is the part that it is of; None in the file of an older govkit, which does not say.
    `source` is the file that it stands in; None where a journal tells it.
    """

    organization: str
    fingerprint: str
    marks: tuple[Mark, ...]
    premises: Mapping[Mark, tuple[Stated, ...]] = field(default_factory=dict)
    asked: Asked | None = None
    source: str | None = field(default=None, compare=False)


def mark(step: Step) -> Mark:
    """Return what identifies the step between plans."""
    before, after = step.change.facts()
    return Mark(str(step.address), step.verb, canonical(before), canonical(after))


def canonical(value: Any) -> str:
    """Return JSON text that is equal for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(organization: str, marks: Iterable[Mark]) -> str:
    """Return the hash of the organization and of what each step does, whatever their order."""
    facts = [[one.address, one.action, one.before, one.after] for one in sorted(marks)]
    text = canonical([organization, facts])
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
