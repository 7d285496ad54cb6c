"""The OUs that a layout lists become resources: every parent listed, every name once."""

from shlex import quote

from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.tags import Tags
from govkit.layout.draft import Draft
from govkit.layout.full_access import governed
from govkit.layout.sheet import Entry
from govkit.layout.structure_model import Ou
from govkit.model.address import ROOT, ROOT_PATH, ou, parent_path, unescaped
from govkit.model.finding import Origin
from govkit.model.wanted import Claim


def add_ous(draft: Draft, depth: int) -> None:
    """Add every OU, its tags and claims; `depth` is how many levels AWS allows."""
    ids: dict[str, Entry[Ou]] = {}
    former: dict[str, Entry[Ou]] = {}
    for path, entry in draft.sections.ous.items():
        unit = entry.value
        if unit.id and ids.setdefault(unit.id, entry) is not entry:
            first = ids[unit.id].where
            draft.faults.add(entry.at("id"), f"The OU {path} has the ID of another, at {first}")
        if unit.was and former.setdefault(unit.was, entry) is not entry:
            first = former[unit.was].where
            draft.faults.add(entry.at("was"), f"Another OU was {unit.was} as well, at {first}")
        if path == ROOT_PATH:
            _add_root(draft, entry)
        else:
            _check_place(draft, entry, depth)
            _check_former(draft, entry)
            _add_ou(draft, entry)


def stands(draft: Draft, path: str) -> bool:
    """Tell whether an OU is listed and stays, at no cost where it is."""
    entry = draft.sections.ous.get(path)
    return path == ROOT_PATH or (entry is not None and not entry.value.absent)


def check_ou(draft: Draft, path: str, where: Origin, asks: str) -> bool:
    """Tell whether an OU that something refers to is listed and stays; else add the fault."""
    if stands(draft, path):
        return True
    entry = draft.sections.ous.get(path)
    if entry is None:
        if draft.sections.lacks("ous", path):
            draft.unknown(
                where, "OU", path.lstrip("/"), draft.ou_names, f"List it under ous: {path[1:]}:"
            )
    else:
        draft.faults.add(where, f"{asks} is in OU {path}, which is absent: true at {entry.where}")
    return False


def _add_root(draft: Draft, entry: Entry[Ou]) -> None:
    root = entry.value
    for key, given in (("absent", root.absent), ("was", root.was), ("reparent", root.reparent)):
        if given:
            draft.faults.add(entry.key_at(key), f"The root / cannot have {key}:")
    _add_facts(draft, entry)


def _check_place(draft: Draft, entry: Entry[Ou], depth: int) -> None:
    parent = parent_path(entry.key)
    above = draft.sections.ous.get(parent)
    if draft.sections.lacks("ous", parent):
        draft.unknown(
            entry.where, "OU", parent[1:], draft.ou_names, f"List the parent, too: {parent[1:]}:"
        )
    elif above is not None and above.value.absent and not entry.value.absent:
        draft.faults.add(entry.where, f"This OU is below {parent}, which is absent: true")
    if entry.key.count("/") > depth:
        draft.faults.add(
            entry.where,
            f"This OU is {entry.key.count('/')} levels below the root; AWS allows {depth}",
        )


def _check_former(draft: Draft, entry: Entry[Ou]) -> None:
    was = entry.value.was
    if was is None:
        return
    where = entry.at("was")
    if was in (ROOT_PATH, entry.key):
        draft.faults.add(where, f"was: names the OU's former path, not {was}")
    elif not draft.sections.lacks("ous", was):
        draft.faults.add(
            where,
            f"{was} is still listed, so {entry.key} cannot have come from it",
            _instead(draft, was),
        )
    elif was.startswith(f"{entry.key}/") or entry.key.startswith(f"{was}/"):
        draft.faults.add(where, f"{was} and {entry.key} are above each other")
    elif not entry.value.reparent and parent_path(was) not in _former_paths(draft, entry):
        draft.faults.add(
            where,
            f"{was} is under another parent, and AWS cannot move an OU",
            "With reparent: true a new OU is made (with another ID), and the accounts move.",
        )


def _instead(draft: Draft, was: str) -> str:
    """Return what to write where an old path is listed: names that change hands are told by IDs.

    By paths nobody could tell whether it was done, and the next plan would swap them again.
    """
    heir = draft.sections.ous.get(was)
    if heir is None or not (heir.value.was or heir.value.id):
        return "Remove the old line: the OU is renamed in place."
    return (
        "OUs that take each other's names are told by their IDs. Take was: away from each of them "
        f"and write id: instead. To look one up: govkit show {quote(was.removeprefix('/'))} --live"
    )


def _former_paths(draft: Draft, entry: Entry[Ou]) -> set[str]:
    """Return the paths that the parent has or had: children follow a renamed parent."""
    paths = {parent_path(entry.key)}
    path = parent_path(entry.key)
    above = draft.sections.ous.get(path)
    if above is not None and above.value.was:
        paths.add(above.value.was)
    while path != ROOT_PATH:
        upper = draft.sections.ous.get(parent_path(path))
        if upper is not None and upper.value.was:
            rest = parent_path(entry.key).removeprefix(upper.key)
            paths.add(f"{upper.value.was}{rest}")
        path = parent_path(path)
    return paths


def _add_ou(draft: Draft, entry: Entry[Ou]) -> None:
    unit, address = entry.value, ou(entry.key)
    if unit.id or unit.was:
        draft.claims[address] = Claim(id=unit.id, was=unit.was, reparent=unit.reparent)
    if unit.absent:
        draft.refuse(address, entry.where)
        return
    name = unescaped(entry.key.rpartition("/")[2])
    parent = ou(parent_path(entry.key))
    draft.want(OrganizationalUnit(address, name, parent, draft.sections.head.layout), entry.where)
    _add_facts(draft, entry)


def _add_facts(draft: Draft, entry: Entry[Ou]) -> None:
    unit = entry.value
    address = ROOT if entry.key == ROOT_PATH else ou(entry.key)
    if unit.protect:
        draft.protected.add(address)
    if unit.tags:
        draft.want(Tags(address, tuple(sorted(unit.tags.items()))), entry.key_at("tags"))
    if unit.full_access is not None:
        governed(draft, address, unit.full_access, entry.key_at("full_access"))
