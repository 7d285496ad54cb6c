"""What a change of many chains does to their accounts: equal chains are compared once."""

from collections.abc import Mapping
from dataclasses import dataclass

from govkit.access.chain import Chain
from govkit.access.difference import Change, Difference, difference


@dataclass(frozen=True, slots=True)
class Affected:
    """Accounts whose old chains are equal, and so are their new ones, and what becomes of them."""

    accounts: tuple[str, ...]
    difference: Difference


def affected(chains: Mapping[str, tuple[Chain, Chain]]) -> tuple[Affected, ...]:
    """Group accounts by their old and new chains; those for which nothing changes are left out.

    Witnesses name levels and policies as the first account of a group has them.
    """
    groups: dict[tuple[Chain, Chain], list[str]] = {}
    for account, (old, new) in chains.items():
        if old != new:
            groups.setdefault((old, new), []).append(account)
    found = (
        Affected(tuple(accounts), difference(old, new)) for (old, new), accounts in groups.items()
    )
    return tuple(one for one in found if one.difference.change is not Change.EQUAL)


def together(changes: Mapping[str, Change]) -> Change:
    """Return what changes of several chains come to."""
    found = set(changes.values()) - {Change.EQUAL}
    if Change.BOTH in found or {Change.WEAKENS, Change.STRENGTHENS} <= found:
        return Change.BOTH
    if Change.UNKNOWN in found:
        return Change.UNKNOWN
    return found.pop() if found else Change.EQUAL
