"""The attach list of a guardrail, taken apart: which renderings it asks for, and where each holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.layout.draft import Draft
from govkit.layout.guardrail_model import ACCOUNT_PREFIX, Guardrail
from govkit.layout.list_of_accounts import check_account
from govkit.layout.scalars import numbers
from govkit.layout.sheet import Entry
from govkit.layout.tree_of_ous import check_ou
from govkit.model.address import ROOT_PATH, Address, account, ou
from govkit.model.finding import Origin

PLAIN = ""


@dataclass(slots=True)
class Variant:
    """One rendering of a guardrail; `name` is empty for the plain one.

    `steps` lead from the guardrail to the parameters that are its own.
    """

    name: str
    params: Mapping[str, Any]
    steps: tuple[str | int, ...] = ()
    targets: dict[Address, Origin] = field(default_factory=dict)


def variants(draft: Draft, entry: Entry[Guardrail]) -> list[Variant]:
    """Return the renderings that a guardrail asks for, the plain one first where it is wanted."""
    found: dict[str, Variant] = {}
    places: dict[Address, Origin] = {}
    base = numbers(entry.value.params)
    for index, to in enumerate(entry.value.attach):
        where = entry.at("attach", index)
        if to.params is not None or to.variant is not None:
            variant = _variant(draft, entry, index, found)
        else:
            variant = found.setdefault(PLAIN, Variant(PLAIN, base, ("params",)))
        target = _target(draft, entry, index)
        if target is None:
            continue
        first = places.setdefault(target, where)
        if first is not where:
            draft.faults.add(where, f"{to.to} is already in this list, at {first}")
        variant.targets.setdefault(target, where)
    if not found:
        found[PLAIN] = Variant(PLAIN, base, ("params",))
    return [found[name] for name in sorted(found)]


def _variant(
    draft: Draft, entry: Entry[Guardrail], index: int, found: dict[str, Variant]
) -> Variant:
    """Return the variant of an attach entry; entries with one `as:` share one."""
    to = entry.value.attach[index]
    name = to.variant or _slug(to.to)
    steps = ("attach", index, "params")
    if to.params is None:
        return _shared(draft, entry, index, found)
    params = numbers(entry.value.params) | numbers(to.params)
    variant = found.setdefault(name, Variant(name, params, steps))
    if variant.params != params:
        first = entry.at(*variant.steps)
        draft.faults.add(
            entry.at(*steps),
            f'The variant "{name}" has other params than at {first}',
            "Give it a name of its own: as:.",
        )
    return variant


def _shared(
    draft: Draft, entry: Entry[Guardrail], index: int, found: dict[str, Variant]
) -> Variant:
    """Return the variant that an entry with `as:` alone shares with one that has params."""
    name = entry.value.attach[index].variant or PLAIN
    for other, to in enumerate(entry.value.attach):
        if to.variant == name and to.params is not None:
            params = numbers(entry.value.params) | numbers(to.params)
            return found.setdefault(name, Variant(name, params, ("attach", other, "params")))
    draft.faults.add(
        entry.at("attach", index, "as"),
        f'The variant "{name}" has no params: anywhere in this list',
        "Without other parameters it is no variant: drop as:.",
    )
    return found.setdefault(name, Variant(name, numbers(entry.value.params), ("params",)))


def _target(draft: Draft, entry: Entry[Guardrail], index: int) -> Address | None:
    text = entry.value.attach[index].to
    where = entry.at("attach", index, "to")
    if text.startswith(ACCOUNT_PREFIX):
        key = text.removeprefix(ACCOUNT_PREFIX)
        return account(key) if check_account(draft, key, where) else None
    if check_ou(draft, text, where, f"A target of {entry.key}"):
        return ou(text)
    return None


def _slug(target: str) -> str:
    """Return the default name of a variant: the target's path in lower case, with dashes."""
    name = target.removeprefix(ACCOUNT_PREFIX)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or _named_nothing(target)


def _named_nothing(target: str) -> str:
    return "root" if target == ROOT_PATH else "variant"
