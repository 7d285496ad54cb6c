"""The exemptions of a layout, checked: whom each excuses, from what, and until when."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from govkit.layout import guardrail_model as model
from govkit.layout.draft import Draft
from govkit.layout.list_of_accounts import check_account
from govkit.layout.scalars import numbers
from govkit.layout.sheet import Entry
from govkit.layout.tree_of_ous import check_ou
from govkit.model.address import Address
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.wanted import Way
from govkit.policies.subjects import Exemption, role_arns

EXPIRED = "GK001"
EXPIRING = "GK011"
ANNOUNCED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Excused:
    """An exemption as policies know it, and where it is asked for; `params` where it widens."""

    name: str
    subjects: Exemption
    where: Origin
    params: Mapping[str, Any] | None = None
    entry: Entry[model.Exemption] | None = None


def exemptions(
    draft: Draft, partition: str, *, keep_expired: bool
) -> Mapping[str, tuple[Excused, ...]]:
    """Return the exemptions of each guardrail, by its key; expired ones only where they are kept."""
    found: defaultdict[str, list[Excused]] = defaultdict(list)
    for entry in draft.sections.exemptions.values():
        draft.origins[Address("exemption", entry.key)] = entry.where
        subjects = _subjects(draft, entry, partition)
        _check_dates(draft, entry)
        guardrails = _guardrails(draft, entry)
        if subjects is None or not _in_force(draft, entry, keep_expired=keep_expired):
            continue
        params = None if entry.value.params is None else numbers(entry.value.params)
        for key in guardrails:
            found[key].append(Excused(entry.key, subjects, entry.where, params, entry))
    return {key: tuple(excused) for key, excused in found.items()}


def ways(draft: Draft) -> tuple[Way, ...]:
    """Return every exemption as the layout grants it, expired or not, by key."""
    return tuple(
        Way(
            key=entry.key,
            guardrails=tuple(given.guardrail),
            accounts=tuple(given.accounts),
            principals=tuple(given.principals),
            ous=tuple(given.ous),
            widens=given.params is not None,
            reason=given.reason,
            owner=given.owner,
            ticket=given.ticket or "",
            granted=given.granted,
            expires=given.expires,
            where=entry.where,
        )
        for _, entry in sorted(draft.sections.exemptions.items())
        for given in [entry.value]
    )


def account_ids(
    draft: Draft, keys: list[str], entry: Entry[Any], *steps: str | int
) -> list[str] | None:
    """Return the IDs of accounts that an entry names below some steps; None with a fault."""
    ids = []
    for index, key in enumerate(keys):
        where = entry.at(*steps, index)
        named = check_account(draft, key, where)
        if named is not None and named.value.id is None:
            draft.faults.add(
                where,
                f"Account {key} has no id: yet, and conditions need one",
                "Once the account is there, `govkit account ids` writes it into the layout.",
            )
        elif named is not None and named.value.id is not None:
            ids.append(named.value.id)
    return ids if len(ids) == len(keys) else None


def _subjects(draft: Draft, entry: Entry[model.Exemption], partition: str) -> Exemption | None:
    given = entry.value
    ids = account_ids(draft, given.accounts, entry, "accounts")
    ous = [
        check_ou(draft, path, entry.at("ous", index), f"Exemption {entry.key}")
        for index, path in enumerate(given.ous)
    ]
    if ids is None or not all(ous):
        return None
    widens = given.params is not None
    if given.principals:
        return Exemption(principals=role_arns(ids, given.principals, partition), widens=widens)
    return Exemption(accounts=tuple(ids), ous=tuple(given.ous), widens=widens)


def _guardrails(draft: Draft, entry: Entry[model.Exemption]) -> list[str]:
    known = draft.sections.guardrails
    single = not isinstance(entry.sheet.value(entry.section, entry.name, "guardrail"), list)
    for index, key in enumerate(entry.value.guardrail):
        where = entry.at("guardrail") if single else entry.at("guardrail", index)
        if draft.sections.lacks("guardrails", key):
            draft.unknown(where, "guardrail", key, known, "List it under guardrails:")
        elif key in known and known[key].value.absent:
            draft.faults.add(
                where, f"Guardrail {key} is absent: true; nobody needs a way out of it"
            )
    return [key for key in entry.value.guardrail if key in known]


def _check_dates(draft: Draft, entry: Entry[model.Exemption]) -> None:
    most = draft.sections.head.safety.exemption_max_days
    days = (entry.value.expires - entry.value.granted).days
    if days > most:
        draft.faults.add(
            entry.at("expires"),
            f"This exemption lasts {days} days; safety.exemption_max_days is {most}",
            "Shorten it, or raise the limit for all.",
        )


def _in_force(draft: Draft, entry: Entry[model.Exemption], *, keep_expired: bool) -> bool:
    given = entry.value
    if draft.today <= given.expires:
        _announce(draft, entry)
        return True
    fate = "still in force" if keep_expired else "taken out"
    draft.findings.append(
        Finding(
            EXPIRED,
            Severity.WARNING,
            f"exemption:{entry.key}",
            f"Exemption {entry.key} of {given.owner} expired on {given.expires}; it is {fate}.",
            "Remove it, or have it granted anew with a later date.",
            entry.at("expires"),
        )
    )
    return keep_expired


def _announce(draft: Draft, entry: Entry[model.Exemption]) -> None:
    """Say two weeks before its last day that an exemption comes to its end."""
    given, left = entry.value, entry.value.expires - draft.today
    if left > ANNOUNCED:
        return
    days = {0: "today is its last day", 1: "1 day left"}.get(left.days, f"{left.days} days left")
    draft.findings.append(
        Finding(
            EXPIRING,
            Severity.WARNING,
            f"exemption:{entry.key}",
            f"Exemption {entry.key} of {given.owner} expires on {given.expires}: {days}.",
            f"Do without it, or have it granted anew: govkit exempt extend {entry.key} --until DAY",
            entry.at("expires"),
        )
    )
