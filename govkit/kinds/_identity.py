"""Which live accounts are which listed ones: by ID, by written e-mail, or by the tag of a creation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from govkit.model.address import Address, account
from govkit.model.call import Ids
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Recognition
from govkit.model.state import State
from govkit.model.wanted import Claim, Wanted

_NEAREST = 3


def recognise(wanted: Wanted, live: State, ids: Ids) -> Recognition:  # noqa: ARG001 - accounts stand under their IDs
    """Return which account is meant by each key, and say so where none or several are."""
    search = _Search(wanted, live)
    for address in sorted(one.address for one in wanted.state if one.address.kind == "account"):
        search.settle(address)
    return Recognition(
        {old: new for old, new in search.taken.items() if old != new}, tuple(search.findings)
    )


@dataclass(slots=True)
class _Search:
    wanted: Wanted
    live: State
    taken: dict[Address, Address] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _by_email: dict[str, Address] = field(default_factory=dict)
    _by_key: dict[str, Address] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self._accounts():
            self._by_email[str(one.email).lower()] = one.address
            if one.layout == self.wanted.layout and one.key is not None:
                self._by_key[one.key] = one.address

    def settle(self, address: Address) -> None:
        claim = self.wanted.claims.get(address, Claim())
        found = self._found(address, claim)
        if found is None:
            self._missing(address, claim)
        elif found in self.taken:
            other = self.taken[found].path
            self._complain(address, f"{address.path} and {other} are both account {found.path}.")
        else:
            self.taken[found] = address
            self._same_email(address, claim, found)

    def _found(self, address: Address, claim: Claim) -> Address | None:
        if claim.id is not None:
            found = account(claim.id)
            return found if found in self.live else None
        if claim.email is not None and claim.email.lower() in self._by_email:
            return self._by_email[claim.email.lower()]
        for key in (address.path, claim.was):
            if key is not None and key in self._by_key:
                return self._by_key[key]
        return None

    def _missing(self, address: Address, claim: Claim) -> None:
        if claim.id is not None:
            self._complain(
                address,
                f"Account {address.path} is {claim.id}, which the organization does not have.",
            )
        elif claim.create:
            self._taken_email(address, claim)
        else:
            near = ", ".join(self._nearest(address, claim))
            self._complain(
                address,
                f"No account of the organization is {address.path}."
                + (f" The nearest are {near}." if near else ""),
                "Write its id, or create: true to let it be created.",
            )

    def _taken_email(self, address: Address, claim: Claim) -> None:
        """Defaults never identify: whose e-mail address a creation would take must be said."""
        holder = self._by_email.get(str(claim.new_email).lower())
        if holder is not None:
            self._complain(
                address,
                f"Account {address.path} would be created as {claim.new_email}, which is account "
                f"{holder.path}'s e-mail address.",
                f'If that is the one, write its id: "{holder.path}".',
            )

    def _same_email(self, address: Address, claim: Claim, found: Address) -> None:
        live: Any = self.live.get(found)
        if claim.email is not None and claim.email.lower() != str(live.email).lower():
            self._complain(
                address,
                f"Account {address.path} has another e-mail address than the layout says. "
                "AWS changes it only with a code that it sends to the new address.",
                "Change it in the console, or correct the layout.",
            )

    def _nearest(self, address: Address, claim: Claim) -> Iterator[str]:
        words: dict[str, Address] = {}
        for one in self._accounts():
            if one.address not in self.taken:
                words |= {_plain(word): one.address for word in (one.name, one.email) if word}
        shown: Mapping[Address, Any] = self.live.by_address
        asked = [_plain(word) for word in (claim.email, address.path) if word]
        found = [
            words[near]
            for word in asked
            for near in get_close_matches(word, words, _NEAREST, cutoff=0.6)
        ]
        for place in dict.fromkeys(found):
            yield f"{place.path} ({shown[place].name})"

    def _accounts(self) -> Iterator[Any]:
        yield from (one for one in self.live if one.address.kind == "account")

    def _complain(self, address: Address, message: str, hint: str = "") -> None:
        origin = self.wanted.origin(address)
        self.findings.append(Finding("GK202", Severity.ERROR, str(address), message, hint, origin))


def _plain(word: str) -> str:
    return word.lower().replace(" ", "-")
