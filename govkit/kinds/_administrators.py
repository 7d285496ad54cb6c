"""Which account runs a service for the organization: who is registered, and who the layout names."""

from collections.abc import Iterator

from govkit.kinds._places import Spot
from govkit.model.address import Address
from govkit.model.call import Look, Place


def homes(look: Look, service: str, section: str) -> Iterator[Address]:
    """Yield, by live addresses, the accounts in which what a service does for all is kept.

    These are the delegated administrators, and whom the layout's section names; without any, the
    management account.
    """
    reach = look.interest.coverage
    names = reach.administrators.get(section, ()) if reach is not None else ()
    charged = set(registered(look, service))
    listed = look.found("account")
    found = [
        one.resource
        for one in listed
        if one.resource.address in charged
        or one.resource.address.path in names
        or (one.resource.email or "").lower() in names
    ]
    if not names:
        found += [one.resource for one in listed if one.resource.management]
    for account in found:
        if account.state == "ACTIVE":
            yield account.address


def registered(look: Look, service: str) -> Iterator[Address]:
    """Yield the delegated administrators of a service."""
    for one in look.found("delegated_administrator"):
        if one.resource.service == service:
            yield one.resource.account


def spots(look: Look, service: str, section: str) -> Iterator[Spot]:
    """Yield these accounts with each Region that the baseline covers there."""
    reach = look.interest.coverage
    if reach is None:
        return
    kept = set(homes(look, service, section))
    if reach.enabled:
        for one in look.found("enabled_region"):
            if one.resource.account in kept:
                yield Spot(
                    one.resource.account, Place(one.resource.account.path, one.resource.region)
                )
        return
    for account in sorted(kept):
        for region in reach.regions:
            yield Spot(account, Place(account.path, region))
