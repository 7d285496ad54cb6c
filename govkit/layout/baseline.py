"""How far the baseline reaches, as the layout alone can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from govkit.kinds.account import Account
from govkit.kinds.enabled_region import SERVED as ENABLED
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.layout.draft import Draft
from govkit.layout.rails import partition
from govkit.layout.tree_of_ous import check_ou
from govkit.model.address import ROOT_PATH, Address, account
from govkit.model.kind import Kind
from govkit.model.lapse import Tolerance
from govkit.model.scope import DEFAULT_ROLE, Coverage, Entry, Named, Scope, by_unit

_ENABLED = "enabled"


def coverage(draft: Draft) -> Coverage:
    """Return the accounts and Regions that the baseline is about; faults for OUs that are not listed."""
    given = _given(draft)
    regions = given.regions
    home = draft.sections.head.organization.home_region
    for index, path in enumerate(given.excepted):
        if path not in draft.sections.ous:  # one that is to be absent may still have accounts
            where = draft.sections.book.main.value_at("baseline", "except", index)
            check_ou(draft, path, where, "The baseline")
    named = () if regions in (None, _ENABLED) else tuple(dict.fromkeys(regions))
    reach = Coverage(
        regions=named or ((home,) if regions is None and home else ()),
        enabled=regions == _ENABLED,
        excepted=tuple(given.excepted),
        home_region=home,
        sections=frozenset(_sections(given)),
        entry=_entry(draft),
        administrators=dict(_administrators(draft, given)),
        everybody=draft.sections.head.manage.accounts == "all",
    )
    return replace(reach, stacked=reach.whole(_ous(draft))) if _by_stacks(given) else reach


def known_scope(draft: Draft, reach: Coverage) -> Scope:
    """Return the listed accounts that the baseline is about, in the Regions that are named."""
    head = draft.sections.head
    listed = [
        one
        for one in draft.resources.values()
        if isinstance(one, Account) and one.state == "ACTIVE"
    ]
    covered = {one.address: one.parent.path for one in listed if reach.reaches(one.parent.path)}
    management = _management(draft)
    return Scope(
        accounts=tuple(sorted(covered)),
        outside=tuple(sorted(one.address for one in listed if one.address not in covered)),
        regions=reach.regions,
        home_region=reach.home_region or next(iter(reach.regions), ""),
        management=management,
        organization=head.organization.id,
        partition=partition(head),
        units=by_unit(reach, _ous(draft), covered, (management,)),
    )


def named(draft: Draft, kinds: Iterable[Kind[Any]]) -> Iterator[Named]:
    """Yield what must be looked for by name: the things of such kinds that the layout asks for."""
    by_name = {kind.resource: kind.name for kind in kinds if kind.by_name}
    for one in draft.resources.values():
        if type(one) in by_name:
            thing: Any = one
            names = _names(draft, thing.account.path)
            yield Named(by_name[type(one)], thing.name, names, getattr(thing, "region", None))


def _names(draft: Draft, key: str) -> frozenset[str]:
    """Return the names by which AWS may know an account of the layout: its key where it made it."""
    claim = draft.claims.get(account(key))
    told = (claim.id, claim.email) if claim is not None else ()
    return frozenset(one.lower() for one in told if one) or frozenset([key])


def _sections(given: Any) -> Iterator[str]:
    """Yield the keys of the parts that stand in the baseline, each with the parts below it.

    A part that knows several engines has the chosen one below it, too: `config.stackset`.
    """
    if given.regions == _ENABLED:
        yield ENABLED
    for name, part in _parts(given):
        yield name
        if (engine := getattr(part, "engine", None)) is not None:
            yield f"{name}.{engine}"
        yield from _below(name, part)


def _below(path: str, part: Any) -> Iterator[str]:
    fields: dict[str, Any] = getattr(part, "__dataclass_fields__", {})
    for name in part if isinstance(part, dict) else fields:
        value = part[name] if isinstance(part, dict) else getattr(part, name)
        emptied = value == {} and name in fields and fields[name].default is None
        if value or emptied:  # an empty list is told, where one left out is None
            yield f"{path}.{name}"
            yield from _below(f"{path}.{name}", value)


def _parts(given: Any) -> Iterator[tuple[str, Any]]:
    for name in type(given).model_fields:
        part = getattr(given, name)
        if name not in ("regions", "excepted", "suppress") and part is not None:
            yield name, part


def _by_stacks(given: Any) -> bool:
    """Tell whether a part is brought into accounts by a StackSet."""
    return any(getattr(part, "engine", None) == "stackset" for _, part in _parts(given))


def _ous(draft: Draft) -> list[str]:
    units = (one for one in draft.resources.values() if isinstance(one, OrganizationalUnit))
    return [one.address.path for one in units]


def _administrators(draft: Draft, given: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each part that is delegated, with the names by which AWS may know the account."""
    for name, part in _parts(given):
        key = getattr(part, "delegated_administrator", None)
        entry = draft.sections.accounts.get(key) if key else None
        if entry is not None:
            told = (entry.value.id, (entry.value.email or "").lower())
            yield name, tuple(one for one in told if one)


def tolerances(draft: Draft) -> Iterator[Tolerance]:
    """Yield the findings of `check` that the baseline leaves to somebody for a while."""
    sheet = draft.sections.book.main
    for index, one in enumerate(_given(draft).suppress):
        yield Tolerance(
            owner=one.owner,
            reason=one.reason,
            expires=one.expires,
            where=sheet.value_at("baseline", "suppress", index),
            codes=(one.code,),
            account=one.account,
            region=one.region,
            resource=one.resource,
        )


def _entry(draft: Draft) -> Entry:
    """Return how accounts are entered: by the role that the layout names for all, or by their own."""
    head = draft.sections.head
    member = head.run.member
    accounts = [entry.value for entry in draft.sections.accounts.values()]
    return Entry(
        default=head.defaults.account.role_name or DEFAULT_ROLE,
        read=member.read,
        write=member.write,
        roles={one.id: one.role_name for one in accounts if one.id and one.role_name},
        external_id=member.external_id,
        source_identity=member.source_identity,
        tags=tuple(sorted(member.session_tags.items())),
        read_policies=tuple(member.read_policies),
    )


def _given(draft: Draft) -> Any:
    return getattr(draft.sections.head, "baseline")  # noqa: B009 - made at run time


def _management(draft: Draft) -> Address | None:
    """Return the management account: of the ID that the layout tells, else the only one in the root."""
    told = draft.sections.head.organization.management_account
    of_id = [at for at, claim in draft.claims.items() if told and claim.id == told]
    at_root = [
        one.address
        for one in draft.resources.values()
        if isinstance(one, Account) and one.parent.path == ROOT_PATH
    ]
    found = of_id or (at_root if not told and len(at_root) == 1 else [])
    return found[0] if found else None
