"""Organizational units: the tree below the root."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from govkit.kinds._full_access import brought
from govkit.kinds._interest import Listed
from govkit.kinds._refusals import unless_gone
from govkit.kinds._renames import recognise
from govkit.kinds._tags import LAYOUT, as_list, tags_if_allowed
from govkit.kinds._tree import Unit, steps, units
from govkit.model.address import ROOT, Address, escaped, ou
from govkit.model.call import Api, ApiCall, Ids, Look, Response, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class OrganizationalUnit:
    """An OU. `layout` is the owner's name where it was read or is about to be written."""

    address: Address
    name: str
    parent: Address
    layout: str | None = field(default=None, compare=False)

    @property
    def needs(self) -> tuple[Address, ...]:
        """Its parent."""
        return (self.parent,)


def _read(look: Look) -> Iterable[Found[OrganizationalUnit]]:
    root = look.found("root")[0].id
    found = list(_addressed({unit.id: unit for unit in units(look)}, root))
    owners = _owners(look, found)
    return [
        replace(one, resource=replace(one.resource, layout=owners.get(one.id))) for one in found
    ]


def _addressed(by_id: Mapping[str, Unit], root: str | None) -> Iterator[Found[OrganizationalUnit]]:
    addresses: dict[str, Address] = {} if root is None else {root: ROOT}

    def address(given: str) -> Address:
        if given not in addresses:
            unit = by_id.get(given)
            above = address(unit.parent) if unit else ROOT
            # An OU that went away while we looked is named by its ID.
            addresses[given] = below(above, unit.name if unit else given)
        return addresses[given]

    for given, unit in by_id.items():
        yield Found(OrganizationalUnit(address(given), unit.name, address(unit.parent)), given)


def below(parent: Address, name: str) -> Address:
    """Return the address of an OU by its parent's and its own name."""
    return ou(f"{parent.path.rstrip('/')}/{escaped(name)}")


def _owners(look: Look, found: Iterable[Found[OrganizationalUnit]]) -> Mapping[Any, str | None]:
    listed = Listed(look.interest.ous)
    unlisted = [
        one.id
        for one in found
        if one.id is not None and not listed.has(one.resource.address.path, one.id)
    ]
    if len(unlisted) > Listed.FEW:
        return {}
    tags = tags_if_allowed(look, unlisted, "the unlisted OUs")
    return {given: own.get(LAYOUT) for given, own in tags.items()}


def _glance(unit: OrganizationalUnit, api: Api, ids: Ids) -> Found[OrganizationalUnit] | None:
    given = ids.get(unit.address)
    if given is None:
        return _child(unit, api, ids)
    call = organizations("DescribeOrganizationalUnit", OrganizationalUnitId=given)
    answer = unless_gone(lambda: api.call(call))
    if answer is None:
        return None
    described = answer["OrganizationalUnit"]
    parent = ids.address(_parent(described, api)) or unit.parent
    return Found(replace(unit, name=described["Name"], parent=parent), given)


def _child(unit: OrganizationalUnit, api: Api, ids: Ids) -> Found[OrganizationalUnit] | None:
    """Find an OU by its name under its parent: its own ID may have been lost with an answer."""
    parent = ids.get(unit.parent)
    if parent is None:
        return None
    call = organizations("ListOrganizationalUnitsForParent", ParentId=parent)
    children = unless_gone(lambda: list(api.items("OrganizationalUnits", call))) or []
    same = [child["Id"] for child in children if child["Name"] == unit.name]
    return Found(unit, same[0]) if same else None


def _parent(described: Mapping[str, Any], api: Api) -> str:
    if path := described.get("Path"):
        return steps(path)[-2]
    found = next(api.items("Parents", organizations("ListParents", ChildId=described["Id"])))
    return str(found["Id"])


def _lower(change: Change[OrganizationalUnit], ids: Ids) -> Iterator[ApiCall]:
    unit = change.subject
    match change.action:
        case Action.CREATE:
            tags = as_list({LAYOUT: unit.layout})
            yield organizations(
                "CreateOrganizationalUnit",
                ParentId=ids.or_unknown(unit.parent),
                Name=unit.name,
                **({"Tags": tags} if tags else {}),
            )
        case Action.UPDATE if change.before is not None and change.before.name != unit.name:
            yield organizations(
                "UpdateOrganizationalUnit",
                OrganizationalUnitId=ids.or_unknown(unit.address),
                Name=unit.name,
            )
        case Action.DELETE:
            yield organizations(
                "DeleteOrganizationalUnit", OrganizationalUnitId=ids.or_unknown(unit.address)
            )
        case _:
            return


def _learn(change: Change[OrganizationalUnit], answer: Response) -> Mapping[Address, str]:
    if change.action is not Action.CREATE:
        return {}
    return {change.address: answer["OrganizationalUnit"]["Id"]}


def _meet(
    wanted: OrganizationalUnit | None, live: OrganizationalUnit | None
) -> tuple[OrganizationalUnit | None, OrganizationalUnit | None]:
    if wanted is not None and live is not None:
        wanted = replace(wanted, layout=live.layout)
    return wanted, live


_READS = (
    "organizations:ListRoots",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListParents",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListTagsForResource",
)
_WRITES = (
    "organizations:CreateOrganizationalUnit",
    "organizations:UpdateOrganizationalUnit",
    "organizations:DeleteOrganizationalUnit",
    "organizations:TagResource",
)

KIND = Kind(
    name="ou",
    noun="OU",
    resource=OrganizationalUnit,
    read=_read,
    glance=_glance,
    lower=_lower,
    brings=brought,
    learn=_learn,
    recognise=recognise,
    meet=_meet,
    reads=_READS,
    writes=lambda _: _WRITES,
)
