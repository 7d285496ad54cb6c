"""Which live OUs are which listed ones: by ID, by path, or by the path that they had before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from govkit.model.address import Address, ou, parent_path
from govkit.model.call import Ids
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Recognition
from govkit.model.state import State
from govkit.model.wanted import Claim, Wanted

_NOBODY = Claim()


def recognise(wanted: Wanted, live: State, ids: Ids) -> Recognition:
    """Return what live OUs are called in the layout; children follow a renamed parent.

    An old path counts only where the new one is absent, and only within one parent: AWS cannot
    re-parent an OU.
    """
    there = frozenset(one.address for one in live if one.address.kind == "ou")
    search = _Search(wanted, there, ids)
    for address in sorted(_listed(wanted), key=lambda one: (one.path.count("/"), one.path)):
        search.settle(address)
    names = {old: new for new, old in search.places.items() if old != new}
    return Recognition({**_followers(there, names), **names}, tuple(sorted(search.findings)))


def _listed(wanted: Wanted) -> Iterator[Address]:
    yield from (one.address for one in wanted.state if one.address.kind == "ou")
    yield from (address for address in wanted.absent if address.kind == "ou")


@dataclass(slots=True)
class _Search:
    """Finds listed OUs from the top down; `places` says where each one is now."""

    wanted: Wanted
    there: frozenset[Address]
    ids: Ids
    places: dict[Address, Address] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def settle(self, address: Address) -> None:
        claim = self.wanted.claims.get(address, _NOBODY)
        here = self._now(address)
        if claim.id is not None:
            self._by_id(address, claim.id, here)
        elif here in self.there and claim.was is not None:
            self.places[address] = here
            self._both(address, claim)
        elif here in self.there:
            self.places[address] = here
        elif claim.was is not None:
            self._renamed(address, claim, here)

    def _now(self, address: Address) -> Address:
        """Return where the OU would be now: under the place where its parent is now."""
        above = ou(parent_path(address.path))
        if above.kind != "ou":
            return address
        parent = self.places.get(above) or self._now(above)
        return ou(f"{parent.path}/{address.path.rpartition('/')[2]}")

    def _by_id(self, address: Address, given: str, here: Address) -> None:
        old = self.ids.address(given)
        if old is None or old not in self.there:
            self._complain(
                address, f"OU {address.path} is {given}, which the organization does not have."
            )
        elif parent_path(old.path) != parent_path(here.path):
            self._complain(
                address,
                f"{given} is {old.path}, and AWS cannot move it to {address.path}.",
                "Give it back its parent, or write was: and reparent: true instead of id:.",
            )
        else:
            self.places[address] = old

    def _both(self, address: Address, claim: Claim) -> None:
        """Complain of the old OU beside the new one, unless it is just making way for that.

        Where the old one is gone, the line has done its work.
        """
        old = ou(claim.was or "")
        listed = self._listed(old)
        if not listed and self.there.isdisjoint({old, self._now(old)}):
            self.findings.append(
                Finding(
                    "GK206",
                    Severity.NOTE,
                    str(address),
                    f"OU {address.path} was {old.path}, and is renamed already.",
                    "Remove was:, the line has done its work.",
                    self.wanted.origin(address),
                )
            )
        making_way = claim.reparent and parent_path(old.path) != parent_path(address.path)
        if old != address and old in self.there and not listed and not making_way:
            self._complain(
                address,
                f"OU {address.path} was {old.path}, and both are there.",
                f"Remove was:, and list {old.path} or let it be absent.",
            )

    def _renamed(self, address: Address, claim: Claim, here: Address) -> None:
        old = self._old_place(claim)
        if old is None:
            return
        if parent_path(old.path) == parent_path(here.path):
            self.places[address] = old
        elif not claim.reparent:
            self._complain(
                address,
                f"OU {address.path} was {old.path}, under another parent. AWS cannot re-parent an "
                "OU: it takes a new one with a new ID, and the accounts move over.",
                "Write reparent: true to do that.",
            )

    def _old_place(self, claim: Claim) -> Address | None:
        """Return where the old path stands now: as written, or below a parent that was renamed."""
        old = ou(claim.was or "")
        for place in (old, self._now(old), *self._below_renamed(old)):
            if place in self.there and place not in self.places.values():
                listed = old in self.wanted.state or old in self.wanted.absent
                return None if listed else place
        return None

    def _below_renamed(self, old: Address) -> Iterator[Address]:
        """Yield the old path below a parent that has its new name already: a run was killed there."""
        for above, claim in self.wanted.claims.items():
            now = self.places.get(above)
            if above.kind != "ou" or claim.was is None or now is None:
                continue
            was = ou(claim.was).path
            place = ou(now.path + old.path.removeprefix(was))
            if old.path.startswith(f"{was}/") and not self._listed(place):
                yield place

    def _listed(self, place: Address) -> bool:
        return place in self.wanted.state or place in self.wanted.absent

    def _complain(self, address: Address, message: str, hint: str = "") -> None:
        self.findings.append(
            Finding(
                "GK201",
                Severity.ERROR,
                str(address),
                message,
                hint,
                self.wanted.origin(address),
            )
        )


def _followers(
    there: frozenset[Address], names: Mapping[Address, Address]
) -> dict[Address, Address]:
    """Return the other names of OUs that nobody lists below those that have one."""
    if not names:
        return {}
    moved: dict[Address, Address] = {}
    for address in there:
        steps = address.path.split("/")
        for count in range(len(steps) - 1, 1, -1):
            above = ou("/".join(steps[:count]))
            if above in names:
                rest = "/".join(steps[count:])
                moved[address] = ou(f"{names[above].path}/{rest}")
                break
    return moved
