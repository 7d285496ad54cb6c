"""Finding what the layout names in one account: looked for there alone, by its name."""

from collections.abc import Iterator
from typing import Any

from govkit.kinds._places import Spot
from govkit.model.call import Look, Place
from govkit.model.scope import Named


def named(look: Look, kind: str) -> Iterator[tuple[Named, Spot]]:
    """Yield the things of a kind that the layout names, each with the place in which to look.

    What stands in an account that is not there (yet) is left out: neither can it be.
    """
    reach = look.interest.coverage
    wanted = [one for one in reach.named if one.kind == kind] if reach is not None else []
    if not wanted:
        return
    everybody = [one.resource for one in look.found("account")]
    for one in wanted:
        for account in everybody:
            if _is_meant(account, one):
                yield one, Spot(account.address, Place(account.address.path, one.region))


def _is_meant(account: Any, one: Named) -> bool:
    known = {account.address.path, (account.email or "").lower(), account.key}
    return account.state == "ACTIVE" and bool(known & one.account)
