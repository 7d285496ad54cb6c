"""Every policy above one account, found with few calls whatever the organization's size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from govkit.kinds._documents import parsed
from govkit.kinds._grip import Hold, Spot, holds, spot
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, organizations
from govkit.policies.document import Document


@dataclass(frozen=True, slots=True)
class Rung:
    """A target above an account, or the account itself, with what is attached to it."""

    target: Spot
    holds: tuple[Hold, ...]


def ladder(api: Api, account: str) -> tuple[Rung, ...]:
    """Return the chain of an account, the root first; UsageError where there is no such account."""
    at = spot(api, account)
    found = [at]
    while not found[-1].id.startswith("r-"):
        call = organizations("ListParents", ChildId=found[-1].id)
        (parent,) = api.items("Parents", call)
        given = str(parent["Id"])
        where = ROOT if given.startswith("r-") else Address("ou", given)
        found.append(Spot(given, where, at.types))
    return tuple(Rung(one, holds(api, one)) for one in reversed(found))


def every(rungs: tuple[Rung, ...]) -> Iterator[tuple[Hold, Spot]]:
    """Yield every policy of a chain once, with the highest target that it is attached to."""
    seen: set[str] = set()
    for rung in rungs:
        for hold in rung.holds:
            if hold.id not in seen:
                seen.add(hold.id)
                yield hold, rung.target


def document_of(api: Api, hold: Hold) -> Document:
    """Return what a policy says."""
    answer: Any = api.call(organizations("DescribePolicy", PolicyId=hold.id))
    return parsed(answer["Policy"]["Content"], hold.type.grammar)
