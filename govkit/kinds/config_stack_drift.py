"""Stacks of AWS Config that somebody changed, as CloudFormation last found; looked at and never written."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from govkit.kinds import _stack_instances as stacks
from govkit.kinds._named import named
from govkit.kinds._observed import no_change, where_seen
from govkit.kinds._places import Spot, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, Ids, Look
from govkit.model.kind import Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class ConfigStackDrift:
    """The accounts (by ID) and Regions whose stacks drifted by CloudFormation's own detection.

    It looks when it is asked to, so nothing is said of what nobody ever asked about.
    """

    account: Address
    region: str
    name: str
    drifted: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Where it stands: `config_stack_drift:management/eu-west-1/govkit-config`."""
        return Address("config_stack_drift", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The StackSet."""
        return (Address("config_stack_set", self.address.path),)


def _read(look: Look) -> Iterator[Found[ConfigStackDrift]]:
    for one, spot in named(look, "config_stack_set"):
        yield from looked(look, [spot], partial(_there, look, one.name))


def _there(api: Look | Api, name: str, spot: Spot) -> Iterator[Found[ConfigStackDrift]]:
    if stacks.described(api, name, spot) is None:
        return
    drifted = sorted(
        f"{one['Account']} {one['Region']}"
        for one in stacks.instances(api, name, spot)
        if one.get("DriftStatus") == "DRIFTED"
    )
    yield Found(ConfigStackDrift(spot.account, spot.region, name, tuple(drifted)))


def _glance(drift: ConfigStackDrift, api: Api, ids: Ids) -> Found[ConfigStackDrift] | None:
    spot = Spot(drift.account, place(drift.account, ids, drift.region))
    return next(_there(api, drift.name, spot), None)


KIND = Kind(
    name="config_stack_drift",
    noun="drift of Config's stacks",
    resource=ConfigStackDrift,
    read=_read,
    glance=_glance,
    lower=no_change,
    meet=where_seen,  # a missing StackSet is said of the StackSet itself
    beyond=True,
    reads=("cloudformation:DescribeStackSet", "cloudformation:ListStackInstances"),
    serves=("config.stackset",),
    remedy="Change the stack's things back in the account, and let CloudFormation look again: aws "
    "cloudformation detect-stack-set-drift --stack-set-name govkit-config.",
)
