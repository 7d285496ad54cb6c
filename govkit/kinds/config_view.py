"""Whether AWS Config records where a stack brought it, as the account itself sees it; never written."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from govkit.kinds import _stack_instances as stacks
from govkit.kinds._named import named
from govkit.kinds._observed import no_change, where_seen
from govkit.kinds._places import Spot, looked, place, regions
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class ConfigView:
    """A recorder that a stack made: whether it runs. No stack says so, and none starts it again."""

    account: Address
    region: str
    recorder: str
    recording: bool = True

    @property
    def address(self) -> Address:
        """Where it stands: `config_view:payments-prod/eu-west-1`."""
        return Address("config_view", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[ConfigView]]:
    """Yield what each account says that has a stack as the StackSet has it: one call per Region."""
    for one, home in named(look, "config_stack_set"):
        current = {
            (stack["Account"], stack["Region"])
            for stack in stacks.seen(look, one.name, home) or ()
            if stack.get("Status") == stacks.CURRENT
        }
        spots = [spot for spot in regions(look) if (spot.place.account, spot.region) in current]
        yield from looked(look, spots, partial(_there, look))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[ConfigView]]:
    call = ApiCall("config", "DescribeConfigurationRecorderStatus", {}, spot.place)
    own = [
        one
        for one in api.call(call)["ConfigurationRecordersStatus"]
        if not one.get("servicePrincipal")
    ]
    name = own[0]["name"] if own else ""
    running = any(one.get("recording") for one in own)
    yield Found(ConfigView(spot.account, spot.region, name, running))


def _glance(view: ConfigView, api: Api, ids: Ids) -> Found[ConfigView] | None:
    spot = Spot(view.account, place(view.account, ids, view.region))
    return next(_there(api, spot), None)


KIND = Kind(
    name="config_view",
    noun="recording of Config",
    resource=ConfigView,
    read=_read,
    glance=_glance,
    lower=no_change,
    meet=where_seen,  # a missing stack is said of the deployment
    authority=Authority.MEMBER,
    beyond=True,
    watched=True,
    remedy="Start it in the account: aws configservice start-configuration-recorder "
    "--configuration-recorder-name NAME; or have CloudFormation make the stack anew.",
    reads=("config:DescribeConfigurationRecorderStatus",),
    serves=("config.stackset",),
)
