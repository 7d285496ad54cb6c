"""The baseline in accounts and Regions that only AWS can name: what the layout asks for there, too."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from govkit.kinds.account import Account
from govkit.kinds.config_deployment import ConfigDeployment, served
from govkit.kinds.config_recorder import ConfigRecorder
from govkit.kinds.conformance_pack import ConformancePack
from govkit.kinds.enabled_region import EnabledRegion
from govkit.kinds.organization_rule import OrganizationRule
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.resource import Resource
from govkit.model.scope import Scope, Unreached, by_unit, is_within
from govkit.model.state import State
from govkit.model.wanted import Wanted

_OF_ALL = (ConfigDeployment, ConformancePack, OrganizationRule)

Spot: TypeAlias = tuple[str, str | None, str | None]  # kind, account ID, Region


def everywhere(wanted: Wanted, live: State) -> Wanted:
    """Return what is wanted, with the baseline of all accounts that it covers, listed or not.

    `live` bears the layout's names already.
    """
    if not wanted.standards:
        return wanted
    scope = _scope(wanted, live)
    resources, origins = dict(wanted.state.by_address), dict(wanted.origins)
    observed, asked = set(wanted.observed), set(wanted.of_baseline)
    absent = set(wanted.absent)
    for demand in (one for standard in wanted.standards for one in standard(scope)):
        address = demand.resource.address
        asked.add(address)
        origins.setdefault(address, demand.origin)
        observed.update([address] if demand.observed else ())
        if not demand.present:
            absent.add(address)
        elif address not in absent:
            known = resources.setdefault(address, demand.resource)
            if isinstance(known, _OF_ALL):  # who is in, and who is left out, is known now
                resources[address] = demand.resource
    return replace(
        wanted,
        state=State(resources.values()),
        absent=frozenset(absent),
        origins=origins,
        observed=frozenset(observed),
        of_baseline=frozenset(asked),
    )


def _scope(wanted: Wanted, live: State) -> Scope:
    reach, root = wanted.coverage, live.get(ROOT)
    told = root if isinstance(root, Root) else None
    regions: defaultdict[Address, list[str]] = defaultdict(list)
    for one in live.all(EnabledRegion):
        regions[one.account].append(one.region)
    management = next((one.address for one in live.all(Account) if one.management), None)
    homes = dict(_covered(wanted, live))
    recording = {one.account for one in live.all(ConfigRecorder)} - served(live)
    return Scope(
        accounts=tuple(sorted(homes)),
        outside=tuple(sorted(_outside(wanted, live) - homes.keys())),
        regions=reach.regions,
        home_region=reach.home_region or next(iter(reach.regions), ""),
        management=management,
        organization=None if told is None else told.organization,
        partition=wanted.partition,
        own={account: tuple(sorted(found)) for account, found in regions.items()},
        units=by_unit(
            reach,
            _ous(wanted, live),
            homes,
            (management,),
            spared=recording,
            astray=_astray(wanted, live),
        ),
    )


def _astray(wanted: Wanted, live: State) -> frozenset[Address]:
    """Return the accounts that live where no StackSet gets to, and can be looked into there."""
    reach = wanted.coverage
    tops = reach.whole(_ous(wanted, live))
    return frozenset(
        one.address
        for one in live.all(Account)
        if reach.reaches(one.parent.path)
        and not any(is_within(one.parent.path, top) for top in tops)
    )


def _ous(wanted: Wanted, live: State) -> frozenset[str]:
    """Return the paths of the OUs that are listed; of all, where unlisted accounts are covered, too."""
    banks = (wanted.state, live) if wanted.manage.all_accounts else (wanted.state,)
    return frozenset(one.address.path for bank in banks for one in bank.all(OrganizationalUnit))


def _covered(wanted: Wanted, live: State) -> Iterator[tuple[Address, str]]:
    """Yield the accounts with their OUs as they will live: listed ones where the layout wants them.

    Those that AWS closed, or is closing, are not among them, whatever the layout says of them.
    """
    listed = {one.address: one for one in wanted.state.all(Account)}
    closed = {one.address for one in live.all(Account) if one.state != "ACTIVE"}
    for account in listed.values():
        usable = account.state == "ACTIVE" and account.address not in closed
        if usable and wanted.coverage.reaches(account.parent.path):
            yield account.address, account.parent.path
    for one in live.all(Account) if wanted.manage.all_accounts else ():
        known = one.address in listed or one.state != "ACTIVE"
        if not known and wanted.coverage.reaches(one.parent.path):
            yield one.address, one.parent.path


def _outside(wanted: Wanted, live: State) -> set[Address]:
    """Return the accounts that are there, or will be, listed or not; those that are closed aside."""
    listed = {one.address for one in wanted.state.all(Account) if one.state == "ACTIVE"}
    states = {one.address: one.state for one in live.all(Account)}
    return {one for one in listed | states.keys() if states.get(one, "ACTIVE") == "ACTIVE"}


def within_reach(
    resource: Resource, kind: str, live: State, ids: Ids, unreached: Collection[Spot]
) -> bool:
    """Tell whether somebody could look where a resource of the baseline stands.

    What is wanted of an account that is being closed, or is suspended, cannot be had.
    """
    place: Any = resource
    resident, account = live.get(place.account), ids.get(place.account)
    region = getattr(resource, "region", None)
    usable = not isinstance(resident, Account) or resident.state == "ACTIVE"
    return (
        usable
        and (kind, account, None) not in unreached
        and (kind, account, region) not in unreached
    )


def places(unreached: Collection[Unreached]) -> frozenset[Spot]:
    """Return where which kind could not look."""
    return frozenset((one.kind, one.account, one.region) for one in unreached)
