"""One account's chain, wherever it is read: from AWS, from a snapshot, or from the layout alone."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.errors import UsageError
from govkit.flow.compare import Bank, Question
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.layout.read import read
from govkit.live.one_chain import Attached, Ladder, Organization, Reader, Rung
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Api, Ids, Interest
from govkit.model.state import State
from govkit.model.suggest import did_you_mean
from govkit.model.wanted import Wanted
from govkit.policies.document import Document
from govkit.policies.paths import tokens, with_paths

ID_LENGTH = 12
NO_ID = "000000000000"  # of an account that is yet to be created
_FULL_ACCESS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_AWS_OWN = Attached("p-FullAWSAccess", "FullAWSAccess", aws_managed=True, document=_FULL_ACCESS)


@dataclass(slots=True)
class Source:
    """Where chains are read; `wanted` is the layout, where there is one."""

    wanted: Wanted | None
    organization: Organization
    ladder: Callable[[str, tuple[str, ...]], Ladder]
    unit: Callable[[str, tuple[str, ...]], Ladder]
    identify: Callable[[str, Collection[str]], str]
    holds: Callable[[str], bool]
    tags: Callable[[str], Mapping[str, str]] = field(default=lambda _: {})
    calls: Callable[[], int] = field(default=lambda: 0)

    def account(self, named: str, known: Collection[str] = ()) -> str:
        """Return the ID of an account named by key, ID, e-mail address or name.

        UsageError where there is none; `known` are what else may have been meant.
        """
        key = account(named)
        if self.wanted is not None and key in self.wanted.state:
            claim = self.wanted.claims.get(key)
            if claim is not None and claim.id is not None:
                return claim.id
            one = self.wanted.state.get(key)
            email = claim.email if claim else None
            name = one.name if isinstance(one, Account) else None
            return self.identify(email or name or named, ())
        if len(named) == ID_LENGTH and named.isdecimal():
            return named
        keys = [one.path for one in self.wanted.claims] if self.wanted is not None else []
        return self.identify(named, {*keys, *known})

    def key(self, given: str) -> str | None:
        """Return the layout's key of an account."""
        claims = self.wanted.claims.items() if self.wanted is not None else ()
        return next((at.path for at, claim in claims if claim.id == given), None)


def from_aws(question: Question, api: Api) -> Source:
    """Return the source that asks AWS, for one chain at a time."""
    wanted = read(question.layout, today=question.today) if question.layout.exists() else None
    reader = Reader(api)
    organization = reader.organization()
    return Source(
        wanted,
        organization,
        lambda given, layers: reader.ladder(given, layers, organization),
        lambda path, layers: reader.unit(path, layers, organization),
        reader.account,
        reader.holds,
        reader.tags,
        lambda: reader.calls,
    )


def from_snapshot(question: Question, bank: Bank) -> Source:
    """Return the source that looks into a whole state that somebody saved."""
    wanted = read(question.layout, today=question.today) if question.layout.exists() else None
    live = bank(wanted.interest if wanted is not None else Interest())
    return _of_state(wanted, live.state, live.ids, full_access=False)


def from_layout(question: Question) -> Source:
    """Return the source that knows nothing but the layout."""
    wanted = read(question.layout, today=question.today)
    given = {at: claim.id for at, claim in wanted.claims.items() if claim.id is not None}
    return _of_state(wanted, wanted.state, Ids(given), full_access=True)


def _of_state(wanted: Wanted | None, state: State, ids: Ids, *, full_access: bool) -> Source:
    standing = _Standing(wanted, state, ids, full_access)
    return Source(
        wanted,
        standing.organization(),
        standing.ladder,
        standing.unit,
        standing.identify,
        standing.holds,
        standing.tags,
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """A state in which chains are looked up; `full_access`: AWS's own SCP is on everything in it."""

    wanted: Wanted | None
    state: State
    ids: Ids
    full_access: bool

    def organization(self) -> Organization:
        root = self.state.get(ROOT)
        if isinstance(root, Root) and root.organization:
            return Organization(root.organization, root.management_account, "aws")
        told = self.wanted
        known = (told.organization, told.management_account) if told else (None, None)
        return Organization(known[0] or "o-organization", known[1] or "", "aws")

    def identify(self, named: str, known: Collection[str]) -> str:
        for one in self.state.all(Account):
            if named in {one.address.path, one.name, one.email}:
                return self.ids.get(one.address) or NO_ID
        keys = {one.address.path for one in self.state.all(Account)}
        guess = did_you_mean(named, {*keys, *known})
        raise UsageError("Which account?", f"No account is {named}.", guess or "Give its ID.")

    def holds(self, given: str) -> bool:
        return isinstance(self.state.get(self._address(given)), Account)

    def _address(self, given: str) -> Address:
        return self.ids.address(given) or account(given)

    def ladder(self, given: str, layers: tuple[str, ...]) -> Ladder:
        address = self._address(given)
        found = self.state.get(address)
        if not isinstance(found, Account):
            raise UsageError("Which account?", f"No account is {given} in what was looked at.")
        rungs = self._rungs([address, found.parent], layers)
        return Ladder(given, found.name or address.path, self._path(found.parent), rungs)

    def unit(self, path: str, layers: tuple[str, ...]) -> Ladder:
        address = ou(path)
        if address != ROOT and address not in self.state:
            there = {one.address.path for one in self.state.all(OrganizationalUnit)}
            guess = did_you_mean(address.path, there)
            raise UsageError("Which OU?", f"What was looked at has no OU {path}.", guess)
        return Ladder("", address.path, self._path(address), self._rungs([address], layers))

    def _rungs(self, path: list[Address], layers: tuple[str, ...]) -> dict[str, tuple[Rung, ...]]:
        while isinstance(unit := self.state.get(path[-1]), OrganizationalUnit):
            path.append(unit.parent)
        return {layer: tuple(self._rung(layer, one) for one in reversed(path)) for layer in layers}

    def tags(self, policy: str) -> Mapping[str, str]:
        for one in self.state.all(Policy):
            if policy in {self.ids.get(one.address), one.address.path} and one.guardrail:
                return {"govkit:guardrail": one.guardrail, "govkit:layout": one.layout or ""}
        return {}

    def _rung(self, layer: str, target: Address) -> Rung:
        held = [
            one
            for attachment in self.state.all(Attachment)
            if attachment.target == target and attachment.policy.path.startswith(f"{layer}/")
            if isinstance(one := self.state.get(attachment.policy), Policy)
        ]
        policies = [
            Attached(
                self.ids.get(one.address) or one.address.path,
                one.name,
                one.aws_managed,
                self._document(one.document),
            )
            for one in held
        ]
        refused = self.wanted is not None and self.wanted.full_access.get(target) is False
        if layer == "scp" and self.full_access and not refused:
            policies.append(_AWS_OWN)
        name = target.path if target.kind != "account" else f"account {target.path}"
        return Rung(self.ids.get(target) or str(target), name, tuple(policies))

    def _document(self, document: Document) -> dict[str, Any]:
        return with_paths(document, {path: self._path_of(path) for path in tokens(document)}).value

    def _path_of(self, path: str) -> str:
        return self._path(ou(path))

    def _path(self, unit: Address) -> str:
        """Return an OU's path of IDs; what has no ID yet stands in it by its name."""
        found = self.state.get(unit)
        if isinstance(found, OrganizationalUnit):
            own = self.ids.get(unit) or unit.path.rpartition("/")[2]
            return f"{self._path(found.parent)}/{own}"
        return f"{self.organization().id}/{self.ids.get(ROOT) or 'r-root'}"
