"""A full read makes no more calls than AWS's model of the organization needs."""

from collections.abc import Callable
from typing import Any

import pytest

from govkit.kinds._listed import pages
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.live.discover import Live, discover
from govkit.model.address import ROOT
from govkit.model.call import Interest
from govkit.sandbox.random_organization import LARGE, MEDIUM, Size

# Trusted access, delegated administrators and their services, the resource policy, and what it
# takes to learn that there are no paths.
BESIDE = 6
LONELY = Size(ous=40, accounts=30, policies=5, attachments=90)
SIZES = {"lonely OUs": LONELY, "M": MEDIUM}


def everything(live: Live) -> Interest:
    return Interest(
        frozenset(one.address.path for one in live.state.all(OrganizationalUnit)),
        frozenset(one.address.path for one in live.state.all(Account)),
    )


def policies_read(live: Live) -> int:
    """Return ListPolicies, DescribePolicy and ListTargetsForPolicy for all SCPs."""
    customer = [one.address for one in live.state.all(Policy) if not one.aws_managed]
    attached = [one.policy for one in live.state.all(Attachment)]
    chain = 1 + len(list(live.state.all(OrganizationalUnit))) + len(list(live.state.all(Account)))
    return (
        pages(len(customer) + 1)
        + len(customer)
        + sum(pages(attached.count(policy)) for policy in customer)
        + pages(chain)
    )


def formula(live: Live) -> int:
    """AWS_FACTS 6.5: the cheapest full read, with paths."""
    accounts = [one.parent for one in live.state.all(Account)]
    units = {one.address: one.parent for one in live.state.all(OrganizationalUnit)}
    above = set()
    for parent in accounts:
        here = parent
        while here != ROOT:
            above.add(here)
            here = units[here]
    return 2 + policies_read(live) + pages(len(accounts)) + len(units.keys() - above)


def walked(live: Live) -> int:
    """AWS_FACTS 6.5: the tree walk, without paths."""
    accounts = [one.parent for one in live.state.all(Account)]
    units = [one.parent for one in live.state.all(OrganizationalUnit)]
    places = [ROOT, *(one.address for one in live.state.all(OrganizationalUnit))]
    return (
        2
        + policies_read(live)
        + sum(pages(units.count(place)) for place in places)
        + sum(pages(accounts.count(place)) for place in places)
    )


def counted(standing: Callable[..., Any], kinds: Any, size: Size, **how: Any) -> tuple[int, Live]:
    walk = how.pop("walk", False)
    api, sandbox = standing(size, **how)
    live = discover(api, kinds, everything(discover(api, kinds, Interest())))
    sandbox.counts.calls.clear()
    assert discover(api, kinds, everything(live), walk=walk).state == live.state
    assert not sandbox.counts.throttled
    return sandbox.counts.calls.total(), live


@pytest.mark.parametrize("size", SIZES)
def test_with_paths_the_cheapest_read_is_made(
    standing: Callable[..., Any], kinds: Any, size: str
) -> None:
    calls, live = counted(standing, kinds, SIZES[size])
    assert calls <= formula(live) + SIZES[size].policies + BESIDE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("how", [{"paths": False}, {"walk": True}], ids=["no paths", "free calls"])
def test_a_walk_makes_no_more_calls_than_the_tree_has_places(
    standing: Callable[..., Any], kinds: Any, size: str, how: Any
) -> None:
    calls, live = counted(standing, kinds, SIZES[size], **how)
    assert calls <= walked(live) + SIZES[size].policies + BESIDE


@pytest.mark.nightly
def test_large_organizations_are_read_as_cheaply(standing: Callable[..., Any], kinds: Any) -> None:
    calls, live = counted(standing, kinds, LARGE)
    assert calls <= formula(live) + LARGE.policies + BESIDE


@pytest.mark.nightly
def test_a_large_walk_trades_the_long_chain_for_one_call_per_target(
    standing: Callable[..., Any], kinds: Any
) -> None:
    """266 pages that wait for each other take 13 s at 50 ms: targets are asked side by side."""
    calls, live = counted(standing, kinds, LARGE, walk=True)
    attached = list(live.state.all(Attachment))
    asked = {one.target for one in attached if one.policy.path != "scp/FullAWSAccess"}
    chain = pages(1 + len({one.target for one in attached}))
    assert calls <= walked(live) - chain + len(asked) + LARGE.policies + BESIDE
