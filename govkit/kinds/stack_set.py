"""CloudFormation's StackSets that follow accounts into OUs and out of them; observed, never changed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from govkit.errors import AwsError, CredentialsMissing
from govkit.kinds._observed import no_change
from govkit.kinds._places import Spot, looked, place, regions
from govkit.kinds.config_stack_set import NAME, ConfigStackSet
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Place
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Kind, Recognition
from govkit.model.resource import Found
from govkit.model.state import State
from govkit.model.wanted import Wanted

SERVICE = "member.org.stacksets.cloudformation.amazonaws.com"


@dataclass(frozen=True, slots=True)
class StackSet:
    """A service-managed StackSet with automatic deployment.

    `targets` are the IDs of the OUs, or the root, whose accounts have its stacks; one who leaves them
    loses its stacks, or keeps them where they are `retained`.
    """

    account: Address
    region: str
    name: str
    targets: tuple[str, ...]
    retained: bool = False

    @property
    def address(self) -> Address:
        """Where it stands: `stack_set:management/eu-west-1/baseline`."""
        return Address("stack_set", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[StackSet]]:
    """Yield those of the management account, in each Region of the baseline."""
    managing = {one.resource.address for one in look.found("account") if one.resource.management}
    spots = [spot for spot in regions(look) if spot.account in managing]
    yield from looked(look, spots, partial(_from_anywhere, look))


def _from_anywhere(look: Look, spot: Spot) -> Sequence[Found[StackSet]]:
    """Return what the management account shows, or where it cannot be entered, what it shows to others.

    A delegated administrator of StackSets sees all that follow accounts. Where nobody may look, what
    the management account said is raised.
    """
    try:
        return list(_there(look, spot))
    except CredentialsMissing:
        raise
    except AwsError:
        for admin in _administrators(look):
            with suppress(AwsError):  # then it is what the management account said that is told
                return list(_there(look, spot, Place(admin, spot.region)))
        raise


def _administrators(look: Look) -> list[str]:
    charged = (one.resource for one in look.found("delegated_administrator"))
    return sorted(one.account.path for one in charged if one.service == SERVICE)


def _there(
    api: Look | Api, spot: Spot, delegated: Place | None = None
) -> Iterator[Found[StackSet]]:
    """Yield those that follow accounts; `delegated` is from where they are asked for, if not there."""
    told_as = {"CallAs": "DELEGATED_ADMIN"} if delegated is not None else {}

    def ask(operation: str, **told: Any) -> ApiCall:
        return ApiCall("cloudformation", operation, {**told, **told_as}, delegated or spot.place)

    for one in api.items("Summaries", ask("ListStackSets", Status="ACTIVE")):
        if one.get("PermissionModel") == "SERVICE_MANAGED" and _follows(one):
            told = api.call(ask("DescribeStackSet", StackSetName=one["StackSetName"]))["StackSet"]
            targets = tuple(sorted(told.get("OrganizationalUnitIds") or ()))
            retained = bool(_automatic(one).get("RetainStacksOnAccountRemoval"))
            yield Found(StackSet(spot.account, spot.region, one["StackSetName"], targets, retained))


def _follows(summary: Mapping[str, Any]) -> bool:
    return bool(_automatic(summary).get("Enabled"))


def _automatic(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    return summary.get("AutoDeployment") or {}


def _glance(stacks: StackSet, api: Api, ids: Ids) -> Found[StackSet] | None:
    spot = Spot(stacks.account, place(stacks.account, ids, stacks.region))
    return next((one for one in _there(api, spot) if one.resource.name == stacks.name), None)


_READS = ("cloudformation:DescribeStackSet", "cloudformation:ListStackSets")


def _recognise(wanted: Wanted, live: State, _: Ids) -> Recognition:
    """Warn of govkit's own, where the layout asks for none any more: it goes on following accounts."""
    asked = next(wanted.state.all(ConfigStackSet), None) is not None
    ours = (one for one in live.all(StackSet) if one.name == NAME)
    return Recognition({}, () if asked else tuple(_goes_on(one) for one in ours))


def _goes_on(one: StackSet) -> Finding:
    return Finding(
        "GK312",
        Severity.WARNING,
        str(one.address),
        f"The StackSet {one.name} stays, though the layout asks for none, and brings AWS Config into "
        "accounts that come into its OUs.",
        "Take it out by hand, with --retain-stacks: docs/baseline.md, Out of an OU.",
    )


KIND = Kind(
    name="stack_set",
    noun="StackSet",
    resource=StackSet,
    read=_read,
    glance=_glance,
    lower=no_change,
    recognise=_recognise,
    beyond=True,
    reads=_READS,
    stand_in_reads=_READS,
)
