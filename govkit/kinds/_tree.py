"""The tree of OUs and accounts, read with as few calls, or as many side by side, as it takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from govkit.kinds._listed import by_targets, listed, scp, targets
from govkit.kinds._refusals import unless_gone
from govkit.model.call import Look, organizations


@dataclass(frozen=True, slots=True)
class Unit:
    """An OU by AWS's IDs."""

    id: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An account as AWS describes it, and the ID of its parent."""

    account: Any
    parent: str


def root_id(look: Look) -> str:
    """Return the root's ID."""
    return str(look.items("Roots", organizations("ListRoots"))[0]["Id"])


def units(look: Look) -> Iterator[Unit]:
    """Yield every OU.

    Every root, OU and account keeps at least one SCP, so the SCPs' targets name every OU, and the
    accounts' paths place all those with an account below. Where SCPs are off, or AWS gives no
    paths, or calls are free, the tree is walked.
    """
    if look.walk or not list(scp(look)) or not gives_paths(look):
        yield from _walked(look)
    else:
        yield from _named_by_targets(look)


def placed(look: Look, containers: Iterable[str]) -> Iterator[Placed]:
    """Yield every account with its parent; `containers` are the IDs of the root and all OUs."""
    inside = list(containers)
    if look.walk or not gives_paths(look):
        yield from _inside(look, inside)
        return
    accounts = all_accounts(look)
    lost = [account for account in accounts if not account.get("Paths")]
    if len(lost) > len(inside):
        yield from _inside(look, inside)
        return
    parents = dict(zip((one["Id"] for one in lost), look.each(_parent(look), lost), strict=True))
    for account in accounts:
        parent = parents.get(account["Id"]) or steps(account["Paths"][0])[-2]
        yield Placed(account, parent)


def steps(path: str) -> tuple[str, ...]:
    """Return the IDs in a path of AWS's, from the root down: `o-…/r-…/ou-…/123456789012/`."""
    return tuple(step for step in path.split("/") if step)[1:]


def gives_paths(look: Look) -> bool:
    """Tell whether AWS tells accounts' paths, from the first page that has accounts."""
    return any(account.get("Paths") for account in _first_page(look)[0])


def all_accounts(look: Look) -> tuple[Any, ...]:
    """Return every account, the first page asked only once."""
    first, token = _first_page(look)
    if token is None:
        return tuple(first)
    return (*first, *look.items("Accounts", organizations("ListAccounts", NextToken=token)))


def _first_page(look: Look) -> tuple[list[Any], str | None]:
    token: str | None = None
    while True:
        asked = {"MaxResults": 20} | ({} if token is None else {"NextToken": token})
        answer = look.call(organizations("ListAccounts", **asked))
        token = answer.get("NextToken")
        if answer.get("Accounts") or token is None:
            return list(answer.get("Accounts", ())), token


def _walked(look: Look) -> Iterator[Unit]:
    level = [root_id(look)]
    while level:
        found = look.each(partial(_children, look), level)
        below = [unit for children in found for unit in children]
        yield from below
        level = [unit.id for unit in below]


def _children(look: Look, parent: str) -> list[Unit]:
    call = organizations("ListOrganizationalUnitsForParent", ParentId=parent)
    return [Unit(one["Id"], one["Name"], parent) for one in look.items("OrganizationalUnits", call)]


def _inside(look: Look, containers: list[str]) -> Iterator[Placed]:
    def ask(parent: str) -> tuple[Any, ...]:
        return look.items("Accounts", organizations("ListAccountsForParent", ParentId=parent))

    for parent, accounts in zip(containers, look.each(ask, containers), strict=True):
        for account in accounts:
            yield Placed(account, parent)


def _named_by_targets(look: Look) -> Iterator[Unit]:
    parents = dict(
        _parents(account["Paths"][0] for account in all_accounts(look) if account.get("Paths"))
    )
    known: set[str] = set()
    for names in _names(look):
        fresh = {given: name for given, name in names.items() if given not in known}
        known |= set(fresh)
        yield from _units(look, fresh, parents)
    unnamed = sorted({given for given in parents if given not in known})
    yield from _units(look, dict.fromkeys(unnamed, ""), {})


def _names(look: Look) -> Iterator[Mapping[str, str]]:
    """Yield names by ID: from AWS's own SCPs first, so that lonely OUs are asked for meanwhile."""
    for kind in scp(look):
        managed, customer = by_targets(listed(look, kind), kind)
        for group in (managed, customer):
            found = look.each(lambda one: targets(look, one["Id"]), group)
            yield {
                target["TargetId"]: target["Name"]
                for attached in found
                for target in attached
                if target["Type"] == "ORGANIZATIONAL_UNIT"
            }


def _units(look: Look, names: Mapping[str, str], parents: dict[str, str]) -> Iterator[Unit]:
    lonely = [given for given in names if given not in parents]
    described = look.each(partial(_described, look), lonely)
    yield from (unit for unit in described if unit is not None)
    yield from (
        Unit(given, name, parents[given]) for given, name in names.items() if given in parents
    )


def _described(look: Look, given: str) -> Unit | None:
    call = organizations("DescribeOrganizationalUnit", OrganizationalUnitId=given)
    answer = unless_gone(lambda: look.call(call))
    if answer is None:
        return None
    unit = answer["OrganizationalUnit"]
    path = unit.get("Path")
    parent = steps(path)[-2] if path else _parent(look)(unit)
    return Unit(given, unit["Name"], parent)


def _parent(look: Look) -> Any:
    def ask(child: Any) -> str:
        found = look.items("Parents", organizations("ListParents", ChildId=child["Id"]))
        return str(found[0]["Id"])

    return ask


def _parents(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each OU on the accounts' paths with its parent."""
    for path in {path.rstrip("/").rpartition("/")[0] for path in paths}:
        chain = steps(path)
        yield from zip(chain[1:], chain, strict=False)
