"""One target and what is attached to it, found with few calls whatever the organization's size."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.errors import UsageError
from govkit.kinds._documents import parsed
from govkit.kinds._listed import ALIVE
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import GUARDRAIL, tags_of
from govkit.model.address import ROOT, Address, account, escaped, ou, unescaped
from govkit.model.call import Api, organizations
from govkit.model.suggest import did_you_mean
from govkit.policies.document import statements
from govkit.policies.policy_type import PolicyType
from govkit.policies.types import policy_type

_ACCOUNT = re.compile(r"\d{12}")
_UNIT = re.compile(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}")
_ROOT = re.compile(r"r-[0-9a-z]{4,32}")
_SEVERAL = 30  # policies: as many as tell their tags within seconds (10 calls a second)


@dataclass(frozen=True, slots=True)
class Spot:
    """A target: AWS's ID of it, its address, and the policy types that are enabled."""

    id: str
    address: Address
    types: tuple[PolicyType, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A policy that is attached to a target."""

    id: str
    name: str
    type: PolicyType
    aws_managed: bool
    tags: Mapping[str, str]

    @property
    def address(self) -> Address:
        """Where it stands: under its guardrail's name, else under its ID."""
        name = self.name if self.aws_managed else self.tags.get(GUARDRAIL, self.id)
        return Address("policy", f"{self.type.key}/{name}")


def spot(api: Api, told: str) -> Spot:
    """Return the target that is meant: `/`, an OU's path, an account's name or e-mail, or an ID.

    A path is walked down, OU by OU; nothing beside it is read. UsageError where there is none.
    """
    (root,) = api.items("Roots", organizations("ListRoots"))
    types = tuple(
        policy_type(entry["Type"])
        for entry in root.get("PolicyTypes", ())
        if entry["Status"] in ALIVE
    )
    name = told.removeprefix("ou:").removeprefix("account:")
    if name == "/" or _ROOT.fullmatch(name):
        return Spot(str(root["Id"]), ROOT, types)
    if _UNIT.fullmatch(name):
        return Spot(name, Address("ou", name), types)
    given = name if _ACCOUNT.fullmatch(name) else None
    if given is None and ("@" not in name or name.startswith("/")):
        unit = _unit(api, str(root["Id"]), name)
        if unit is not None:
            return Spot(unit, ou(name), types)
    if given is None and "/" not in name:
        given = _account(api, name)
    if given is None:
        raise UsageError(
            "No such target",
            f"There is no {told} in the organization.",
            did_you_mean(name.strip("/"), {*_neighbours(api, str(root["Id"]), name)})
            or "Name an OU by its path from the root (/Workloads/Prod), an account by its ID.",
        )
    return Spot(given, account(given), types)


def _unit(api: Api, root: str, path: str) -> str | None:
    here = root
    for step in path.strip("/").split("/"):
        call = organizations("ListOrganizationalUnitsForParent", ParentId=here)
        below = api.items("OrganizationalUnits", call)
        found = next((one["Id"] for one in below if one["Name"] == unescaped(step)), None)
        if found is None:
            return None
        here = str(found)
    return here


def _neighbours(api: Api, root: str, told: str) -> Iterator[str]:
    """Yield what can have been meant: the OUs beside the step that is not there, and the accounts."""
    here, walked = root, ""
    for step in told.strip("/").split("/"):
        call = organizations("ListOrganizationalUnitsForParent", ParentId=here)
        below = {one["Name"]: str(one["Id"]) for one in api.items("OrganizationalUnits", call)}
        yield from (f"{walked}{escaped(name)}" for name in below)
        if unescaped(step) not in below:
            break
        here, walked = below[unescaped(step)], f"{walked}{step}/"
    if "/" not in told:
        for one in api.items("Accounts", organizations("ListAccounts")):
            yield from (str(one[key]) for key in ("Name", "Email") if one.get(key))


def _account(api: Api, told: str) -> str | None:
    """Return the account of that e-mail address, which is but one, or of that name, if but one."""
    everybody = api.items("Accounts", organizations("ListAccounts"))
    if "@" in told:
        word = told.lower()
        return next((str(one["Id"]) for one in everybody if one["Email"].lower() == word), None)
    found = [str(one["Id"]) for one in everybody if one.get("Name") == told]
    if len(found) > 1:
        raise UsageError(
            "Several accounts of that name",
            f"{told} is the name of {', '.join(found)}.",
            f"Name it by its ID: --from {found[0]}",
        )
    return found[0] if found else None


def policy_called(api: Api, told: str, types: Sequence[PolicyType]) -> str | None:
    """Return the ID of a policy of this name or ID, wherever it is attached; None where there is none."""
    for kind in types:
        for one in api.items("Policies", organizations("ListPolicies", Filter=kind.name)):
            if told in {one["Id"], one["Name"]}:
                return str(one["Id"])
    return None


def tagged(api: Api, told: str, types: Sequence[PolicyType], tag: str) -> tuple[Hold, ...]:
    """Return the customers' policies that bear a tag, wherever they are attached.

    Of those that can be meant: by their ID, their name, or a variant's name. Where there is none, all
    are asked, as a layout may have named the guardrail's policy otherwise; but not hundreds.
    """
    there = [
        (one, kind)
        for kind in types
        for one in api.items("Policies", organizations("ListPolicies", Filter=kind.name))
        if not one["AwsManaged"]
    ]
    named = [(one, kind) for one, kind in there if told in _words(one)]
    asked = named or (there if len(there) <= _SEVERAL else [])
    found = (
        Hold(one["Id"], one["Name"], kind, aws_managed=False, tags=tags_of(api, one["Id"]))
        for one, kind in asked
    )
    return tuple(one for one in found if tag in one.tags)


def _words(policy: Mapping[str, Any]) -> set[str]:
    return {policy["Id"], policy["Name"], policy["Name"].partition(".")[0]}


def holds(api: Api, at: Spot) -> tuple[Hold, ...]:
    """Return what is attached to the target itself; UsageError where AWS does not know it."""
    return tuple(_holds(api, at))


def _holds(api: Api, at: Spot) -> Iterator[Hold]:
    for kind in at.types:
        call = organizations("ListPoliciesForTarget", TargetId=at.id, Filter=kind.name)
        there = unless_gone(lambda call=call: [*api.items("Policies", call)])  # type: ignore[misc]  # mypy infers no type for a lambda's default
        if there is None:
            raise UsageError("No such target", f"AWS does not know {at.id}.")
        for one in there:
            managed = bool(one["AwsManaged"])
            tags = {} if managed else tags_of(api, one["Id"])
            yield Hold(one["Id"], one["Name"], kind, managed, tags)


def meant(there: Sequence[Hold], told: str, where: Address) -> Hold | None:
    """Return the policy that is meant: by its ID, its guardrail (and variant), or its name.

    None where nothing of the sort is attached; UsageError where several are.
    """
    for names in (_by_id, _by_tag, _by_guardrail, _by_name):
        found = [one for one in there if names(one) == told]
        if len(found) > 1:
            which = ", ".join(f"{one.name} ({one.id})" for one in found)
            raise UsageError(
                "Several policies are meant",
                f"{told} is on {where}: {which}.",
                f"Name one by its ID: govkit detach {found[0].id}",
            )
        if found:
            return found[0]
    return None


def above(api: Api, at: Spot) -> Iterator[Spot]:
    """Yield what stands above a target, nearest first, up to the root."""
    here = at.id
    while not here.startswith("r-"):
        (parent,) = api.items("Parents", organizations("ListParents", ChildId=here))
        here = str(parent["Id"])
        yield Spot(here, ROOT if here.startswith("r-") else Address("ou", here), at.types)


def _by_id(one: Hold) -> str:
    return one.id


def _by_tag(one: Hold) -> str:
    return one.tags.get(GUARDRAIL, "")


def _by_guardrail(one: Hold) -> str:
    return one.tags.get(GUARDRAIL, "").partition(".")[0]


def _by_name(one: Hold) -> str:
    return one.name


def allows(api: Api, one: Hold) -> bool:
    """Tell whether the policy allows anything; AWS's own do."""
    if one.aws_managed:
        return True
    answer: Any = api.call(organizations("DescribePolicy", PolicyId=one.id))
    document = parsed(answer["Policy"]["Content"], one.type.grammar)
    return any(each.value.get("Effect") == "Allow" for each in statements(document))
