"""A checked layout becomes the desired state: every reference followed, every rule of AWS kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from govkit.layout.baseline import coverage, known_scope, named, tolerances
from govkit.layout.break_glass import check_wildcards
from govkit.layout.budget import check_budget
from govkit.layout.draft import Draft
from govkit.layout.excuses import break_glass
from govkit.layout.exemptions import exemptions, ways
from govkit.layout.expectations import check_expectations, tested
from govkit.layout.faults import Faults
from govkit.layout.fences import check_fences
from govkit.layout.guardrails import add_guardrails
from govkit.layout.interest import interest
from govkit.layout.limits import OF_ORGANIZATION, checked_limits
from govkit.layout.list_of_accounts import add_accounts
from govkit.layout.owned_sections import add_sections
from govkit.layout.proofs import check_variants
from govkit.layout.rails import manage, partition, roles, safety
from govkit.layout.sections import Sections
from govkit.layout.side_doors import side_doors
from govkit.layout.template_files import TemplateFiles
from govkit.layout.tree_of_ous import add_ous
from govkit.model.kind import Kind
from govkit.model.scope import Coverage
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.policies.limits import organization_limits
from govkit.policies.types import policy_type

Told = Mapping[str, Mapping[str, int]]


def _take_for_granted(draft: Draft) -> None:
    """Prove nothing: what tests have shown need not be shown again at every reading."""


def desired(
    sections: Sections,
    faults: Faults,
    *,
    today: date,
    files: TemplateFiles,
    kinds: Sequence[Kind[Any]],
    without_expired: bool = False,
    prove: Callable[[Draft], None] = _take_for_granted,
) -> Wanted:
    """Return what the layout asks for; `LayoutError` with every fault where it cannot be.

    Exemptions that expired before `today` stay in force, unless `safety.on_expiry: remove` or
    `without_expired` takes them out; either way they are findings.
    """
    draft = Draft(sections, faults, today)
    head = sections.head
    told = checked_limits(draft)
    where = partition(head)
    organization = organization_limits(told.get(OF_ORGANIZATION), where)
    add_ous(draft, organization["depth"])
    add_accounts(draft)
    check_fences(draft)
    check_expectations(draft)
    keep = not (without_expired or head.safety.on_expiry == "remove")
    excused = exemptions(draft, where, keep_expired=keep)
    glass = break_glass(draft, where)
    pieces = add_guardrails(draft, files, excused, glass)
    reach = coverage(draft)
    governed = add_sections(draft, kinds, replace(known_scope(draft, reach), file=files.beside))
    reach = replace(reach, named=tuple(named(draft, kinds)))
    check_wildcards(draft, pieces)
    check_variants(draft, pieces)
    faults.stop()
    prove(draft)
    types = {piece.kind.key for piece in pieces} | {"scp"}
    limits = {key: policy_type(key).limits_in(where, told.get(key, {})) for key in types}
    check_budget(draft, limits, organization["ous"])
    answers = tested(draft, pieces, draft.unexempted)
    wanted = _wanted(draft, governed, told, reach, _sha256(sections, files))
    roles_behind_glass = tuple(arn for one in glass for arn in one.subjects.principals)
    return replace(
        wanted,
        tested=answers,
        safety=replace(wanted.safety, break_glass=roles_behind_glass),
    )


def _wanted(
    draft: Draft, governed: frozenset[str], told: Told, reach: Coverage, sha256: str
) -> Wanted:
    head = draft.sections.head
    return Wanted(
        layout=head.layout,
        path=draft.sections.book.main.name,
        sha256=sha256,
        as_of=draft.today,
        state=State(draft.resources.values()),
        absent=frozenset(draft.absent),
        claims=draft.claims,
        origins=draft.origins,
        places=draft.places,
        guardrails=draft.guardrails,
        protected=frozenset(draft.protected),
        full_access=draft.full_access,
        closed=frozenset(draft.closed),
        governed=governed,
        organization=head.organization.id,
        management_account=head.organization.management_account,
        home_region=head.organization.home_region,
        partition=partition(head),
        store=head.store,
        run=roles(head),
        manage=manage(head),
        safety=safety(head),
        limits=told,
        interest=interest(draft),
        exemptions=ways(draft),
        coverage=reach,
        standards=tuple(draft.standards),
        observed=frozenset(draft.observed),
        baseline=draft.baseline,
        of_baseline=frozenset(draft.of_baseline),
        tolerances=tuple(tolerances(draft)),
        side_doors=tuple(side_doors(draft)),
        findings=tuple(
            sorted(draft.findings, key=lambda one: (one.code, one.subject, one.message))
        ),
    )


def _sha256(sections: Sections, files: TemplateFiles) -> str:
    """Return one hash over the layout, its includes and its templates, whatever their order."""
    folder = sections.book.main.name.rpartition("/")[0]
    texts = [
        f"{text.name.removeprefix(f'{folder}/')} {text.sha256}" for text in sections.book.texts
    ]
    lines = "\n".join([*sorted(texts), *files.hashes()])
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()
