"""Whom a layout's guardrails are asked about: its accounts, where they stand, and what requests know of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from govkit.access.asking import Party
from govkit.kinds._chains import Chains, names_real_paths, stand_in
from govkit.kinds.account import Account
from govkit.kinds.policy import Policy
from govkit.layout.draft import Draft
from govkit.layout.exemptions import Excused
from govkit.layout.fences import is_below
from govkit.layout.rails import partition
from govkit.model.address import Address, account, ou
from govkit.model.state import State
from govkit.policies.document import Document

NEW_ACCOUNT = "000000000000"  # AWS gives no such ID, so no policy names it


@dataclass(frozen=True, slots=True)
class Population:
    """The accounts of a layout. `paths_known` is False where documents name OUs by AWS's IDs."""

    state: State
    homes: Mapping[Address, str]
    ids: Mapping[Address, str]
    unbound: frozenset[Address]
    bare: frozenset[Address]
    organization: str | None
    partition: str
    paths_known: bool

    def chains(self, instead: Mapping[Address, Document] | None = None) -> Chains:
        """Return the chains above the accounts; some documents may be replaced by others."""
        return Chains(
            self.state, instead=instead, bare=self.bare.__contains__, unbound=self.unbound
        )

    def below(self, path: str | None, key: str | None) -> tuple[Address, ...]:
        """Return one account, those below an OU, or all; for an empty OU one that is yet to come."""
        if key is not None:
            return (account(key),)
        top = path or "/"
        found = tuple(one for one, home in sorted(self.homes.items()) if is_below(home, top))
        return found or (ou(top),)

    def name(self, one: Address) -> str:
        """Return how reports call an account."""
        return one.path if one.kind == "account" else f"a new account in {one.path}"

    def id(self, one: Address) -> str:
        """Return the ID of an account, or one that no account has."""
        return self.ids.get(one, NEW_ACCOUNT)

    def party(self, one: Address) -> Party:
        """Return what a request knows of an account of the layout."""
        home = self.homes.get(one, one.path)
        paths = (f"{stand_in(home)}/",) if self.paths_known else None
        return Party(self.id(one), self.organization, paths)

    def meant(self, text: str | None, otherwise: Address) -> tuple[Address | None, Party]:
        """Return the account of a key or ID, with what requests know of it; None where it is not ours."""
        if text is None:
            return otherwise, self.party(otherwise)
        one = account(text) if account(text) in self.homes else self._known(text)
        return one, Party(text) if one is None else self.party(one)

    def _known(self, given: str) -> Address | None:
        return next((one for one, known in self.ids.items() if known == given), None)

    def is_meant(self, one: Address, way: Excused) -> bool:
        """Tell whether an exemption names an account, its OU, or principals in it."""
        subjects, given = way.subjects, self.id(one)
        home = self.homes.get(one, one.path)
        return (
            given in subjects.accounts
            or any(is_below(home, path) for path in subjects.ous)
            or any(arn.split(":")[4] in (given, "*") for arn in subjects.principals)
        )


def population(draft: Draft) -> Population:
    """Return the accounts of a layout whose guardrails are rendered."""
    head, state = draft.sections.head, State(draft.resources.values())
    accounts = draft.sections.accounts
    ids = {account(key): one.value.id for key, one in accounts.items() if one.value.id}
    management = head.organization.management_account
    return Population(
        state,
        {one.address: one.parent.path for one in state.all(Account)},
        ids,
        frozenset(one for one, given in ids.items() if given == management),
        frozenset(target for target, attached in draft.full_access.items() if not attached),
        head.organization.id,
        partition(head),
        not names_real_paths(one.document for one in state.all(Policy)),
    )
