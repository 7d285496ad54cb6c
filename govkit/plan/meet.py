"""Where the two banks meet: the live one gets the layout's names, and what is not ours stands aside."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Kind
from govkit.model.resource import Resource
from govkit.model.scope import Unreached
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.everywhere import everywhere, places, within_reach
from govkit.plan.reparent import Replaced, remarks, replaced
from govkit.policies.exempt import with_tokens

Kinds = Sequence[Kind[Any]]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Both banks under the same names.

    `live` is all that is there; `ours` is the part that the layout governs; `desired` is what the
    layout wants of it, with nothing left open. `replaced` says which OUs make way for which.
    `wanted` is the layout's wish with the baseline of accounts that only AWS could name, and
    `unseen` are the kinds that nobody could look at.
    """

    desired: State
    ours: State
    live: State
    ids: Ids
    findings: tuple[Finding, ...]
    wanted: Wanted
    replaced: Replaced = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


def meet(
    wanted: Wanted,
    live: State,
    ids: Ids,
    kinds: Kinds,
    unseen: frozenset[str] = frozenset(),
    *,
    unreached: Collection[Unreached] = (),
) -> Meeting:
    """Return both banks named alike, ready to be compared with `==`.

    What the layout wants of the `unseen` kinds is left out, and what it wants of the baseline in
    places that are `unreached`: nobody knows whether it is there.
    """
    live, ids, names, findings = _recognised(wanted, live, ids, kinds)
    tokens = org_paths(live, ids)
    live = _with_tokens(live, tokens)
    by_type = {kind.resource: kind for kind in kinds}
    wanted = everywhere(wanted, live)
    blind = places(unreached)

    def seen(resource: Resource) -> bool:
        kind = by_type[type(resource)]
        return kind.name not in unseen and (
            not kind.beyond or within_reach(resource, kind.name, live, ids, blind)
        )

    desired = _with_tokens(wanted.state.where(seen), tokens)
    replacing = replaced(wanted, live, names)
    ours = live.where(
        lambda resource: (
            resource.address in replacing or by_type[type(resource)].cares(resource, wanted)
        )
    )
    findings += remarks(replacing, wanted, live, ours)
    desired, ours = _completed(desired, ours, by_type)
    return Meeting(desired, ours, live, ids, findings, wanted, replacing, unseen)


def _recognised(
    wanted: Wanted, live: State, ids: Ids, kinds: Kinds
) -> tuple[State, Ids, Mapping[Address, Address], tuple[Finding, ...]]:
    findings: list[Finding] = []
    names: dict[Address, Address] = {}
    for kind in kinds:
        recognition = kind.recognise(wanted, live, ids)
        findings.extend(_taken(recognition.names, wanted, live))
        live = live.readdressed(recognition.names)
        ids = ids.readdressed(recognition.names) if recognition.names else ids
        names |= recognition.names
        findings.extend(recognition.findings)
    return live, ids, names, tuple(findings)


def _taken(names: Mapping[Address, Address], wanted: Wanted, live: State) -> Iterator[Finding]:
    """Yield an error where one thing would bear the name of another: two must never be taken for one."""
    for old, new in sorted(names.items()):
        if new in live and names.get(new, new) == new != old:
            yield Finding(
                "GK205",
                Severity.ERROR,
                str(new),
                f"{old} is to be {new}, and another one of that name is there.",
                "Rename the other one first, or list it under another name with its id.",
                wanted.origin(new),
            )


def org_paths(live: State, ids: Ids) -> Mapping[str, str]:
    """Return the ID path of each OU (`o-…/r-…/ou-…`) with the address path that stands for it.

    OUs that have no ID yet are left out, and so is what is below them.
    """
    root = live.get(ROOT)
    if not isinstance(root, Root) or ROOT not in ids:
        return {}
    units = {unit.address: unit for unit in live.all(OrganizationalUnit)}
    paths: dict[Address, str | None] = {ROOT: f"{root.organization}/{ids[ROOT]}"}

    def path(address: Address) -> str | None:
        if address not in paths:
            given = ids.get(address)
            above = path(units[address].parent) if address in units else None
            paths[address] = f"{above}/{given}" if above and given else None
        return paths[address]

    return {found: address.path for address in (ROOT, *units) if (found := path(address))}


def tokenized(resource: Resource, paths: Mapping[str, str]) -> Resource:
    """Return a policy whose document names OUs by path, not by IDs; anything else as it is."""
    if isinstance(resource, Policy | ResourcePolicy) and "o-" in resource.document.text:
        return replace(resource, document=with_tokens(resource.document, paths))
    return resource


def _with_tokens(state: State, paths: Mapping[str, str]) -> State:
    return state.mapped(lambda resource: tokenized(resource, paths)) if paths else state


def _completed(
    desired: State, ours: State, by_type: Mapping[type, Kind[Any]]
) -> tuple[State, State]:
    pairs = [
        by_type[type(desired.get(address) or ours.get(address))].meet(
            desired.get(address), ours.get(address)
        )
        for address in _union(desired, ours)
    ]
    return (
        State(wanted for wanted, _ in pairs if wanted is not None),
        State(live for _, live in pairs if live is not None),
    )


def _union(desired: State, ours: State) -> Iterator[Address]:
    yield from desired.by_address
    yield from (address for address in ours.by_address if address not in desired)


@dataclass(frozen=True, slots=True)
class Outside:
    """What is there and not the layout's: orphans were made for it once, strangers never."""

    orphans: tuple[Resource, ...]
    strangers: tuple[Resource, ...]


def outside(wanted: Wanted, meeting: Meeting) -> Outside:
    """Sort out which live OUs, accounts and policies the layout does not name, and whose they are."""
    orphans: list[Resource] = []
    strangers: list[Resource] = []
    for resource in _unnamed(wanted, meeting):
        mine = getattr(resource, "layout", None) == wanted.layout
        (orphans if mine else strangers).append(resource)
    return Outside(
        tuple(sorted(orphans, key=_by_address)), tuple(sorted(strangers, key=_by_address))
    )


def _unnamed(wanted: Wanted, meeting: Meeting) -> Iterable[Resource]:
    for resource in meeting.live:
        match resource:
            case Policy(aws_managed=True):
                continue
            case Policy() | Account() | OrganizationalUnit():
                if resource.address not in meeting.ours and not _ignored(resource, wanted):
                    yield resource
            case _ if resource.address not in meeting.ours and _is_left(resource, wanted):
                yield resource
            case _:
                continue


def _is_left(resource: Any, wanted: Wanted) -> bool:
    """Tell a part of the baseline that bears the layout's tag; those of others are nobody's business."""
    return hasattr(resource, "account") and getattr(resource, "layout", None) == wanted.layout


def _ignored(resource: Policy | Account | OrganizationalUnit, wanted: Wanted) -> bool:
    match resource:
        case Policy():
            return ignored(wanted, "policy", resource.name)
        case OrganizationalUnit():
            return ignored(wanted, "ou", resource.address.path)
        case Account():
            return ignored(wanted, "account", resource.address.path)


def ignored(wanted: Wanted, kind: str, name: str) -> bool:
    """Tell whether `manage.ignore` names a policy (by name), an OU (by path) or an account."""
    return any(pattern.matches(kind, name) for pattern in wanted.manage.ignore)


def _by_address(resource: Resource) -> Address:
    return resource.address
