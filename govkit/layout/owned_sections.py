"""The sections that kinds bring along: their values become what each kind asks for, and where."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from govkit.errors import GovkitError
from govkit.layout.draft import Draft
from govkit.layout.list_of_accounts import check_account
from govkit.layout.scalars import numbers
from govkit.layout.tree_of_ous import check_ou
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Resource
from govkit.model.scope import Scope
from govkit.model.wanted import Demand, Standard, Told

BASELINE = "GK002"


def add_sections(draft: Draft, kinds: Iterable[Kind[Any]], scope: Scope) -> frozenset[str]:
    """Add what the kinds' sections ask for; return the names of the kinds that the layout governs.

    `scope` are the accounts and Regions of the baseline, as far as the layout knows them.
    """
    governed = set()
    for kind in kinds:
        section = kind.section
        if section is None:
            continue
        value = getattr(getattr(draft.sections.head, section.under), section.key)
        if value is not None:
            governed.add(kind.name)
            _add_section(draft, section, value, scope)
    _remark_on_baseline(draft)
    return frozenset(governed)


def _add_section(draft: Draft, section: Section, value: Any, scope: Scope) -> None:
    sheet = draft.sections.book.main
    given = numbers(value)
    try:
        asked = list(section.asked(given, scope))
    except GovkitError as error:
        where = sheet.value_at(section.under, section.key)
        draft.faults.add(where, f"{error.summary}: {error.detail}", error.hint)
        return
    for one in asked:
        where = sheet.value_at(section.under, section.key, *one.path)
        resource = _owned(one.resource, draft.sections.head.layout)
        if section.under == "baseline":
            draft.of_baseline.add(resource.address)
        if one.observed:
            draft.observed.add(resource.address)
        if not one.present:
            draft.refuse(resource.address, where)
            continue
        _check_needs(draft, section, one)
        try:
            draft.want(resource, where)
        except GovkitError as error:
            draft.faults.add(where, f"{error.summary}: {error.detail}", error.hint)
    if section.under == "baseline":
        draft.standards.append(_standard(draft, section, given, scope.file))
        draft.baseline[section.key] = Told(
            given, lambda path: sheet.value_at(section.under, section.key, *path)
        )


def _standard(draft: Draft, section: Section, value: Any, file: Callable[[str], str]) -> Standard:
    sheet, layout = draft.sections.book.main, draft.sections.head.layout

    def standard(scope: Scope) -> Iterator[Demand]:
        for one in section.asked(value, replace(scope, file=file)):
            where = sheet.value_at(section.under, section.key, *one.path)
            yield Demand(_owned(one.resource, layout), where, one.observed, one.present)

    return standard


def _owned(resource: Resource, layout: str) -> Resource:
    """Return the resource with its owner's name, where it has a place for one."""
    fields: Any = getattr(resource, "__dataclass_fields__", {})
    if "layout" not in fields:
        return resource
    owned: Resource = replace(resource, layout=layout)  # type: ignore[type-var]  # a dataclass
    return owned


def _check_needs(draft: Draft, section: Section, asked: Asked) -> None:
    for need in asked.resource.needs:
        where = draft.sections.book.main.key_at(section.under, section.key, *_to(asked, need))
        match need.kind:
            case "account":
                check_account(draft, need.path, where)
            case "ou":
                check_ou(draft, need.path, where, str(asked.resource.address))
            case _:
                continue


def _to(asked: Asked, need: Address) -> tuple[str | int, ...]:
    """Return the steps up to where the needed thing is named, or all of them."""
    if need.path in asked.path:
        return asked.path[: asked.path.index(need.path) + 1]
    return asked.path


def _remark_on_baseline(draft: Draft) -> None:
    unknown = getattr(draft.sections.head, "baseline").model_extra or {}  # noqa: B009 - made at run time
    if unknown:
        where = draft.sections.book.main.key_at("baseline")
        listed = ", ".join(sorted(unknown))
        draft.findings.append(
            Finding(
                BASELINE,
                Severity.WARNING,
                "baseline",
                f"This version of govkit does not act on these parts of the baseline: {listed}.",
                "They are kept for the version that does.",
                where,
            )
        )
