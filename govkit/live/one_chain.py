"""Reads one account's chain of SCPs or RCPs, and nothing else: a few calls, however large the organization."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.errors import UsageError
from govkit.kinds._documents import managed
from govkit.kinds._refusals import unless_gone
from govkit.model.address import escaped
from govkit.model.call import Api, ApiCall, Response, organizations
from govkit.model.suggest import did_you_mean
from govkit.policies.canonical import Grammar
from govkit.policies.document import DocumentError, read

_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A policy as AWS holds it."""

    id: str
    name: str
    aws_managed: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rung:
    """The root, an OU or the account, with the policies of one type attached to it."""

    id: str
    name: str
    policies: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Organization:
    """What DescribeOrganization says of where we are."""

    id: str
    management_account: str
    partition: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """One account's chain, the root first; `path` is AWS's path of the account's parent."""

    account: str
    name: str
    path: str
    layers: dict[str, tuple[Rung, ...]]

    def binds(self, layer: str) -> bool:
        """Tell whether there is a chain of a type at all.

        AWS keeps an SCP on the root wherever the type is enabled. RCPFullAWSAccess is not told by
        a layout, nor by a saved state: there any RCP shows that RCPs are enabled.
        """
        rungs = self.layers[layer]
        return any(rung.policies for rung in (rungs if layer == "rcp" else rungs[:1]))


@dataclass(slots=True)
class Reader:
    """Asks AWS what concerns one chain; `calls` counts how often."""

    api: Api
    calls: int = 0
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def organization(self) -> Organization:
        """Return which organization this is."""
        found = self._call(organizations("DescribeOrganization"))["Organization"]
        arn = str(found.get("Arn", "arn:aws:"))
        return Organization(found["Id"], found["MasterAccountId"], arn.split(":")[1])

    def account(self, named: str, known: Collection[str] = ()) -> str:
        """Return the ID of an account that is named by its e-mail address or its name in AWS.

        UsageError where it is not one, with what was meant: of those in AWS, and of other names `known`.
        """
        there = [*self._items("Accounts", organizations("ListAccounts"))]
        found = [
            one["Id"]
            for one in there
            if named.lower() in {str(one.get("Email")).lower(), str(one.get("Name")).lower()}
        ]
        if len(found) == 1:
            return str(found[0])
        if found:
            told = f"{len(found)} accounts are called {named}."
            raise UsageError("Which account?", told, f"Give its ID, one of: {', '.join(found)}.")
        names = {str(one[key]) for one in there for key in ("Name", "Email") if one.get(key)}
        guess = did_you_mean(named, {*names, *known})
        raise UsageError("Which account?", f"No account is {named}.", guess or "Give its ID.")

    def holds(self, account: str) -> bool:
        """Tell whether the organization has an account of this ID."""
        return self._about(account) is not None

    def _about(self, account: str) -> Mapping[str, Any] | None:
        call = organizations("DescribeAccount", AccountId=account)
        found = unless_gone(lambda: self._call(call))
        return None if found is None else found["Account"]

    def ladder(self, account: str, layers: Iterable[str], organization: Organization) -> Ladder:
        """Return the chain of an account: what is attached to it and to everything above it."""
        about = self._about(account)
        if about is None:
            raise UsageError("Which account?", f"The organization has no account {account}.")
        name = str(about.get("Name") or account)
        targets = [(account, name), *self._above(account)]
        targets.reverse()
        found = {layer: tuple(self._rung(layer, one) for one in targets) for layer in layers}
        path = "/".join([organization.id, *(given for given, _ in targets[:-1])])
        return Ladder(account, name, path, found)

    def unit(self, path: str, layers: Iterable[str], organization: Organization) -> Ladder:
        """Return the chain of whoever lives in an OU, which is given by its path from the root."""
        targets = [(str(self._items("Roots", organizations("ListRoots"))[0]["Id"]), "/")]
        for step in filter(None, path.split("/")):
            name = step.replace("~1", "/").replace("~0", "~")
            call = organizations("ListOrganizationalUnitsForParent", ParentId=targets[-1][0])
            below = {
                one["Name"]: str(one["Id"]) for one in self._items("OrganizationalUnits", call)
            }
            above = targets[-1][1].rstrip("/")
            if name not in below:
                guess = did_you_mean(
                    f"{above}/{step}", {f"{above}/{escaped(one)}" for one in below}
                )
                raise UsageError("Which OU?", f"The organization has no OU {path}.", guess)
            targets.append((below[name], f"{above}/{step}"))
        rungs = {layer: tuple(self._rung(layer, one) for one in targets) for layer in layers}
        within = "/".join([organization.id, *(given for given, _ in targets)])
        return Ladder("", targets[-1][1], within, rungs)

    def tags(self, policy: str) -> dict[str, str]:
        """Return a policy's tags."""
        if policy not in self._tags:
            call = organizations("ListTagsForResource", ResourceId=policy)
            self._tags[policy] = {one["Key"]: one["Value"] for one in self._items("Tags", call)}
        return self._tags[policy]

    def _above(self, child: str) -> list[tuple[str, str]]:
        """Return the OUs above an account, nearest first, and the root, by ID and name."""
        found: list[tuple[str, str]] = []
        here = child
        while not here.startswith("r-"):
            (parent,) = self._items("Parents", organizations("ListParents", ChildId=here))
            here = str(parent["Id"])
            if parent["Type"] == "ROOT":
                found.append((here, "/"))
                break
            call = organizations("DescribeOrganizationalUnit", OrganizationalUnitId=here)
            found.append((here, str(self._call(call)["OrganizationalUnit"]["Name"])))
        return _with_paths(found)

    def _rung(self, layer: str, target: tuple[str, str]) -> Rung:
        call = organizations("ListPoliciesForTarget", TargetId=target[0], Filter=_TYPES[layer])
        policies = [
            Attached(one["Id"], one["Name"], bool(one["AwsManaged"]), self._document(one["Id"]))
            for one in self._items("Policies", call)
        ]
        return Rung(*target, tuple(sorted(policies, key=lambda one: one.id)))

    def _document(self, policy: str) -> dict[str, Any]:
        if policy not in self._documents and (known := managed(policy, Grammar.IAM)) is not None:
            self._documents[policy] = known.value
        if policy not in self._documents:
            call = organizations("DescribePolicy", PolicyId=policy)
            self._documents[policy] = _parsed(str(self._call(call)["Policy"]["Content"]))
        return self._documents[policy]

    def _call(self, call: ApiCall) -> Response:
        self.calls += 1
        return self.api.call(call)

    def _items(self, key: str, call: ApiCall) -> list[Any]:
        self.calls += 1
        return list(self.api.items(key, call))


def _with_paths(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return OUs, nearest first, with their paths from the root in place of their names."""
    path, named = "", []
    for given, name in reversed(found):
        if name == "/":
            named.append((given, "/"))
        else:
            path = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            named.append((given, path))
    return list(reversed(named))


def _parsed(text: str) -> dict[str, Any]:
    try:
        return read(text)
    except DocumentError:  # what AWS holds and is no document says nothing
        return {}
